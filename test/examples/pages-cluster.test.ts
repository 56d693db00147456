import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { describeWithTool } from '../support/describe-with.ts';
import { pageNames, readPage } from '../support/documentation.ts';
import { inProject, threeModes } from '../support/prepared-project.ts';
import { runProgram } from '../support/program.ts';
import { installStandInCluster } from '../support/stand-in-cluster.ts';
import { answersOf, readLiveCluster, type LiveObject } from '../support/stand-in-live.ts';
import { matchesOutput, readCommands, readTable, readTranscripts } from './page-blocks.ts';

const applyPage = 'docs/apply.md';

/** As the recorded cluster needs it: profile ingress-nginx names its image by digest. */
const recorded = threeModes
  .replace('services:\n', 'controller:\n  image: registry.k8s.io/ingress-nginx/controller:v1.15.1\nservices:\n')
  .replace('mode: reencrypt\n', 'mode: reencrypt\n    replicas: 1\n');

/** What a page shows of a command that needs a cluster. */
function readOutput(page: string, command: string): readonly string[] {
  const step = readTranscripts(readPage(page)).find((each) => each.command === command);
  if (step === undefined) throw new Error(`${page} shows no output of ${command}`);
  return step.output;
}

/** Where a cluster answers is its own affair. */
function hideCluster(line: string): string {
  return line.replace(/^Cluster: .*/, 'Cluster').replace(/(?<=:30092:)[\d.]+/, 'ADDRESS');
}

/** Behind the stand-in cluster nobody serves. */
function seeServed(line: string): string {
  return line.replace(/^↓ (wait until .*?): .*$/, '✔ $1');
}

describe(`what README.md and ${applyPage} record of a cluster`, () => {
  it('is the summary, the steps and the closing lines of apply', () =>
    inProject(recorded, (project, outside) => {
      // One release after the other: what is printed has one order.
      const { exitCode, stdout, stderr } = runProgram(['apply', '--concurrency', '1'], {
        cwd: project,
        env: installStandInCluster(outside).env,
      });
      expect(exitCode).toBe(0);
      // Without a terminal each step has two lines, and so has each release.
      const steps = stderr
        .slice(0, stderr.indexOf('note: '))
        .trimEnd()
        .split('\n')
        .filter((line) => !line.startsWith('❯'))
        .map(seeServed);
      const releases = steps.filter((line) => line.startsWith('✔ install release '));
      expect(releases).toHaveLength(3);
      const shown = steps
        .map((line) => (line === releases[0] ? '✔ install 3 releases, 3 of 3 done' : line))
        .filter((line) => !releases.includes(line));
      const actual = [...shown, ...stdout.trimEnd().split('\n')].map(hideCluster);
      expect(actual).toEqual(readOutput(applyPage, 'ingress-tls apply').map(hideCluster));
      const cut = readOutput('README.md', 'ingress-tls apply').map(hideCluster);
      if (!matchesOutput(cut, actual)) expect(actual).toEqual(cut);
    }));
});

function scale(object: LiveObject): LiveObject {
  return object.kind === 'Deployment' && object.metadata.name === 'ic3-svc8'
    ? { ...object, spec: { ...(object['spec'] as object), replicas: 2 } }
    : object;
}

describeWithTool('helm', `what ${applyPage} records of a Deployment that was scaled`, (helm) => {
  it('is what diff says of it', () =>
    inProject(recorded, (project, outside) => {
      const cluster = installStandInCluster(outside);
      expect(runProgram(['apply'], { cwd: project, env: cluster.env }).exitCode).toBe(0);
      const live = readLiveCluster(
        helm,
        project,
        cluster.calls('helm').filter(({ args }) => args.includes('upgrade')),
      );
      cluster.answer(
        { tool: 'kubectl', when: ['apply', '--dry-run'], echoes: true },
        ...answersOf({ ...live, charts: live.charts.map(scale) }),
      );
      const { exitCode, stdout, stderr } = runProgram(['diff'], { cwd: project, env: cluster.env });
      expect(exitCode).toBe(1);
      const [first = '', ...rest] = stderr.trimEnd().split('\n');
      // The stand-in cluster knows nobody who manages fields, and what stands around a difference is of the API server's making.
      const select = (lines: readonly string[]): readonly string[] =>
        lines
          .map((line) => hideCluster(line).replace(/^(next: .*) --force-conflicts$/, '$1'))
          .filter((line) => !/^(?: |@@|.*--force-conflicts)/.test(line));
      expect(select([first, ...stdout.trimEnd().split('\n'), ...rest])).toEqual(
        select(readOutput(applyPage, 'ingress-tls diff')),
      );
    }));
});

describe(`the screen of status in ${applyPage}`, () => {
  it('has the lines that the golden test of status has', () => {
    const words = (lines: readonly string[]): readonly string[] =>
      lines
        .filter((line) => /^NAME |IngressClass| -> ingress-tls diff/.test(line))
        .map((line) => line.trim().replaceAll(/ {2,}/g, '  '));
    const golden = readFileSync(new URL('../cli/golden/status.txt', import.meta.url), 'utf8').split('\n');
    // The page's Deployment was scaled by somebody, who has its field (test/unit/plan/status.test.ts, which names the apply).
    const shown = words(readOutput(applyPage, 'ingress-tls status')).map((line) =>
      line.replace(' --force-conflicts', ''),
    );
    expect(shown).toHaveLength(3);
    expect(words(golden)).toEqual(expect.arrayContaining([...shown]));
  });
});

describe('the options in README.md and docs/', () => {
  const help = new Map<string, string>();
  const readOptions = (command: string): readonly string[] => {
    if (!help.has(command)) help.set(command, runProgram([command, '--help'], { cwd: '.' }).stdout);
    return [...help.get(command)!.matchAll(/^ {2}(?:-\w, )?(--[\w-]+)/gm)].map(([, option]) => option!);
  };

  it('are those that --help lists for the command', () => {
    const names = new Set(
      readTable(readPage('README.md'), 'Command', 'What it does').map(([name]) => name!.replaceAll('`', '')),
    );
    const used = pageNames
      .flatMap((page) => readCommands(readPage(page), names))
      .filter(({ options }) => options.length > 0);
    expect(used.length).toBeGreaterThan(20);
    for (const { command, options, text } of used)
      expect(readOptions(command), text).toEqual(expect.arrayContaining([...options]));
  });

  it('of apply are listed, all of them', () => {
    const listed = readTable(readPage(applyPage), 'Option of `apply`', 'What it is for').flatMap(([names]) =>
      [...names!.matchAll(/--[\w-]+/g)].map(([name]) => name),
    );
    const everywhere = new Set(['--help', '--version', '--directory', '--no-color']);
    expect([...listed].sort()).toEqual(
      readOptions('apply')
        .filter((option) => !everywhere.has(option))
        .sort(),
    );
  });
});
