import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Status } from '../../src/model/status.ts';
import { ingressTls, kubectl, kubectlWithInput } from '../support/cluster-programs.ts';
import { describeWithCluster } from '../support/describe-with.ts';
import { EngineProject } from './engine/project.ts';

/** The states in which a cluster can be, made by kubectl alone, and what status makes of each. */
describeWithCluster('status on a cluster', (cluster) => {
  let project: EngineProject;

  beforeAll(async () => {
    project = new EngineProject(cluster, 'ics', 31594);
    await project.apply();
  });

  afterAll(() => {
    project.remove();
  });

  const run = (...args: readonly string[]): ReturnType<typeof ingressTls> =>
    ingressTls(cluster, project.folder, 'status', ...args);
  const look = (): Status => JSON.parse(run('--json').stdout) as Status;
  const change = (...args: readonly string[]): string => kubectl(cluster, ...args, '--namespace', project.namespace);
  const codes = ({ problems }: Status): readonly string[] =>
    problems
      .filter(({ services }) => services.length > 0)
      .map(({ code, services }) => `${code} ${services.join(' ')}`)
      .sort();

  it('finds all well after an apply', () => {
    const { exitCode, stdout, stderr } = run();
    expect(exitCode, stdout + stderr).toBe(0);
    expect(stdout).toContain('All is well.');
    const status = look();
    expect(status.problems).toEqual([]);
    expect(status.controller).toMatchObject({
      nodePort: { found: 31594 },
      class: { controller: 'ingress-tls/ics', agrees: true },
      workloads: [{ pods: { ready: 1, wanted: 1 } }],
    });
    for (const { release, pods, route, certificate, drift } of status.services) {
      expect({ release, pods, route, certificate, drift }).toMatchObject({
        ...{
          release: { status: 'deployed', revision: 1 },
          pods: { ready: 1, wanted: 1 },
          route: { state: 'admitted', className: 'ics', controller: 'ingress-tls/ics' },
        },
        ...{ certificate: { state: 'valid', daysLeft: 364 }, drift: [] },
      });
    }
  });

  it('sees a Deployment that was deleted', async () => {
    change('delete', 'deployment', 'ics-svc7');
    expect(codes(look())).toEqual(['workload-missing svc7']);
    expect(run().exitCode).toBe(1);
    await project.apply();
    expect(look().well).toBe(true);
  });

  it('says why pods do not come up, while older ones serve', () => {
    change('set', 'image', 'deployment/ics-svc8', '*=image.invalid/none:1');
    change('wait', '--for=jsonpath={.status.updatedReplicas}=1', 'deployment/ics-svc8', '--timeout=60s');
    const status = look();
    expect(codes(status)).toEqual(['drift svc8', 'not-ready svc8']);
    expect(status.services[1]?.pods).toEqual({ ready: 1, wanted: 1, rolledOut: false });
    change('rollout', 'undo', 'deployment/ics-svc8');
    change('rollout', 'status', 'deployment/ics-svc8', '--timeout=60s');
    expect(look().well).toBe(true);
  });

  it('sees a release that a killed helm left pending, by its record', () => {
    const record = 'secret/sh.helm.release.v1.ics-svc9.v1';
    change('label', record, 'status=pending-upgrade', '--overwrite');
    expect(codes(look())).toEqual(['release-pending svc9']);
    change('label', record, 'status=deployed', '--overwrite');
    expect(look().well).toBe(true);
  });

  it('sees an Ingress of another class, and an expired certificate in the Secret that clients are shown', () => {
    change('patch', 'ingress', 'ics-svc7', '--type=merge', '--patch', '{"spec":{"ingressClassName":"nobodys"}}');
    const secret = JSON.parse(change('get', 'secret', 'ics-svc9-tls', '--output=json')) as {
      readonly metadata: object;
      readonly data: Readonly<Record<string, string>>;
    };
    const key = join(project.folder, 'certs/svc9.key');
    const request = execFileSync('openssl', ['req', '-new', '-key', key, '-subj', '/CN=svc9.example.test'], {
      encoding: 'utf8',
    });
    const expired = execFileSync('openssl', ['x509', '-req', '-signkey', key, '-days', '-1'], {
      input: request,
      encoding: 'utf8',
      stdio: 'pipe',
    });
    kubectlWithInput(
      cluster,
      JSON.stringify({ ...secret, data: { ...secret.data, 'tls.crt': Buffer.from(expired).toString('base64') } }),
      'replace',
      '--filename=-',
    );
    const status = look();
    expect(codes(status)).toEqual(expect.arrayContaining(['certificate-invalid svc9', 'ingress-ignored svc7']));
    expect(status.services[2]?.certificate?.state).toBe('expired');
  });
});
