import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { kubectlWithInput, readSecret } from '../../../support/cluster-programs.ts';
import { fingerprint } from '../../../support/outside-view.ts';
import { CertificateMaker } from '../../../support/reference-certificates.ts';
import { until } from '../../../support/until.ts';
import {
  annotate,
  ask,
  greeting,
  leafOf,
  podCertificate,
  readAccessLog,
  readRequest,
  wildcardSecret,
  type Story,
} from './story.ts';

/** svc8, whose TLS is opened again by the controller. */
export function testReencrypt(story: Story): void {
  it("B10: https to svc8 gives its greeting, the pod gets TLS, and the certificate shown is the Secret's and not the pod's", async () => {
    expect(ask(story, 'svc8', '/b10')).toMatchObject({ status: 200, body: greeting('svc8') });
    await until(() => readRequest(story, 'svc8', '/b10') !== undefined);
    expect(readRequest(story, 'svc8', '/b10')?.tls).toMatchObject({ server_name: 'ic3-svc8.default.svc' });
    expect(readAccessLog(story, '/b10')).toEqual([expect.stringMatching(/"https:\/\/[\d.]+:8080"/)]);
    const seen = leafOf(story, 'svc8');
    expect(seen).toBe(fingerprint(readSecret(story.cluster, wildcardSecret, 'tls.crt')));
    expect(seen).not.toBe(fingerprint(podCertificate(story, 'svc8')));
  });

  it("B11: without backend-protocol svc8 fails with the pod's complaint, and with it again it greets", async () => {
    annotate(story, 'svc8', 'backend-protocol', undefined);
    try {
      await until(() => ask(story, 'svc8').status === 400);
      expect(ask(story, 'svc8').body).toBe('Client sent an HTTP request to an HTTPS server.\n');
    } finally {
      annotate(story, 'svc8', 'backend-protocol', 'HTTPS');
    }
    await until(() => ask(story, 'svc8').body === greeting('svc8'));
  });

  it("B12: with a foreign authority in its Secret svc8 gives 5xx and not the pod's answer, and with its own again it greets", async () => {
    const folder = join(story.workshop, 'foreign');
    mkdirSync(folder);
    const { certificate } = new CertificateMaker(folder).makeAuthority('/CN=foreign authority');
    // By the tool's own manager: `kubectl patch` would go on managing the field after it is put back.
    const own = readFileSync(join(story.project, 'secrets/ic3-svc8-upstream-ca.yaml'), 'utf8');
    const trust = (object: string): string =>
      kubectlWithInput(story.cluster, object, 'apply', '--server-side', '--field-manager=ingress-tls', '-f', '-');
    const foreign = own.replace(/^( +ca\.crt: ).*$/m, `$1${Buffer.from(certificate).toString('base64')}`);
    expect(foreign).not.toBe(own);
    trust(foreign);
    try {
      await until(() => ask(story, 'svc8').status >= 500);
      // It stays so, also for new connections.
      for (let times = 0; times < 5; times += 1) {
        const { status, body } = ask(story, 'svc8', '/b12');
        expect(status).toBeGreaterThanOrEqual(500);
        expect(body).not.toContain('Hello');
      }
      expect(readRequest(story, 'svc8', '/b12')).toBeUndefined();
    } finally {
      trust(own);
    }
    await until(() => ask(story, 'svc8', '/b12-again').status === 200);
    expect(ask(story, 'svc8').body).toBe(greeting('svc8'));
  });
}
