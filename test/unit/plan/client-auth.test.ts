import { describe, expect, it } from 'vitest';
import { buildCurlArgs } from '../../../src/app/curl-line.ts';
import { judgeAuthorities } from '../../../src/project/named-authorities.ts';
import type { ServiceIntent } from '../../../src/model/config.ts';
import type { Mode } from '../../../src/model/mode.ts';
import { buildDesiredProject, type DesiredProject } from '../../../src/project/desired-project.ts';
import { config, service } from '../../support/controllers/three-services.ts';
import { profiles } from '../../support/profiles.ts';
import { gatewayApi } from '../../support/targets/gateway-api/index.ts';

const project = (mode: Mode, given: Partial<ServiceIntent>, profile = 'ingress-nginx'): DesiredProject =>
  buildDesiredProject(config([service('a', mode, { clientAuth: true, ...given })]), profiles[profile]!);

/** Secret -> key -> file. */
const secretsOf = ({ objects }: DesiredProject) =>
  Object.fromEntries(objects.map(({ content }) => [content.object.metadata.name, content.data]));
const files = ({ pairs }: DesiredProject): readonly string[] => pairs.map(({ paths }) => paths.certificate);
const annotationsOf = ({ services }: DesiredProject): string => JSON.stringify(services[0]?.routes[0]?.annotations);
const errors = ({ notices }: DesiredProject) =>
  notices.filter(({ level }) => level === 'error').map(({ code }) => code);

