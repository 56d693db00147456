import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inject } from 'vitest';
import { inFreshFolder, runProgram } from './program.ts';
import './provided.ts';

/** The three modes under example.test. ECDSA keys are made in no time. */
export const threeModes = `apiVersion: ingress-tls/v1
domain: example.test
certificate:
  keyType: ecdsa-p256
services:
  - name: svc7
    mode: terminate
  - name: svc8
    mode: reencrypt
  - name: svc9
    mode: passthrough
`;

/** A controller and no service. */
export const noServices = 'apiVersion: ingress-tls/v1\ndomain: example.test\ncertificate:\n  keyType: ecdsa-p256\n';

/**
 * Runs `body` in a project folder rendered from this ingress-tls.yaml, a fresh copy of one that is made once in a run of
 * the tests; `outside` is an empty folder beside it. Both are removed afterwards.
 */
export function inProject<Result>(
  config: string,
  body: (project: string, outside: string) => Result | Promise<Result>,
): Promise<Result> {
  return inFreshFolder((outside) => {
    const project = join(outside, 'project');
    // cp -a keeps the modes, on which a test may look.
    execFileSync('cp', ['-a', prepare(config), project]);
    return body(project, outside);
  });
}

function prepare(config: string): string {
  const store = join(inject('home'), 'prepared-projects');
  const prepared = join(store, createHash('sha256').update(config).digest('hex'));
  if (existsSync(prepared)) return prepared;
  mkdirSync(store, { recursive: true });
  const draft = mkdtempSync(join(store, 'draft-'));
  writeFileSync(join(draft, 'ingress-tls.yaml'), config);
  const { exitCode, stderr } = runProgram(['render'], { cwd: draft });
  if (exitCode !== 0) throw new Error(`cannot prepare a project: ${stderr}`);
  try {
    renameSync(draft, prepared);
  } catch (error) {
    // Another worker was first.
    if (!existsSync(prepared)) throw error;
    rmSync(draft, { recursive: true });
  }
  return prepared;
}
