import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ingressTls, kubectl, kubectlWithInput, listObjects } from '../../support/cluster-programs.ts';
import type { Cluster } from '../../support/cluster.ts';
import { describeWithCluster } from '../../support/describe-with.ts';
import { OutsideView } from '../../support/outside-view.ts';
import { testCertificate } from './article/certificate.ts';
import { older, testController } from './article/controller.ts';
import { testPassthrough } from './article/passthrough.ts';
import { testReencrypt } from './article/reencrypt.ts';
import { testRepeated } from './article/repeated.ts';
import { ask, domain, greeting, modes, type Story } from './article/story.ts';
import { testTerminate } from './article/terminate.ts';
import { testTogether } from './article/together.ts';

/**
 * The article's story from nothing, with a real controller in front of real pods: its domain, names and node port, and
 * every behaviour that it shows or implies by its number. The controller's image is the profile's own.
 */
describeWithCluster('the article on a cluster, profile traefik', (cluster) => {
  const story: Story = {
    cluster,
    project: '',
    nginxProject: '',
    workshop: '',
    applied: '',
    outside: new OutsideView(30092, ''),
  };
  let folder = '';
  let objectsBefore: readonly string[] = [];

  beforeAll(() => {
    kubectlWithInput(cluster, older, 'apply', '-f', '-');
    objectsBefore = listObjects(cluster);
    folder = mkdtempSync(join(tmpdir(), 'ingress-tls-article-'));
    story.workshop = folder;
    story.project = prepare(cluster, join(folder, 'traefik'), 'traefik');
    story.nginxProject = prepare(cluster, join(folder, 'ingress-nginx'), 'ingress-nginx');
    story.outside = new OutsideView(30092, story.project);
  });

  afterAll(() => {
    if (story.project !== '') ingressTls(cluster, story.project, 'destroy', '--confirm', 'ic3');
    if (folder !== '') rmSync(folder, { recursive: true, force: true });
    kubectlWithInput(cluster, older, 'delete', '--ignore-not-found', '-f', '-');
  });

  it('is applied, and every pod is ready', { timeout: 300_000 }, () => {
    const result = ingressTls(cluster, story.project, 'apply', '--timeout', '120s');
    expect(result.exitCode, result.stderr).toBe(0);
    story.applied = result.stdout;
    expect(
      kubectl(
        cluster,
        'get',
        'deployments',
        '--namespace',
        'default',
        '--selector',
        'app.kubernetes.io/part-of=ic3',
        '--output',
        'jsonpath={.items[*].status.readyReplicas}',
      ),
    ).toBe('1 1 1');
    expect(ask(story, 'svc9').body).toBe(greeting('svc9'));
  });

  testCertificate(story);
  testRepeated(story);
  testController(story);
  testTerminate(story);
  testReencrypt(story);
  testPassthrough(story);
  testTogether(story);

  it('is destroyed without a trace', { timeout: 300_000 }, () => {
    const result = ingressTls(cluster, story.project, 'destroy', '--confirm', 'ic3');
    expect(result.exitCode, result.stderr).toBe(0);
    expect(listObjects(cluster)).toEqual(objectsBefore);
  });
});

function prepare(cluster: Cluster, project: string, profile: string): string {
  const run = (...args: string[]): void => {
    const result = ingressTls(cluster, project, ...args);
    expect(result.exitCode, result.stderr).toBe(0);
  };
  mkdirSync(project);
  run('init', '--profile', profile, '--domain', domain);
  for (const [name, mode] of Object.entries(modes)) run('add-service', name, '--mode', mode);
  return project;
}
