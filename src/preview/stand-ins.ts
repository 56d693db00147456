import { listField } from '../kube/object-fields.ts';
import { indexObjects, locateObject, printName } from '../kube/object-index.ts';
import { hasOwnCertificate } from '../model/backend.ts';
import type { PlannedService } from '../model/chart.ts';
import type { JsonObject } from '../model/json.ts';
import type { KubeObject } from '../model/kube-object.ts';
import { podSpeaksTls } from '../model/mode.ts';
import { listServicePorts } from '../model/paths.ts';
import { isOptionalInPod } from '../model/client-auth.ts';
import type { PodDescription } from '../model/preview.ts';

/** What a preview has in the place of Services that are there already and of their pods. */
export interface StandIns {
  readonly objects: readonly KubeObject[];
  readonly pods: readonly PodDescription[];
  /** Whose pods cannot be stood in for. */
  readonly complaints: readonly string[];
}

/**
 * Stands in for the Services that the project only leads to: each with a demo backend that serves what their pods should. A pod whose
 * certificate somebody else made has a key that is nowhere here: in its place nobody answers.
 */
export function buildStandIns(services: readonly PlannedService[], objects: readonly KubeObject[]): StandIns {
  const index = indexObjects(objects);
  const built = services
    .filter((service) => listServicePorts(service).length > 0)
    .map((service): StandIns => {
      const { namespace, podTlsSecret, clientCaSecret } = service;
      const led = listServicePorts(service).map(({ name, port }) => ({
        named: { namespace: service.service?.namespace ?? namespace, name },
        port,
      }));
      const standing = led.map(({ named, port }) => ({
        apiVersion: 'v1',
        kind: 'Service',
        metadata: named,
        spec: { ports: [typeof port === 'number' ? { port } : { name: port, port: 1 }] },
      }));
      const read = (secret: string | undefined, key: string): string | undefined =>
        secret === undefined ? undefined : index.findData('Secret', { namespace, name: secret })?.[key];
      const isTls = podSpeaksTls(service.mode);
      const [certificate, key] = isTls ? [read(podTlsSecret, 'tls.crt'), read(podTlsSecret, 'tls.key')] : [];
      const authority = read(clientCaSecret, 'ca.crt');
      const lacks = isTls && (certificate === undefined || key === undefined);
      if (lacks || (clientCaSecret !== undefined && authority === undefined)) {
        const places = new Set(led.map(({ named }) => printName(named)));
        const why = hasOwnCertificate(service)
          ? `a Secret of service ${service.name} is missing`
          : `the key of its certificate is not here: verify on a cluster proves ${service.name}`;
        return {
          objects: standing,
          pods: [],
          complaints: [...places].map((place) => `nobody stands in for Service ${place}: ${why}`),
        };
      }
      const pods = led.map(({ named, port }): PodDescription => {
        const others = led.filter((each) => each.named.name === named.name).length;
        return {
          service: named,
          ports: [port],
          ...(certificate === undefined || key === undefined ? {} : { tls: { certificate, key } }),
          ...(authority === undefined ? {} : { clientAuthority: authority }),
          ...(isOptionalInPod(service) && { isClientOptional: true }),
          ...(service.protocol !== undefined && { protocol: service.protocol }),
          greeting: `Hello, I am a demo backend of ingress-tls preview in place of Service ${printName(named)}${others > 1 ? `, port ${port}` : ''}.\n`,
        };
      });
      return { objects: standing, pods, complaints: [] };
    });
  return {
    objects: mergeServices(built.flatMap((each) => each.objects)),
    pods: built.flatMap(({ pods }) => pods),
    complaints: built.flatMap(({ complaints }) => complaints),
  };
}

/** One for each Service, with all the ports that are led to. */
function mergeServices(objects: readonly KubeObject[]): readonly KubeObject[] {
  const merged = new Map<string, KubeObject>();
  for (const object of objects) {
    const place = printName(locateObject(object));
    const ports = [...listField(merged.get(place), 'spec', 'ports'), ...listField(object, 'spec', 'ports')];
    merged.set(place, { ...object, spec: { ports: ports as JsonObject[] } });
  }
  return [...merged.values()];
}