describe('a service whose clients the controller asks for a certificate', () => {
  it('has an authority and a client of its own, and the authority in a Secret without a key', () => {
    const desired = project('terminate', {});
    expect(files(desired)).toEqual(['certs/wildcard.crt', 'certs/a-client-ca.crt', 'certs/a-client.crt']);
    expect(secretsOf(desired)['ic3-a-client-ca']).toEqual({ 'ca.crt': 'certs/a-client-ca.crt' });
    expect(annotationsOf(desired)).toContain('"nginx.ingress.kubernetes.io/auth-tls-secret":"default/ic3-a-client-ca"');
    expect(annotationsOf(desired)).toContain('"nginx.ingress.kubernetes.io/auth-tls-verify-client":"on"');
    expect(annotationsOf(desired)).not.toMatch(/auth-tls-(verify-depth|pass)/);
    // The pod has nothing to do with it.
    expect(desired.services[0]).not.toHaveProperty('clientCaSecret');
  });

  it('says all that is asked for', () => {
    const clientAuthDetails = { isOptional: true, depth: 3, forward: true, authority: 'certs/mine.crt' } as const;
    const desired = project('reencrypt', { clientAuthDetails, namespace: 'shop' });
    const annotations = annotationsOf(desired);
    expect(annotations).toContain('auth-tls-secret":"shop/ic3-a-client-ca"');
    expect(annotations).toContain('auth-tls-verify-client":"optional"');
    expect(annotations).toContain('auth-tls-verify-depth":"3"');
    expect(annotations).toContain('auth-tls-pass-certificate-to-upstream":"true"');
    expect(secretsOf(desired)['ic3-a-client-ca']).toEqual({ 'ca.crt': 'certs/mine.crt' });
    expect(files(desired).filter((path) => path.includes('client'))).toEqual([]);
    expect(desired.authorities).toMatchObject([{ path: 'certs/mine.crt', of: 'client' }]);
  });

  it('keeps the certificate of the controller apart from those of clients', () => {
    const desired = project('reencrypt', { upstreamClientCertificate: true });
    expect(secretsOf(desired)).toMatchObject({
      'ic3-a-client-ca': { 'ca.crt': 'certs/a-client-ca.crt' },
      'ic3-a-controller-ca': { 'ca.crt': 'certs/a-controller-ca.crt' },
      'ic3-a-upstream-ca': { 'tls.crt': 'certs/a-controller.crt', 'tls.key': 'certs/a-controller.key' },
    });
    expect(desired.services[0]).toMatchObject({
      clientCaSecret: 'ic3-a-controller-ca',
      edgeClientCaSecret: 'ic3-a-client-ca',
    });
    const [controller, client] = ['a-controller-ca', 'a-client-ca'].map(
      (name) => desired.pairs.find(({ paths }) => paths.certificate === `certs/${name}.crt`)?.request.commonName,
    );
    expect(controller).not.toBe(client);
  });

  it('leaves them where they were without clientAuth', () => {
    const desired = project('reencrypt', { clientAuth: false, upstreamClientCertificate: true });
    expect(secretsOf(desired)).toMatchObject({
      'ic3-a-client-ca': { 'ca.crt': 'certs/a-client-ca.crt' },
      'ic3-a-upstream-ca': { 'tls.crt': 'certs/a-client.crt' },
    });
    expect(annotationsOf(desired)).not.toContain('auth-tls');
  });

  it('is refused where the controller cannot do it', () => {
    expect(errors(project('terminate', { clientAuthDetails: { depth: 2 } }))).toEqual([]);
    expect(errors(project('terminate', { clientAuthDetails: { depth: 2 } }, 'traefik'))).toEqual(['client-auth-depth']);
    const desired = buildDesiredProject(config([service('a', 'terminate', { clientAuth: true })]), gatewayApi);
    expect(errors(desired)).toEqual(['client-auth']);
  });

  it.each(['ingress-nginx', 'ingress-nginx-0.15', 'traefik'])('decides alone what it has a word for: %s', (profile) => {
    const annotated = (key: string, value: string) =>
      errors(project('terminate', { annotations: { [`nginx.ingress.kubernetes.io/${key}`]: value } }, profile));
    expect(annotated('auth-tls-secret', 'default/other')).toEqual(['annotation-refused']);
    expect(annotated('auth-tls-verify-client', 'off')).toEqual(['annotation-refused']);
    expect(annotated('auth-tls-pass-certificate-to-upstream', 'true')).toEqual(['annotation-refused']);
  });

  it('takes an annotation that it has no word for', () => {
    const annotations = { 'nginx.ingress.kubernetes.io/auth-tls-match-cn': 'CN=partner' };
    const clientAuthDetails = { authority: 'certs/partner.crt' };
    expect(errors(project('terminate', { annotations, clientAuthDetails }))).toEqual([]);
    // The project's own client has a name of its own.
    expect(errors(project('terminate', { annotations }))).toEqual(['annotation-refused']);
    expect(errors(project('terminate', { annotations, clientAuth: false }))).toEqual(['annotation-alone']);
  });

  it('has its client in the curl line where the project has one', () => {
    const line = (given: Partial<ServiceIntent>): string =>
      buildCurlArgs({
        service: project('terminate', given).services[0]!,
        address: { host: '127.0.0.1', port: 443 },
        path: '/',
      }).join(' ');
    expect(line({})).toContain('--cert certs/a-client.crt --key certs/a-client.key');
    expect(line({ clientAuthDetails: { authority: 'certs/mine.crt' } })).not.toContain('--cert ');
    expect(line({ clientAuth: false })).not.toContain('--cert ');
  });
});

it('says whose certificates a missing authority is for', () => {
  const { authorities } = project('terminate', { clientAuthDetails: { authority: 'certs/mine.crt' } });
  const [notice] = judgeAuthorities(authorities, { authorities: new Map() }, new Date(0));
  expect(notice).toMatchObject({
    code: 'authority-missing',
    message: 'certs/mine.crt is not here, by which the clients of a are to be verified',
    path: ['services', 0, 'clientAuth', 'authority'],
  });
});

it('asks as the pod does in passthrough, by the authority that is named', () => {
  const desired = project('passthrough', { clientAuthDetails: { authority: 'certs/mine.crt', isOptional: true } });
  expect(secretsOf(desired)['ic3-a-client-ca']).toEqual({ 'ca.crt': 'certs/mine.crt' });
  expect(desired.services[0]).not.toHaveProperty('edgeClientCaSecret');
  expect(files(desired)).toEqual(['certs/wildcard.crt', 'certs/ca.crt', 'certs/a.crt']);
});
