import { fieldAt, listField, textField, textMapField } from '../kube/object-fields.ts';
import { indexObjects, locateObject, printName, type ObjectIndex } from '../kube/object-index.ts';
import type { KubeObject } from '../model/kube-object.ts';
import type { PodDescription } from '../model/preview.ts';
import { readCaddyfile, type CaddyfileFacts } from './input-caddyfile.ts';
import { openMounts, type ReadPodFile } from './input-mounts.ts';

export interface DescribedPods {
  readonly pods: readonly PodDescription[];
  /** Why pods are missing or not what they would be. */
  readonly complaints: readonly string[];
}

/** Describes the pods behind each Service with a selector, as its Deployment, Secrets and ConfigMaps make them. */
export function readPods(objects: readonly KubeObject[]): DescribedPods {
  const index = indexObjects(objects);
  const complaints: string[] = [];
  const pods = index.list('Service').flatMap((service) => {
    const deployment = findDeployment(index, service);
    if (deployment === undefined) return [];
    return readPod(index, service, deployment, (text) =>
      complaints.push(`Deployment ${printName(locateObject(deployment))}: ${text}`),
    );
  });
  return { pods, complaints };
}

/** The Deployment whose pods carry all labels of the Service's selector. */
function findDeployment(index: ObjectIndex, service: KubeObject): KubeObject | undefined {
  const selector = Object.entries(textMapField(service, 'spec', 'selector'));
  if (selector.length === 0) return undefined;
  const { namespace } = locateObject(service);
  return index.list('Deployment').find((deployment) => {
    const labels = textMapField(deployment, 'spec', 'template', 'metadata', 'labels');
    return locateObject(deployment).namespace === namespace && selector.every(([key, value]) => labels[key] === value);
  });
}

function readPod(
  index: ObjectIndex,
  service: KubeObject,
  deployment: KubeObject,
  complain: (text: string) => void,
): readonly PodDescription[] {
  const { read, missing } = openMounts(index, deployment);
  const program = readProgram(deployment, read);
  // The controller itself and whatever else has no file or port of a service's chart is no backend of ours.
  if (program === undefined) return [];
  if (fieldAt(deployment, 'spec', 'replicas') === 0) {
    complain('it has no replicas, so no pod answers');
    return [];
  }
  // What a person mounts beside the program's own files need not be the project's: on a cluster it may well be there.
  const needed = missing.filter(({ place }) => listFiles(program).some((file) => file.startsWith(`${place}/`)));
  if (needed.length > 0) {
    complain(`its pod does not start: there is no ${needed.map(({ what }) => what).join(', no ')}`);
    return [];
  }
  const ports = listPorts(service, deployment, program.port, complain);
  const tls =
    program.tls === undefined ? undefined : { certificate: read(program.tls.certificate), key: read(program.tls.key) };
  const authority = program.clientAuthority === undefined ? undefined : read(program.clientAuthority);
  if (
    (tls !== undefined && (tls.certificate === undefined || tls.key === undefined)) ||
    (program.clientAuthority !== undefined && authority === undefined)
  ) {
    complain('its pod ends at once: a file that its program reads is not mounted');
    return [];
  }
  return [
    {
      service: locateObject(service),
      ports,
      ...(tls?.certificate === undefined || tls.key === undefined
        ? {}
        : { tls: { certificate: tls.certificate, key: tls.key } }),
      ...(authority === undefined ? {} : { clientAuthority: authority }),
      ...(program.isClientOptional === true && { isClientOptional: true }),
      greeting: program.greeting ?? `Hello, I am the backend of Service ${service.metadata.name} in a preview.\n`,
    },
  ];
}

/** Those that the program reads to do its TLS. */
function listFiles({ tls, clientAuthority }: CaddyfileFacts): readonly string[] {
  return [tls?.certificate, tls?.key, clientAuthority].filter((file) => file !== undefined);
}

/** The demo backend by its Caddyfile; a person's own image by the variables that the chart gives it. */
function readProgram(deployment: KubeObject, read: ReadPodFile): CaddyfileFacts | undefined {
  const container = fieldAt(deployment, 'spec', 'template', 'spec', 'containers', 0);
  const caddyfile = read('/etc/caddy/Caddyfile');
  if (caddyfile !== undefined) return readCaddyfile(caddyfile);
  const environment = new Map(
    listField(container, 'env').map((entry) => [textField(entry, 'name'), textField(entry, 'value')]),
  );
  const port = environment.get('PORT');
  if (port === undefined) return undefined;
  const [certificate, key, clientAuthority] = ['TLS_CERT_FILE', 'TLS_KEY_FILE', 'TLS_CLIENT_CA_FILE'].map((name) =>
    environment.get(name),
  );
  const image = (textField(container, 'image') ?? '').replace(/\p{C}/gu, '');
  return {
    port: Number(port),
    greeting: `Hello, I am a demo backend of ingress-tls preview in place of ${image}.\n`,
    ...(certificate === undefined || key === undefined ? {} : { tls: { certificate, key } }),
    ...(clientAuthority === undefined ? {} : { clientAuthority }),
  };
}

/** Numbers and names of the Service's ports that lead to where the program listens. */
function listPorts(
  service: KubeObject,
  deployment: KubeObject,
  listening: number | undefined,
  complain: (text: string) => void,
): readonly (string | number)[] {
  const named = new Map(
    listField(deployment, 'spec', 'template', 'spec', 'containers', 0, 'ports').map((port) => [
      fieldAt(port, 'name'),
      fieldAt(port, 'containerPort'),
    ]),
  );
  return listField(service, 'spec', 'ports').flatMap((port) => {
    const target = fieldAt(port, 'targetPort') ?? fieldAt(port, 'port');
    const number = typeof target === 'string' ? named.get(target) : target;
    if (number !== listening) {
      complain(
        `port ${String(fieldAt(port, 'port'))} of Service ${service.metadata.name} leads to ${String(number ?? target)}, and the program listens on ${listening ?? 'no port'}`,
      );
      return [];
    }
    return [fieldAt(port, 'port'), fieldAt(port, 'name')].filter(
      (each) => typeof each === 'string' || typeof each === 'number',
    );
  });
}
