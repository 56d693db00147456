import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { helm, ingressTls, listObjects, listVersions, readObject } from '../../support/cluster-programs.ts';
import type { Cluster } from '../../support/cluster.ts';
import { describeUnless, describeWithCluster } from '../../support/describe-with.ts';
import { OutsideView } from '../../support/outside-view.ts';
import { threeModes } from '../../support/prepared-project.ts';
import { findTool } from '../../support/tools.ts';

const config = threeModes.replace('certificate:', 'controller:\n  profile: traefik\ncertificate:');

/** The short story, the other tests' helm being of major version 4 where there is one. */
describeWithCluster('profile traefik on a cluster, by Helm 3', (withAnyHelm) => {
  const cluster: Cluster = { ...withAnyHelm, helm: 'helm3' };
  describeUnless(
    findTool('helm3') === undefined ? 'no helm3 on PATH or in the test cache (npm run test:tools)' : undefined,
    'the three modes',
    () => {
      let project = '';
      let objectsBefore: readonly string[] = [];

      beforeAll(() => {
        objectsBefore = listObjects(cluster);
        project = mkdtempSync(join(tmpdir(), 'ingress-tls-helm-3-'));
        writeFileSync(join(project, 'ingress-tls.yaml'), config);
      });

      afterAll(() => {
        if (project === '') return;
        ingressTls(cluster, project, 'destroy', '--confirm', 'ic3');
        rmSync(project, { recursive: true, force: true });
      });

      it('is applied', { timeout: 300_000 }, () => {
        expect(helm(cluster, 'version', '--short')).toMatch(/^v3\./);
        expect(ingressTls(cluster, project, 'doctor').stdout).toMatch(/helm: v3\./);
        apply();
        expect(releases()).toEqual(['ic3-svc7 deployed', 'ic3-svc8 deployed', 'ic3-svc9 deployed']);
      });

      it('is proved by verify', { timeout: 120_000 }, async () => {
        await expect
          .poll(() => ingressTls(cluster, project, 'verify', '--address', '127.0.0.1:30092').exitCode)
          .toBe(0);
      });

      it('changes nothing when applied again', { timeout: 300_000 }, () => {
        const before = listVersions(cluster);
        apply();
        expect(listVersions(cluster)).toEqual(before);
      });

      it('changes one service when one is changed', { timeout: 300_000 }, () => {
        const before = versionsWithout('svc8');
        writeFileSync(
          join(project, 'ingress-tls.yaml'),
          config.replace('mode: reencrypt', 'mode: reencrypt\n    replicas: 2'),
        );
        apply();
        expect(readObject(cluster, 'deployment', 'ic3-svc8', '--namespace', 'default')).toMatchObject({
          status: { readyReplicas: 2 },
        });
        expect(versionsWithout('svc8')).toEqual(before);
      });

      it('goes on by another helm, and back', { timeout: 300_000 }, () => {
        for (const each of [withAnyHelm, cluster]) {
          const result = ingressTls(each, project, 'apply', '--timeout', '120s');
          expect(result.exitCode, result.stderr).toBe(0);
          const { body } = new OutsideView(30092, project).curl({
            host: 'svc8.example.test',
            options: ['--cacert', 'certs/wildcard.crt'],
          });
          expect(body).toBe('Hello, I am svc8 for ingress-controller demo!\n');
        }
      });

      it('is destroyed without a trace', { timeout: 300_000 }, () => {
        const result = ingressTls(cluster, project, 'destroy', '--confirm', 'ic3');
        expect(result.exitCode, result.stderr).toBe(0);
        expect(listObjects(cluster)).toEqual(objectsBefore);
        expect(readFileSync(join(project, 'certs/svc9.key'), 'utf8')).toContain('PRIVATE KEY');
      });

      function apply(): void {
        const result = ingressTls(cluster, project, 'apply', '--timeout', '120s');
        expect(result.exitCode, result.stderr).toBe(0);
      }

      function releases(): readonly string[] {
        const listed = JSON.parse(helm(cluster, 'list', '--namespace', 'default', '--output', 'json')) as {
          readonly name: string;
          readonly status: string;
        }[];
        return listed.map(({ name, status }) => `${name} ${status}`).sort();
      }

      function versionsWithout(service: string): readonly string[] {
        return listVersions(cluster).filter((line) => !line.includes(`/ic3-${service}`));
      }
    },
  );
});
