import { expect, it } from 'vitest';
import { withPreview } from '../../../cli/preview-run.ts';
import { readSecret } from '../../../support/cluster-programs.ts';
import { fingerprint, OutsideView } from '../../../support/outside-view.ts';
import { until } from '../../../support/until.ts';
import { ask, domain, greeting, leafOf, readAccessLog, readRequest, wildcardSecret, type Story } from './story.ts';

/** svc7, whose TLS ends at the controller. */
export function testTerminate(story: Story): void {
  it('B7: https to svc7 gives 200 and exactly the greeting; the certificate shown is that of the Secret', () => {
    expect(ask(story, 'svc7')).toEqual({ exitCode: 0, status: 200, body: greeting('svc7'), error: '' });
    expect(leafOf(story, 'svc7')).toBe(fingerprint(readSecret(story.cluster, wildcardSecret, 'tls.crt')));
    // The twin: nobody else's word is taken for it.
    expect(story.outside.curl({ host: `svc7.${domain}`, options: ['--cacert', 'certs/ca.crt'] })).toMatchObject({
      exitCode: 60,
      status: 0,
    });
  });

  it('B8: the pod of svc7 gets plain HTTP on 8080', async () => {
    expect(ask(story, 'svc7', '/b8').status).toBe(200);
    await until(() => readRequest(story, 'svc7', '/b8') !== undefined);
    const request = readRequest(story, 'svc7', '/b8');
    expect(request).not.toHaveProperty('tls');
    expect(request?.headers['X-Forwarded-Proto']).toEqual(['https']);
    expect(readAccessLog(story, '/b8')).toEqual([expect.stringMatching(/"http:\/\/[\d.]+:8080"/)]);
  });

  it('B9: plain http to the node port gives an error and no greeting', () => {
    const answer = story.outside.curl({ host: `svc7.${domain}`, scheme: 'http' });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
    expect(answer.body).not.toContain('Hello');
  });

  it("B9, B20: what is nginx's own is said by the preview of the rendered ingress-nginx: 400 with its text; fake certificate and 404", async () => {
    await withPreview(story.nginxProject, { path: process.env['PATH'] ?? '' }, async ({ port }) => {
      const preview = new OutsideView(port, story.nginxProject);
      const plain = await preview.start({ host: `svc7.${domain}`, scheme: 'http' });
      expect(plain.status).toBe(400);
      expect(plain.body).toContain('<center>The plain HTTP request was sent to HTTPS port</center>');
      for (const host of ['unknown.example.test', undefined])
        expect(preview.leaf(host)?.subject).toContain('CN=Kubernetes Ingress Controller Fake Certificate');
      expect((await preview.start({ host: 'unknown.example.test', options: ['--insecure'] })).status).toBe(404);
    });
  });
}
