import { backendOf } from '../model/backend.ts';
import type { PlannedService, WorkloadDialect } from '../model/chart.ts';
import type { JsonObject, JsonValue } from '../model/json.ts';
import { clientCaDirectory, podFiles, tlsDirectory } from './demo-backend.ts';
import type { ShapeProblem } from './check-shape.ts';
import { ownMember, readOwnValue } from './own-values.ts';
import { isJsonArray, isJsonObject } from './yaml-value.ts';

interface TakenInput {
  readonly service: PlannedService;
  readonly workload: WorkloadDialect;
}

/** templates/chart/templates/_helpers.tpl.ejs: labels. */
const labels = [
  'app.kubernetes.io/name',
  'app.kubernetes.io/instance',
  'app.kubernetes.io/managed-by',
  'app.kubernetes.io/version',
  'app.kubernetes.io/part-of',
  'helm.sh/chart',
];

/**
 * Finds names in a value that the chart's templates give themselves: of two labels of one name, two variables, volumes or mounts the API
 * server refuses the second, or takes it in silence.
 */
export function findTaken(input: TakenInput, path: string, given: JsonValue): readonly ShapeProblem[] {
  const message = 'the chart sets it itself; choose another name';
  if (isJsonObject(given)) {
    const taken = takenKeys(input, path);
    return Object.keys(given)
      .filter((key) => taken.includes(key))
      .map((key) => ({ path: [key], message }));
  }
  const { member, names } = takenItems(input.service, path);
  if (!isJsonArray(given) || member === undefined) return [];
  return given.flatMap((item, index) => {
    const name = isJsonObject(item) ? ownMember(item, member) : undefined;
    return typeof name === 'string' && names.includes(name.replace(/(?<=.)\/+$/, ''))
      ? [{ path: [index, member], message: name === 'PORT' ? `${message}, or use port` : message }]
      : [];
  });
}

function takenKeys({ service, workload }: TakenInput, path: string): readonly string[] {
  switch (path) {
    case 'commonLabels':
      return labels;
    case 'podLabels':
      return [...labels, ...Object.keys(toMap(readOwnValue(service.values, 'commonLabels')))];
    case 'podAnnotations': {
      const { tls, clientAuth } = podFiles(service);
      return [
        ...(backendOf(service) === 'demo' ? ['checksum/config'] : []),
        ...(tls || clientAuth ? ['checksum/certificates'] : []),
        ...(workload.seccompProfile === 'annotation' ? ['seccomp.security.alpha.kubernetes.io/pod'] : []),
      ];
    }
    default:
      return [];
  }
}

/** templates/chart/templates/deployment.yaml.ejs. */
function takenItems(
  service: PlannedService,
  path: string,
): { readonly member?: string; readonly names: readonly string[] } {
  const { tls, clientAuth } = podFiles(service);
  const isDemo = backendOf(service) === 'demo';
  const choose = (always: string, demo: readonly string[], forTls: readonly string[], forClients: string) => [
    always,
    ...(isDemo ? demo : []),
    ...(tls ? forTls : []),
    ...(clientAuth ? [forClients] : []),
  ];
  switch (path) {
    case 'env':
      return { member: 'name', names: choose('PORT', [], ['TLS_CERT_FILE', 'TLS_KEY_FILE'], 'TLS_CLIENT_CA_FILE') };
    case 'extraVolumes':
      return { member: 'name', names: choose('tmp', ['caddyfile', 'config', 'data'], ['tls'], 'client-ca') };
    case 'extraVolumeMounts':
      return {
        member: 'mountPath',
        names: choose('/tmp', ['/etc/caddy', '/config', '/data'], [tlsDirectory], clientCaDirectory),
      };
    default:
      return { names: [] };
  }
}

function toMap(value: JsonValue | undefined): JsonObject {
  return value !== undefined && isJsonObject(value) ? value : {};
}
