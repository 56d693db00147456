import { expect, it } from 'vitest';
import type { JsonObject } from '../../../src/model/json.ts';
import type { KubeObject } from '../../../src/model/kube-object.ts';
import { readPods } from '../../../src/preview/input-pods.ts';

const labels = { app: 'a' };
const service: KubeObject = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'a', namespace: 'default' },
  spec: { selector: labels, ports: [{ name: 'https', port: 443, targetPort: 'web' }] },
};
const caddyfile: KubeObject = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'a', namespace: 'default' },
  data: {
    Caddyfile:
      ':8080 {\n  tls /certs/c /certs/k {\n    client_auth {\n      trust_pool file /ca/ca.crt\n    }\n  }\n  respond <<END\n    Hello\n\n    END 200\n}\n',
  },
};
const secret = (name: string, data: Record<string, string>): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, namespace: 'default' },
  data: Object.fromEntries(Object.entries(data).map(([key, text]) => [key, Buffer.from(text).toString('base64')])),
});
const pair = secret('pair', { 'tls.crt': 'CERTIFICATE', 'tls.key': 'KEY' });
const authority = secret('authority', { 'ca.crt': 'AUTHORITY' });

function deployment(spec: JsonObject = {}, container: JsonObject = {}): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'a', namespace: 'default' },
    spec: {
      replicas: 1,
      ...spec,
      template: {
        metadata: { labels: { ...labels, more: 'x' } },
        spec: {
          containers: [
            {
              image: 'caddy',
              ports: [{ name: 'web', containerPort: 8080 }],
              volumeMounts: [
                { name: 'conf', mountPath: '/etc/caddy' },
                { name: 'pair', mountPath: '/certs/' },
                { name: 'authority', mountPath: '/ca' },
              ],
              ...container,
            },
          ],
          volumes: [
            { name: 'conf', configMap: { name: 'a' } },
            {
              name: 'pair',
              secret: {
                secretName: 'pair',
                items: [
                  { key: 'tls.crt', path: 'c' },
                  { key: 'tls.key', path: 'k' },
                ],
              },
            },
            { name: 'authority', secret: { secretName: 'authority' } },
          ],
        },
      },
    },
  };
}

const pod = {
  service: { namespace: 'default', name: 'a' },
  ports: [443, 'https'],
  tls: { certificate: 'CERTIFICATE', key: 'KEY' },
  clientAuthority: 'AUTHORITY',
  greeting: 'Hello\n',
};

it('follows selector, ports, volumes and Caddyfile', () => {
  expect(readPods([service, caddyfile, pair, authority, deployment()])).toEqual({ pods: [pod], complaints: [] });
});

it.each([
  ['a Secret is missing', [caddyfile, authority, deployment()], 'Secret default/pair'],
  ['a key of a Secret is missing', [caddyfile, authority, secret('pair', { 'tls.crt': 'x' }), deployment()], 'tls.key'],
  [
    'a Secret lies in another namespace',
    [caddyfile, pair, { ...authority, metadata: { name: 'authority', namespace: 'other' } }, deployment()],
    'Secret default/authority',
  ],
  ['there are no replicas', [caddyfile, pair, authority, deployment({ replicas: 0 })], 'no replicas'],
])('has no pod where %s', (_what, objects, why) => {
  const { pods, complaints } = readPods([service, ...objects]);
  expect(pods).toEqual([]);
  expect(complaints).toEqual([expect.stringContaining(why)]);
  expect(complaints.join()).not.toContain('KEY');
});

it('takes what a person mounts beside the files of the program as there', () => {
  const mounts = (path: string) => ({
    volumeMounts: [
      { name: 'conf', mountPath: '/etc/caddy' },
      { name: 'pair', mountPath: '/certs/' },
      { name: 'authority', mountPath: '/ca' },
      { name: 'mine', mountPath: path },
    ],
  });
  const readWith = (path: string) => {
    const given = deployment({}, mounts(path));
    const text = JSON.stringify(given).replace(
      '"volumes":[',
      '"volumes":[{"name":"mine","secret":{"secretName":"mine"}},',
    );
    return readPods([caddyfile, pair, authority, service, JSON.parse(text) as KubeObject]);
  };
  expect(readWith('/mine')).toMatchObject({ complaints: [], pods: [{ greeting: 'Hello\n' }] });
  expect(readWith('/certs')).toMatchObject({
    complaints: [expect.stringContaining('there is no Secret default/mine')],
  });
});

it('has no pod where nothing carries the labels, and no port where none leads to the program', () => {
  const elsewhere = { ...service, spec: { selector: { app: 'b' }, ports: [] } };
  expect(readPods([elsewhere, caddyfile, pair, authority, deployment()])).toEqual({ pods: [], complaints: [] });
  const { pods, complaints } = readPods([
    { ...service, spec: { selector: labels, ports: [{ port: 443, targetPort: 'wrong' }] } },
    caddyfile,
    pair,
    authority,
    deployment(),
  ]);
  expect(pods[0]?.ports).toEqual([]);
  expect(complaints).toHaveLength(1);
});

it("puts a demo backend in the place of a person's own image, with the TLS that the image is told of", () => {
  const env = [
    { name: 'PORT', value: '8080' },
    { name: 'TLS_CERT_FILE', value: '/certs/c' },
    { name: 'TLS_KEY_FILE', value: '/certs/k' },
  ];
  const own = deployment(
    {},
    { image: 'example.test/shop:1\u001b[2J', env, volumeMounts: [{ name: 'pair', mountPath: '/certs' }] },
  );
  expect(readPods([service, pair, own]).pods).toEqual([
    {
      service: pod.service,
      ports: pod.ports,
      tls: pod.tls,
      greeting: 'Hello, I am a demo backend of ingress-tls preview in place of example.test/shop:1[2J.\n',
    },
  ]);
});
