import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A temporary folder that is removed when the test ends. */
export function makeTemporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'ingress-tls-effects-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

/** Writes small Node programs under the names of tools; returns the environment in which they are found first. */
export function installStandIns(
  programs: Readonly<Record<string, string>>,
): Readonly<Record<string, string | undefined>> {
  const folder = makeTemporaryFolder();
  for (const [name, source] of Object.entries(programs)) {
    const path = join(folder, name);
    writeFileSync(path, `#!${process.execPath}\n${source}\n`);
    chmodSync(path, 0o755);
  }
  return { ...process.env, PATH: [folder, process.env['PATH']].join(delimiter) };
}

/** Source of a program that answers by the arguments that it gets: the first rule with all its words wins. */
export function answering(
  rules: readonly {
    readonly when: readonly string[];
    readonly stdout?: string;
    readonly stderr?: string;
    readonly exitCode?: number;
  }[],
): string {
  return `const args = process.argv.slice(2);
const rule = ${JSON.stringify(rules)}.find(({ when }) => when.every((word) => args.includes(word)));
if (rule === undefined) { console.error('no rule for ' + args.join(' ')); process.exit(99); }
process.stdout.write(rule.stdout ?? '');
process.stderr.write(rule.stderr ?? '');
process.exitCode = rule.exitCode ?? 0;`;
}

/** What a promise or a function throws, for a look at its fields. */
export async function failureOf(action: () => unknown): Promise<unknown> {
  try {
    await action();
  } catch (error) {
    return error;
  }
  throw new Error('expected a failure');
}
