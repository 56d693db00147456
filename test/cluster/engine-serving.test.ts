import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ingressTls } from '../support/cluster-programs.ts';
import { describeWithCluster } from '../support/describe-with.ts';
import { EngineProject } from './engine/project.ts';

/** What curl is served in the moment in which apply ends: curl looks once, and knows nothing of what apply looked at. */
describeWithCluster('apply ends when clients are served', (cluster) => {
  let project: EngineProject;

  beforeAll(() => {
    project = new EngineProject(cluster, 'icv', 31598);
  });

  afterAll(() => {
    project.remove();
  });

  const edit = (change: (text: string) => string): void => {
    const path = join(project.folder, 'ingress-tls.yaml');
    writeFileSync(path, change(readFileSync(path, 'utf8')));
  };

  const expectServed = (awaited: string, hosts: readonly string[]): void => {
    const { exitCode, stdout, stderr } = ingressTls(cluster, project.folder, 'apply', '--timeout', '120s');
    expect(exitCode, stderr).toBe(0);
    const lines = stdout.split('\n').filter((line) => line.startsWith('  curl '));
    const served = lines.map((line) =>
      execFileSync('sh', ['-c', `${line} --silent --show-error`], { cwd: project.folder, encoding: 'utf8' }),
    );
    expect(lines.map((line) => /https:\/\/([^:]+)/.exec(line)?.[1])).toEqual(hosts);
    expect(served).toEqual(
      ['svc7', 'svc8', 'svc9', 'svc10']
        .slice(0, hosts.length)
        .map((name) => `Hello, I am ${name} for ingress-controller demo!\n`),
    );
    expect(stderr).toContain(`✔ wait until icv serves ${awaited}\n`);
    expect(ingressTls(cluster, project.folder, 'verify').exitCode).toBe(0);
  };

  const three = ['svc7.example.test', 'svc8.example.test', 'svc9.example.test'];

  it('from nothing', { timeout: 300_000 }, () => {
    expectServed('3 hosts', three);
  });

  it('with another service, which alone is asked', { timeout: 300_000 }, () => {
    edit((text) => `${text}  - name: svc10\n    mode: passthrough\n`);
    expectServed('svc10.example.test', [...three, 'svc10.example.test']);
  });

  it('with another host', { timeout: 300_000 }, () => {
    edit((text) => text.replace('  - name: svc7\n', '  - name: svc7\n    host: other.example.test\n'));
    expectServed('other.example.test', ['other.example.test', ...three.slice(1), 'svc10.example.test']);
  });

  it('and asks nobody where nothing differs', { timeout: 300_000 }, () => {
    const { exitCode, stderr } = ingressTls(cluster, project.folder, 'apply');
    expect(exitCode, stderr).toBe(0);
    expect(stderr).toContain('nothing to change');
    expect(stderr).not.toContain('wait until');
  });
});
