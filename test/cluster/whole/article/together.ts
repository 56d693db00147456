import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Verification } from '../../../../src/model/verification.ts';
import { ingressTls, kubectl, readObject, readSecret } from '../../../support/cluster-programs.ts';
import { fingerprint } from '../../../support/outside-view.ts';
import { CertificateMaker } from '../../../support/reference-certificates.ts';
import { until } from '../../../support/until.ts';
import {
  ask,
  clientOptions,
  controllerNamespace,
  domain,
  greeting,
  leafOf,
  modes,
  podCertificate,
  wildcardSecret,
  type ServiceName,
  type Story,
} from './story.ts';

const names = Object.keys(modes) as ServiceName[];

/** All three services at once, and what stays so. */
export function testTogether(story: Story): void {
  const { cluster } = story;

  it('B19: the three hosts work side by side on one node port', async () => {
    const asked = names.flatMap((name) => [name, name, name, name]);
    const answers = await Promise.all(
      asked.map((name) => story.outside.start({ host: `${name}.${domain}`, options: clientOptions(name) })),
    );
    expect(answers.map(({ body }) => body)).toEqual(asked.map(greeting));
  });

  it("B20: an unknown host name, and none, give 404, no service's answer and no pod's certificate", () => {
    for (const host of [`unknown.${domain}`, 'unknown.example.test']) {
      const { status, body } = story.outside.curl({ host, options: ['--insecure'] });
      expect(status).toBe(404);
      expect(body).not.toContain('Hello');
    }
    const nameless = story.outside.curl({
      host: `svc9.${domain}`,
      options: ['--insecure', '--connect-to', `::127.0.0.1:30092`, '--header', `Host: svc9.${domain}`],
    });
    expect(nameless).toMatchObject({ status: 0 });
    const pods = [fingerprint(podCertificate(story, 'svc8')), fingerprint(podCertificate(story, 'svc9'))];
    for (const name of ['unknown', undefined]) {
      expect(leafOf(story, name)).toEqual(expect.any(String));
      expect(pods).not.toContain(leafOf(story, name));
    }
    // Today's Traefik shows the wildcard where it covers the name, and a certificate of its own elsewhere.
    expect(leafOf(story, 'unknown')).toBe(fingerprint(readSecret(cluster, wildcardSecret, 'tls.crt')));
    expect(story.outside.leaf(undefined)?.subject).toBe('CN=TRAEFIK DEFAULT CERT');
  });

  it(
    'is proved by verify: every service holds, the hop is refused with another authority, and the logs agree',
    { timeout: 180_000 },
    () => {
      const before = readSecret(cluster, 'ic3-svc8-upstream-ca', 'ca.crt');
      const { exitCode, stdout, stderr } = ingressTls(
        cluster,
        story.project,
        'verify',
        '--context',
        kubectl(cluster, 'config', 'current-context').trim(),
        '--deep',
        '--logs',
        '--json',
      );
      const verification = JSON.parse(stdout) as Verification;
      const checks = [
        ...verification.services.flatMap((service) =>
          service.checks.map((check) => ({ service: service.service, ...check })),
        ),
        ...verification.controller,
      ];
      expect(
        checks.filter(({ status }) => status !== 'ok'),
        stderr,
      ).toEqual([]);
      expect(exitCode).toBe(0);
      expect(verification.services.find(({ service }) => service === 'svc8')?.checks.map(({ check }) => check)).toEqual(
        expect.arrayContaining(['upstream-verification', 'access-log', 'client-address']),
      );
      expect(readSecret(cluster, 'ic3-svc8-upstream-ca', 'ca.crt')).toBe(before);
    },
  );

  it(
    'shows a wildcard certificate that was exchanged by hand and applied, with the same controller pod and nobody restarted',
    { timeout: 300_000 },
    async () => {
      const folder = join(story.workshop, 'rotation');
      mkdirSync(folder);
      const before = leafOf(story, 'svc7');
      const running = pods();
      const { certificate, key } = new CertificateMaker(folder).makeSelfSigned({
        subject: `/O=by hand/CN=*.${domain}`,
        dnsNames: [`*.${domain}`, domain],
      });
      copyFileSync(join(story.project, 'certs/wildcard.crt'), join(folder, 'old.crt'));
      writeFileSync(join(story.project, 'certs/wildcard.key'), key);
      writeFileSync(join(story.project, 'certs/wildcard.crt'), certificate);
      const result = ingressTls(cluster, story.project, 'apply', '--timeout', '120s');
      expect(result.exitCode, result.stderr).toBe(0);
      expect(fingerprint(certificate)).not.toBe(before);
      await until(() => (['svc7', 'svc8'] as const).every((name) => leafOf(story, name) === fingerprint(certificate)));
      expect(readFileSync(join(story.project, 'certs/wildcard.crt'), 'utf8')).toBe(certificate);
      for (const name of names) expect(ask(story, name).body).toBe(greeting(name));
      // The old one is trusted no more.
      expect(
        story.outside.curl({ host: `svc7.${domain}`, options: ['--cacert', join(folder, 'old.crt')] }),
      ).toMatchObject({ exitCode: 60, status: 0 });
      expect(leafOf(story, 'svc9')).toBe(fingerprint(podCertificate(story, 'svc9')));
      expect(pods()).toEqual(running);
    },
  );

  /** Which pods run, and how often their containers have been started again. */
  function pods(): readonly string[] {
    return [controllerNamespace, 'default'].flatMap((namespace) => {
      const { items } = readObject(cluster, 'pods', '--namespace', namespace) as unknown as {
        readonly items: readonly Pod[];
      };
      return items.map(
        ({ metadata, status }) =>
          `${metadata.name} ${metadata.uid} ${status.containerStatuses.map(({ restartCount }) => restartCount).join()}`,
      );
    });
  }
}

interface Pod {
  readonly metadata: { readonly name: string; readonly uid: string };
  readonly status: { readonly containerStatuses: readonly { readonly restartCount: number }[] };
}
