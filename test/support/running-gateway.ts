import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { inProject } from './prepared-project.ts';
import { startProgram, type ProgramResult } from './program.ts';
import { CertificateMaker } from './reference-certificates.ts';
import { startReferenceGateway } from './reference-gateway.ts';
import type { Quirks } from './reference-quirks.ts';

export interface Running {
  readonly project: string;
  readonly outside: string;
  readonly port: number;
  readonly address: string;
}

/** Runs `body` beside a gateway that serves a fresh project of this ingress-tls.yaml. */
export function besideGateway<Result>(
  config: string,
  quirks: Quirks,
  body: (running: Running) => Promise<Result>,
): Promise<Result> {
  return inProject(config, async (project, outside) => {
    const workshop = join(outside, 'workshop');
    mkdirSync(workshop);
    const gateway = await startReferenceGateway(project, new CertificateMaker(workshop), quirks);
    try {
      return await body({ project, outside, port: gateway.port, address: `127.0.0.1:${gateway.port}` });
    } finally {
      await gateway.close();
    }
  });
}

/** Runs the program while this process goes on serving: runProgram would stop it. */
export function run(
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string | undefined>> = {},
): Promise<ProgramResult> {
  return startProgram(args, { cwd, env }).ended;
}

/** Makes a port pass for that of a preview, of this process unless said otherwise. */
export function poseAsPreview(project: string, port: number, more: Readonly<Record<string, unknown>> = {}): void {
  writeFileSync(
    join(project, '.ingress-tls/preview.json'),
    JSON.stringify({ pid: process.pid, hostname: hostname(), host: '127.0.0.1', port, ...more }),
  );
}

/** What must never be shown: the lines of every key, as they stand and as a Secret holds them. */
export function readKeyMaterial(project: string): readonly string[] {
  const names = readdirSync(join(project, 'certs')).filter((name) => name.endsWith('.key'));
  return names.flatMap((name) => {
    const text = readFileSync(join(project, 'certs', name), 'utf8');
    return [
      ...text.split('\n').filter((line) => line.length > 20 && !line.startsWith('-----')),
      Buffer.from(text).toString('base64').slice(40, 120),
    ];
  });
}

/** Puts a word in the place of what differs between two runs of verify. */
export function hideRun(result: ProgramResult, port: number): ProgramResult {
  const hide = (text: string): string =>
    text
      .replaceAll(/SHA-256 [0-9a-f]{12}/g, 'SHA-256 FINGERPRINT')
      .replaceAll(new RegExp(`\\b${port}\\b`, 'g'), 'PORT')
      .replaceAll(/\b\d+ days left/g, 'N days left')
      .replaceAll(/process \d+/g, 'process PID');
  return { exitCode: result.exitCode, stdout: hide(result.stdout), stderr: hide(result.stderr) };
}
