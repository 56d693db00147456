import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { programPath, type ProgramOptions, type ProgramResult } from './program.ts';

/** What a pod finds of its service account. */
export interface ServiceAccount {
  readonly host: string;
  readonly port: string;
  readonly token: string;
  /** PEM. */
  readonly authority: string;
  readonly namespace: string;
}

const inNamespace = ['unshare', '--mount'];

/** Why no pod can be imitated here, or undefined when one can. */
export function podMissing(): string | undefined {
  const [program = '', ...args] = inNamespace;
  return spawnSync(program, [...args, 'mount', '-t', 'tmpfs', 'none', '/run']).status === 0
    ? undefined
    : 'no mount namespace to be had (unshare, as root)';
}

/** Runs the built program where a pod's files are in their place, in a mount namespace of its own, and with a pod's environment. */
export function runInPod(
  args: readonly string[],
  { host, port, token, authority, namespace }: ServiceAccount,
  options: ProgramOptions,
): Promise<ProgramResult> {
  const files = mkdtempSync(join(tmpdir(), 'ingress-tls-pod-'));
  onTestFinished(() => {
    rmSync(files, { recursive: true, force: true });
  });
  for (const [name, text] of Object.entries({ token, 'ca.crt': authority, namespace }))
    writeFileSync(join(files, name), text);
  const mounted = '/run/secrets/kubernetes.io/serviceaccount';
  const script = `mount -t tmpfs none /run && mkdir -p ${mounted} && cp "$0"/* ${mounted} && exec "$@"`;
  const [program = '', ...unshare] = inNamespace;
  const child = spawn(program, [...unshare, '/bin/sh', '-c', script, files, process.execPath, programPath, ...args], {
    cwd: options.cwd,
    env: {
      ...process.env,
      KUBECONFIG: undefined,
      ...options.env,
      KUBERNETES_SERVICE_HOST: host,
      KUBERNETES_SERVICE_PORT: port,
      PATH: `${options.env?.['PATH'] ?? ''}:${process.env['PATH'] ?? ''}`,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exitCode) => {
      resolve({ exitCode, stdout, stderr });
    });
  });
}

/** The token of a service account, as Kubernetes makes it, signature excepted. */
export function imitateToken(namespace: string, name: string): string {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return [part({ alg: 'RS256' }), part({ sub: `system:serviceaccount:${namespace}:${name}` }), 'c2lnbmF0dXJl'].join(
    '.',
  );
}
