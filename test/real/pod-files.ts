import type { IContainer, ISecret } from 'kubernetes-models/v1';
import { ofKind, type KubernetesObject } from './objects.ts';

/** What the kubelet puts into a service's container: absolute path -> content. Throws where a Secret or a key is missing. */
function filesInPod(
  chart: readonly KubernetesObject[],
  secrets: readonly KubernetesObject[],
): ReadonlyMap<string, Buffer> {
  const pod = ofKind(chart, 'Deployment')[0]?.spec?.template.spec;
  const files = new Map<string, Buffer>();
  for (const { name, mountPath } of containerOf(chart).volumeMounts ?? []) {
    const volume = pod?.volumes?.find((each) => each.name === name);
    if (volume === undefined) throw new Error(`no volume ${name}`);
    if (volume.secret !== undefined) {
      const data = dataOf(secrets, volume.secret.secretName ?? '');
      for (const { key, path } of volume.secret.items ?? []) files.set(`${mountPath}/${path}`, entry(data, key));
    } else if (volume.configMap !== undefined) {
      const configMap = ofKind(chart, 'ConfigMap').find(({ metadata }) => metadata.name === volume.configMap?.name);
      if (configMap === undefined) throw new Error(`no ConfigMap ${volume.configMap.name ?? ''}`);
      for (const [key, text] of Object.entries(configMap.data ?? {}))
        files.set(`${mountPath}/${key}`, Buffer.from(text));
    }
  }
  return files;
}

export interface ServerFiles {
  readonly certificate: Buffer;
  readonly key: Buffer;
  /** Present where clients must show a certificate. */
  readonly clientAuthority?: Buffer;
}

/** The files that the program in the pod serves TLS with: as its Caddyfile says, or its environment. Undefined: plain HTTP. */
export function serverFiles(
  chart: readonly KubernetesObject[],
  secrets: readonly KubernetesObject[],
): ServerFiles | undefined {
  const files = filesInPod(chart, secrets);
  const caddyfile = files.get('/etc/caddy/Caddyfile')?.toString();
  const paths = caddyfile === undefined ? namedByEnvironment(chart) : namedByCaddyfile(caddyfile);
  if (paths.certificate === undefined || paths.key === undefined) return undefined;
  const read = (path: string): Buffer => {
    const content = files.get(path);
    if (content === undefined) throw new Error(`${path} is not in the pod`);
    return content;
  };
  return {
    certificate: read(paths.certificate),
    key: read(paths.key),
    ...(paths.clientAuthority === undefined ? {} : { clientAuthority: read(paths.clientAuthority) }),
  };
}

interface ServerPaths {
  readonly certificate: string | undefined;
  readonly key: string | undefined;
  readonly clientAuthority: string | undefined;
}

function namedByEnvironment(chart: readonly KubernetesObject[]): ServerPaths {
  const value = (name: string): string | undefined => containerOf(chart).env?.find((each) => each.name === name)?.value;
  return {
    certificate: value('TLS_CERT_FILE'),
    key: value('TLS_KEY_FILE'),
    clientAuthority: value('TLS_CLIENT_CA_FILE'),
  };
}

// https://caddyserver.com/docs/caddyfile/directives/tls: `tls <cert_file> <key_file>`, `client_auth { trust_pool file <path> }`.
function namedByCaddyfile(text: string): ServerPaths {
  const [, certificate, key] = /^\s*tls (\S+) (\S+)/m.exec(text) ?? [];
  const demands = /^\s*mode require_and_verify$/m.test(text);
  return { certificate, key, clientAuthority: demands ? /^\s*trust_pool file (\S+)$/m.exec(text)?.[1] : undefined };
}

function containerOf(chart: readonly KubernetesObject[]): IContainer {
  const container = ofKind(chart, 'Deployment')[0]?.spec?.template.spec?.containers[0];
  if (container === undefined) throw new Error('the chart has no container');
  return container;
}

/** The decoded data of a Secret of this name. */
export function dataOf(secrets: readonly KubernetesObject[], name: string): ReadonlyMap<string, Buffer> {
  const found = ofKind(secrets, 'Secret').find(({ metadata }) => metadata.name === name);
  if (found === undefined) throw new Error(`no Secret ${name}`);
  return decode(found);
}

function decode({ data }: ISecret): ReadonlyMap<string, Buffer> {
  return new Map(Object.entries(data ?? {}).map(([key, value]) => [key, Buffer.from(value, 'base64')]));
}

function entry(data: ReadonlyMap<string, Buffer>, key: string): Buffer {
  const value = data.get(key);
  if (value === undefined) throw new Error(`the Secret has no ${key}`);
  return value;
}
