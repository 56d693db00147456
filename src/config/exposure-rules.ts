import { defaults } from './defaults.ts';
import { exposureSchema, plainPortSchema, portSchema } from './schema.ts';
import { accepted, refuseOverlong, toList, toRecord, type Breach } from './trusted.ts';

const path = ['controller', 'service'] as const;

/**
 * Checks what concerns several fields of the controller's Service: what the API server would refuse (kubernetes@v1.35.4
 * pkg/apis/core/validation/validation.go, ValidateService), and what would have no effect with the type.
 */
export function checkExposure(controller: Readonly<Record<string, unknown>>): Breach[] {
  if (controller['service'] === undefined || controller['service'] === null) return [];
  const exposure = toRecord(controller['service']);
  const type = accepted(exposureSchema.shape.type, exposure['type']);
  const http = exposure['http'] === undefined ? undefined : toRecord(exposure['http']);
  return [
    ...(type === undefined || type === 'NodePort' ? [] : refuseNodePorts(type, controller, http)),
    ...refuseClashes(type, controller, exposure, http),
    ...(type === 'ClusterIP' ? refuseTrafficPolicy(exposure) : []),
    ...refuseRepeatedFamilies(toList(exposure['ipFamilies'])),
    ...refuseOverlong([...path, 'annotations'], toRecord(exposure['annotations'])),
  ];
}

function refuseNodePorts(
  type: string,
  controller: Readonly<Record<string, unknown>>,
  http: Readonly<Record<string, unknown>> | undefined,
): Breach[] {
  const message =
    type === 'ClusterIP'
      ? 'a Service of type ClusterIP has no node port; leave it out, or use type: NodePort'
      : 'clients of a load balancer connect to the port of the Service, which is service.https; leave it out, or use type: NodePort';
  return [
    ...(controller['nodePort'] === undefined
      ? []
      : [{ path: ['controller', 'nodePort'], message, role: 'key' as const }]),
    ...(http?.['nodePort'] === undefined
      ? []
      : [
          {
            path: [...path, 'http', 'nodePort'],
            message: message.replace('service.https', 'http.port'),
            role: 'key' as const,
          },
        ]),
  ];
}

function refuseClashes(
  type: string | undefined,
  controller: Readonly<Record<string, unknown>>,
  exposure: Readonly<Record<string, unknown>>,
  http: Readonly<Record<string, unknown>> | undefined,
): Breach[] {
  if (http === undefined) return [];
  const https = accepted(exposureSchema.shape.https, exposure['https']);
  const port = accepted(plainPortSchema.shape.port, http['port']);
  const breaches: Breach[] = [];
  if (port !== undefined && port === https) {
    breaches.push({
      path: [...path, ...(http['port'] === undefined ? ['https'] : ['http', 'port'])],
      message: `${port} is the port of ${http['port'] === undefined ? 'http' : 'https'} already; a Service has each port once`,
    });
  }
  const own =
    controller['nodePort'] === undefined ? defaults.controller.nodePort : accepted(portSchema, controller['nodePort']);
  const other = accepted(portSchema, http['nodePort']);
  if (type === 'NodePort' && other !== undefined && other === own) {
    breaches.push({
      path: [...path, 'http', 'nodePort'],
      message: `${other} is controller.nodePort, the node port for HTTPS; choose another`,
    });
  }
  return breaches;
}

function refuseTrafficPolicy(exposure: Readonly<Record<string, unknown>>): Breach[] {
  if (exposure['externalTrafficPolicy'] === undefined) return [];
  const message =
    'a Service of type ClusterIP takes no traffic from outside, so there is no policy for it; leave externalTrafficPolicy out';
  return [{ path: [...path, 'externalTrafficPolicy'], message, role: 'key' }];
}

function refuseRepeatedFamilies(families: readonly unknown[]): Breach[] {
  return families.flatMap((family, index) =>
    families.indexOf(family) < index
      ? [{ path: [...path, 'ipFamilies', index], message: `${String(family)} is named twice` }]
      : [],
  );
}
