import { expect, it } from 'vitest';
import { ingressNginx015 } from '../../../src/controllers/ingress-nginx-0.15/index.ts';
import type { KubeObject } from '../../../src/model/kube-object.ts';
import { config } from '../../support/controllers/three-services.ts';
import { configMap, deployment, service } from './typed-objects.ts';
import { printComplaint } from '../../../src/controllers/complaint.ts';

const usual = [
  '--configmap=$(POD_NAMESPACE)/nginx-configuration-ic3',
  '--enable-ssl-passthrough',
  '--ingress-class=ic3',
];

/** An Ingress of 2018 for NAME.test; the annotations' keys are without their prefix. */
function ingress(
  name: string,
  annotations: Readonly<Record<string, string>> = {},
  backend = name,
  className = 'ic3',
  host = `${name}.test`,
): KubeObject {
  const prefixed = Object.entries(annotations).map(
    ([key, value]) => [`nginx.ingress.kubernetes.io/${key}`, value] as const,
  );
  return {
    apiVersion: 'extensions/v1beta1',
    kind: 'Ingress',
    metadata: {
      name,
      namespace: 'default',
      annotations: {
        ...(className === '' ? {} : { 'kubernetes.io/ingress.class': className }),
        ...Object.fromEntries(prefixed),
      },
    },
    spec: {
      rules: [{ host, http: { paths: [{ path: '/', backend: { serviceName: backend, servicePort: 'https' } }] } }],
    },
  };
}

const read = (args: readonly string[], ...objects: readonly KubeObject[]) =>
  ingressNginx015.readRoutes([deployment(...args), service('a'), service('b'), ...objects], config());
const brief = (args: readonly string[], ...objects: readonly KubeObject[]) =>
  read(args, ...objects).hosts.map(
    ({ name, connection, locations }) =>
      `${name} ${connection} ${locations.map(({ upstream }) => upstream.scheme).join()}`,
  );

it('speaks plain HTTP, unverified TLS with secure-backends, and TLS for what comes past a passthrough', () => {
  expect(brief(usual, ingress('a'))).toEqual(['a.test terminated http']);
  expect(brief(usual, ingress('a', { 'secure-backends': 'true' }))).toEqual(['a.test terminated https']);
  expect(brief(usual, ingress('a', { 'ssl-passthrough': 'true' }))).toEqual(['a.test passed-through https']);
  expect(read(usual, ingress('a', { 'secure-backends': 'true' })).hosts[0]?.locations[0]?.upstream).toEqual({
    scheme: 'https',
  });
});

it('terminates without the flag, and then opens TLS to the pod itself', () => {
  expect(
    brief(
      usual.filter((arg) => !arg.includes('passthrough')),
      ingress('a', { 'ssl-passthrough': 'true' }),
    ),
  ).toEqual(['a.test terminated https']);
});

it('speaks TLS to a Service port for every route to it when one asks for it', () => {
  expect(brief(usual, ingress('a'), ingress('b', { 'ssl-passthrough': 'true' }, 'a'))).toEqual([
    'a.test terminated https',
    'b.test passed-through https',
  ]);
});

it('lets the oldest Ingress of a host decide', () => {
  expect(brief(usual, ingress('a'), ingress('b', { 'ssl-passthrough': 'true' }, 'b', 'ic3', 'a.test'))).toEqual([
    'a.test terminated http',
  ]);
});

it('goes by the annotation alone for the class', () => {
  expect(brief(usual, ingress('a', {}, 'a', 'ic2'), ingress('b', {}, 'b', ''))).toEqual([]);
  expect(brief(usual.slice(0, 2), ingress('a', {}, 'a', ''), ingress('b', {}, 'b', 'nginx'))).toEqual([
    'a.test terminated http',
    'b.test terminated http',
  ]);
  expect(read(usual, ingress('a', {}, 'a', 'ic2')).complaints.map(printComplaint)).toEqual([
    "Ingress default/a is ignored: its annotation names class ic2, and the controller's is ic3",
  ]);
});

it('does not know the annotations of later versions', () => {
  expect(read(usual, ingress('a', { 'backend-protocol': 'HTTPS' }))).toMatchObject({
    hosts: [{ locations: [{ upstream: { scheme: 'http' } }] }],
    complaints: [{ text: expect.stringContaining('backend-protocol') as string }],
  });
});

it('offers HTTP/2 unless told not to', () => {
  expect(read(usual, ingress('a')).offersHttp2).toBe(true);
  expect(read(usual, configMap({ 'use-http2': 'false' })).offersHttp2).toBe(false);
});

it("names flags and settings that are not read and differ from the article's", () => {
  const { before, after } = ingressNginx015.manifests(config(), { own: {}, shared: {} });
  expect(
    ingressNginx015.readRoutes(
      [...before, ...after].flatMap(({ objects }) => objects),
      config(),
    ).complaints,
  ).toEqual([]);
  expect(
    read([...usual, '--default-ssl-certificate=a/b'], configMap({ hsts: 'false' })).complaints.map(printComplaint),
  ).toEqual([
    'Deployment ingress-nginx-demo/nginx-ingress-controller-ic3: preview does not imitate --default-ssl-certificate',
    'ConfigMap ingress-nginx-demo/nginx-configuration-ic3: preview does not imitate hsts',
  ]);
});
