import { createHash, X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Browser, whyNoBrowser, type Page } from '../support/browser.ts';
import { ingressTls, kubectl } from '../support/cluster-programs.ts';
import { clusterUnderTest } from '../support/cluster.ts';
import { describeUnless, describeWithCluster } from '../support/describe-with.ts';
import { OutsideView } from '../support/outside-view.ts';
import { until } from '../support/until.ts';

const domain = 'example.test';
const controllerNamespace = 'icb-controller';
const port = 31593;
const config = `apiVersion: ingress-tls/v1
domain: ${domain}
namespace: icb-services
controller:
  profile: traefik
  name: icb
  namespace: ${controllerNamespace}
  nodePort: ${port}
certificate:
  keyType: ecdsa-p256
services:
  - name: svc7
    mode: terminate
  - name: svc9
    mode: passthrough
    clientAuth: false
`;

/**
 * A browser may send a request down a connection that it has for another host, if that one's certificate names this host
 * too and both have one address (RFC 9113, 9.1.1). The wildcard of svc7 names svc9, so HTTP/2 for svc7 would be the end
 * of svc9's passthrough.
 */
describeWithCluster('a browser, profile traefik', (cluster) => {
  describeUnless(
    clusterUnderTest() === undefined ? undefined : whyNoBrowser(),
    'chromium with one profile folder',
    () => {
      let folder = '';
      let project = '';
      const outside = (): OutsideView => new OutsideView(port, project);
      const certificate = (name: string): X509Certificate =>
        new X509Certificate(readFileSync(join(project, 'certs', name)));

      beforeAll(() => {
        folder = mkdtempSync(join(tmpdir(), 'ingress-tls-browser-'));
        project = mkdtempSync(join(folder, 'project-'));
        writeFileSync(join(project, 'ingress-tls.yaml'), config);
        const result = ingressTls(cluster, project, 'apply', '--timeout', '120s');
        expect(result.exitCode, result.stderr).toBe(0);
      }, 300_000);

      afterAll(() => {
        if (project !== '') ingressTls(cluster, project, 'destroy', '--confirm', 'icb');
        if (folder !== '') rmSync(folder, { recursive: true, force: true });
      });

      it(
        'each page comes from its own pod over its own connection, with its own certificate',
        { timeout: 180_000 },
        async () => {
          await until(() =>
            (['svc7', 'svc9'] as const).every(
              (name) => outside().curl({ host: `${name}.${domain}`, options: ['--insecure'] }).status === 200,
            ),
          );
          const [first, passed, again] = await visit('svc7', 'svc9', 'svc7');
          for (const page of [first, again]) {
            expect(page).toMatchObject({
              status: 200,
              protocol: 'http/1.1',
              body: 'Hello, I am svc7 for ingress-controller demo!\n',
            });
            expect(page?.certificate.fingerprint256).toBe(certificate('wildcard.crt').fingerprint256);
          }
          // HTTP/2 is the pod's own offer.
          expect(passed).toMatchObject({
            status: 200,
            protocol: 'h2',
            body: 'Hello, I am svc9 for ingress-controller demo!\n',
          });
          expect(passed?.certificate.fingerprint256).toBe(certificate('svc9.crt').fingerprint256);
          expect(passed?.connectionId).not.toBe(first?.connectionId);
        },
      );

      it('trusts no other certificate: what is not named to it is an error', { timeout: 60_000 }, async () => {
        await withBrowser([certificate('svc9.crt')], async (browser) => {
          await expect(browser.open(`https://svc7.${domain}:${port}/`)).rejects.toThrow(
            'net::ERR_CERT_AUTHORITY_INVALID',
          );
        });
      });

      it(
        "the twin: with HTTP/2 at the controller the same browser takes svc7's connection for svc9",
        { timeout: 180_000 },
        async () => {
          const settings = kubectl(
            cluster,
            'get',
            'configmap',
            'traefik-settings-icb',
            '--namespace',
            controllerNamespace,
            '--output',
            'jsonpath={.data.tls\\.yaml}',
          );
          const offering = settings.replace(/^( +)- http\/1\.1$/m, '$1- h2\n$1- http/1.1');
          expect(offering).not.toBe(settings);
          kubectl(
            cluster,
            'patch',
            'configmap',
            'traefik-settings-icb',
            '--namespace',
            controllerNamespace,
            '--type',
            'merge',
            '--patch',
            JSON.stringify({ data: { 'tls.yaml': offering } }),
          );
          kubectl(
            cluster,
            'rollout',
            'restart',
            'deployment/nginx-ingress-controller-icb',
            '--namespace',
            controllerNamespace,
          );
          kubectl(
            cluster,
            'rollout',
            'status',
            'deployment/nginx-ingress-controller-icb',
            '--namespace',
            controllerNamespace,
            '--timeout',
            '120s',
          );
          await until(() =>
            outside()
              .curl({ host: `svc7.${domain}`, options: ['--insecure', '--include'] })
              .body.startsWith('HTTP/2 200'),
          );
          const [first, passed] = await visit('svc7', 'svc9');
          expect(first).toMatchObject({ status: 200, protocol: 'h2' });
          expect(passed).toMatchObject({ status: 404, protocol: 'h2', connectionId: first?.connectionId });
          expect(passed?.certificate.fingerprint256).toBe(certificate('wildcard.crt').fingerprint256);
        },
      );

      /** Opens the services' pages one after another in one browser. */
      async function visit(...names: readonly string[]): Promise<readonly Page[]> {
        const pages: Page[] = [];
        await withBrowser([certificate('wildcard.crt'), certificate('svc9.crt')], async (browser) => {
          for (const name of names) pages.push(await browser.open(`https://${name}.${domain}:${port}/`));
        });
        return pages;
      }

      async function withBrowser(
        trusted: readonly X509Certificate[],
        body: (browser: Browser) => Promise<void>,
      ): Promise<void> {
        const browser = new Browser(mkdtempSync(join(folder, 'profile-')), domain, trusted.map(publicKeyDigest));
        try {
          await body(browser);
        } finally {
          await browser.close();
        }
      }
    },
  );
});

function publicKeyDigest({ publicKey }: X509Certificate): string {
  return createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('base64');
}
