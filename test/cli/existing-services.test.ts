import { describe, expect, it } from 'vitest';
import { inProject, noServices } from '../support/prepared-project.ts';
import { runProgram } from '../support/program.ts';
import type { Answer } from '../support/stand-in-answers.ts';
import { installStandInCluster, isWrite } from '../support/stand-in-cluster.ts';

const project = `${noServices}services:
  - name: shop
    mode: terminate
    service: {name: shop, port: http}
    paths:
      - {path: /a, port: 9090}
      - {path: /b, port: 9091}
`;

/** What kubectl says of Services. */
const inCluster = (
  answer: Partial<Answer>,
  body: (run: (...args: readonly string[]) => ReturnType<typeof runProgram>, writes: () => number) => void,
) =>
  inProject(project, (folder, outside) => {
    const cluster = installStandInCluster(outside);
    cluster.answer({ tool: 'kubectl', when: ['get', '--ignore-not-found', '-f', '-'], ...answer });
    body(
      (...args) => runProgram(args, { cwd: folder, env: cluster.env }),
      () => cluster.calls().filter(isWrite).length,
    );
  });

describe('Services that routes lead to', () => {
  it('are told of where nobody may look whether they are there', async () => {
    const stderr =
      'Error from server (Forbidden): services "shop" is forbidden: User "dev" cannot get resource "services" in API group "" in the namespace "default"\n';
    await inCluster({ stderr, exitCode: 1 }, (run) => {
      const doctor = run('doctor');
      expect(doctor.exitCode, doctor.stdout).toBe(0);
      expect(doctor.stdout).toContain('note     services: your user may not look at the Services that routes lead to');
    });
  });

  it('that lack several ports are refused for each of them', async () => {
    const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'shop', namespace: 'default' } };
    const stdout = JSON.stringify({ ...service, spec: { ports: [{ port: 80, name: 'http' }] } });
    await inCluster({ stdout }, (run, writes) => {
      const { exitCode, stderr } = run('apply', '--timeout', '10s');
      expect(exitCode, stderr).toBe(2);
      expect(stderr).toContain('has no port 9090 for TCP');
      expect(stderr).toContain('has no port 9091 for TCP');
      expect(writes()).toBe(0);
    });
  });
});
