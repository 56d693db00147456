import { spawn } from 'node:child_process';
import { once as onceEmitted } from 'node:events';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { connect, createServer, type ConnectionOptions, type TlsOptions } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { describeWithTool } from '../support/describe-with.ts';
import { chartObjects, ofKind, secretObjects } from './objects.ts';
import { dataOf, serverFiles, type ServerFiles } from './pod-files.ts';
import { projects, type Project, type Service } from './projects.ts';

// The pod's end and the controller's end are TLS servers of Node with what the Secrets put there; the clients have what a
// person or the controller has.

const secured = projects.flatMap((project) =>
  project.services.map((service) => ({
    title: `${service.mode} ${service.name} of ${project.title}`,
    project,
    service,
  })),
);
const versions = ['TLSv1.2', 'TLSv1.3'] as const;

describeWithTool('helm', 'TLS with the generated files', () => {
  describe.each(secured.filter(({ service }) => service.mode === 'terminate'))('$title', ({ project, service }) => {
    it('the pod serves no TLS', () => {
      expect(serverFiles(chartObjects(project, service), secretObjects(project))).toBeUndefined();
    });

    it('a client that has certs/wildcard.crt trusts the controller', async () => {
      expect(
        await greet(controllerEnd(project, service), { ca: certs(project, 'wildcard.crt'), servername: service.host }),
      ).toBe('hello');
      await expect(
        greet(controllerEnd(project, service), { ca: certs(project, 'wildcard.crt'), servername: 'www.example.org' }),
      ).rejects.toMatchObject({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
    });
  });

  describe.each(secured.filter(({ service }) => service.mode === 'reencrypt'))('$title', ({ project, service }) => {
    it('a client that has certs/wildcard.crt trusts the controller', async () => {
      expect(
        await greet(controllerEnd(project, service), { ca: certs(project, 'wildcard.crt'), servername: service.host }),
      ).toBe('hello');
    });

    it('the controller trusts the pod by the authority and the name that the Ingress gives it', async () => {
      const { ca, servername } = controllersView(project, service);
      for (const minVersion of versions) {
        expect(await greet(podEnd(project, service), { ca, servername, minVersion, maxVersion: minVersion })).toBe(
          'hello',
        );
      }
      await expect(greet(podEnd(project, service), { ca, servername: service.host })).rejects.toMatchObject({
        code: 'ERR_TLS_CERT_ALTNAME_INVALID',
      });
      await expect(greet(podEnd(project, service), { ca: certs(project, 'wildcard.crt'), servername })).rejects.toThrow(
        /unable to verify|self-signed/,
      );
    });
  });

  describe.each(secured.filter(({ service }) => service.mode === 'passthrough'))('$title', ({ project, service }) => {
    it('a client that has certs/ca.crt trusts the pod, in TLS 1.2 and 1.3', async () => {
      const options = {
        ...clientOf(project, service),
        ...(service.clientAuth ? pair(project, `${service.name}-client`) : {}),
      };
      for (const minVersion of versions) {
        expect(await greet(podEnd(project, service), { ...options, minVersion, maxVersion: minVersion })).toBe('hello');
      }
      await expect(
        greet(podEnd(project, service), { ...options, servername: `www.${project.domain}` }),
      ).rejects.toMatchObject({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
    });

    it(`a client without a certificate is ${service.clientAuth ? 'refused' : 'welcome'}`, async () => {
      expect(await admits(podEnd(project, service), clientOf(project, service))).toBe(!service.clientAuth);
    });

    it('openssl s_client agrees', async () => {
      const file = (name: string): string => join(project.folder(), 'certs', name);
      const common = [
        '-servername',
        service.host,
        '-verify_hostname',
        service.host,
        '-CAfile',
        file('ca.crt'),
        '-verify_return_error',
        '-x509_strict',
        '-ign_eof',
      ];
      const shown = service.clientAuth
        ? ['-cert', file(`${service.name}-client.crt`), '-key', file(`${service.name}-client.key`)]
        : [];
      const welcome = await askWithOpenssl(podEnd(project, service), [...common, ...shown]);
      expect(welcome).toMatch(/^Verification: OK$/m);
      expect(welcome).toMatch(/^hello/m);
      if (!service.clientAuth) return;
      // Unlike Node, OpenSSL also sends a certificate whose issuer the server did not ask for.
      const refused = await askWithOpenssl(podEnd(project, service), [
        ...common,
        '-cert',
        file('wildcard.crt'),
        '-key',
        file('wildcard.key'),
      ]);
      expect(refused).toMatch(/^Verification: OK$/m);
      expect(refused).not.toMatch(/^hello/m);
    });
  });

  it.each(secured.filter(({ service }) => service.clientAuth))(
    '$title: a client with the certificate of another service, or of a server, is refused',
    async ({ project, service }) => {
      const others = project.services
        .filter(({ clientAuth, name }) => clientAuth && name !== service.name)
        .map(({ name }) => `${name}-client`);
      for (const name of [...others, service.name, 'wildcard']) {
        expect([
          name,
          await admits(podEnd(project, service), { ...clientOf(project, service), ...pair(project, name) }),
        ]).toEqual([name, false]);
      }
    },
  );

  it.each(projects)(
    'the controller and the pods of $title show different certificates, so that a client sees who answers',
    (project) => {
      const pods = project.services.map((service) =>
        serverFiles(chartObjects(project, service), secretObjects(project))?.certificate.toString(),
      );
      const shown = [certs(project, 'wildcard.crt').toString(), ...pods.filter((pod) => pod !== undefined)];
      expect(new Set(shown).size).toBe(shown.length);
    },
  );
});

const certs = (project: Project, name: string): Buffer => readFileSync(join(project.folder(), 'certs', name));

const pair = (project: Project, name: string): ConnectionOptions => ({
  cert: certs(project, `${name}.crt`),
  key: certs(project, `${name}.key`),
});
const clientOf = (project: Project, service: Service): ConnectionOptions => ({
  ca: certs(project, 'ca.crt'),
  servername: service.host,
});

/** What the pod of a service listens with. */
function podEnd(project: Project, service: Service): TlsOptions {
  const files = serverFiles(chartObjects(project, service), secretObjects(project));
  if (files === undefined) throw new Error(`${service.name} serves no TLS`);
  const { certificate: cert, key, clientAuthority }: ServerFiles = files;
  return {
    cert,
    key,
    ...(clientAuthority === undefined ? {} : { ca: clientAuthority, requestCert: true, rejectUnauthorized: true }),
  };
}

/** What the controller listens with for a service's host. */
function controllerEnd(project: Project, service: Service): TlsOptions {
  const tls = ofKind(chartObjects(project, service), 'Ingress')[0]?.spec?.tls?.find(({ hosts }) =>
    hosts?.includes(service.host),
  );
  const data = dataOf(secretObjects(project), tls?.secretName ?? '');
  return { cert: data.get('tls.crt'), key: data.get('tls.key') };
}

/** By what the controller trusts the pod. The old profile cannot verify; a person may, with the project's authority. */
function controllersView(
  project: Project,
  { name, release }: Service,
): { readonly ca: Buffer | undefined; readonly servername: string } {
  if (project.controller.profile === 'ingress-nginx-0.15')
    return { ca: certs(project, 'ca.crt'), servername: `${release}.${project.namespace}.svc` };
  const service = project.services.find((each) => each.name === name);
  const annotations = service && ofKind(chartObjects(project, service), 'Ingress')[0]?.metadata.annotations;
  const [namespace, secret] = annotations?.['nginx.ingress.kubernetes.io/proxy-ssl-secret']?.split('/') ?? [];
  expect(namespace).toBe(project.namespace);
  return {
    ca: dataOf(secretObjects(project), secret ?? '').get('ca.crt'),
    servername: annotations?.['nginx.ingress.kubernetes.io/proxy-ssl-name'] ?? '',
  };
}

/** Starts a server that says hello to whom it admits, for as long as `ask` takes. */
async function withServer<Answer>(options: TlsOptions, ask: (port: number) => Promise<Answer>): Promise<Answer> {
  const server = createServer(options, (socket) => {
    socket.on('error', () => undefined);
    socket.end('hello');
  });
  server.on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1');
  await onceEmitted(server, 'listening');
  try {
    return await ask((server.address() as AddressInfo).port);
  } finally {
    server.close();
  }
}

/** What a client of Node reads; throws its TLS error. */
function greet(server: TlsOptions, client: ConnectionOptions): Promise<string> {
  return withServer(server, async (port) => {
    const socket = connect({ host: '127.0.0.1', port, ...client });
    let text = '';
    for await (const chunk of socket) text += String(chunk);
    return text;
  });
}

/** Whether a server greets a client; that of Node ends the connection of one that it refuses, with an alert or without. */
async function admits(server: TlsOptions, client: ConnectionOptions): Promise<boolean> {
  try {
    return (await greet(server, client)) === 'hello';
  } catch (error) {
    if (error instanceof Error && /alert|ECONNRESET|EPIPE/.test(error.message)) return false;
    throw error;
  }
}

/** All that `openssl s_client` prints. */
function askWithOpenssl(server: TlsOptions, args: readonly string[]): Promise<string> {
  return withServer(server, async (port) => {
    const child = spawn('openssl', ['s_client', '-connect', `127.0.0.1:${port}`, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let text = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    await onceEmitted(child, 'close');
    return text;
  });
}
