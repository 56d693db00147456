import { backendOf } from '../model/backend.ts';
import type { PlannedService, WorkloadDialect } from '../model/chart.ts';
import type { Entry } from '../model/controller-profile.ts';
import type { ChartValueEntry } from './chart-value-entry.ts';
import { containerValues } from './container-values.ts';
import { connectionTestImage } from './demo-backend.ts';
import type { ImageReference } from './image-reference.ts';
import { podValues } from './pod-values.ts';
import { kubernetesList, labelValue, optionalName, port, requiredText, textMap } from './value-shapes.ts';
import { hasTlsHop } from '../model/mode.ts';
import { readSettings, type WorkloadSettings } from './workload-settings.ts';

export interface ChartValuesInput {
  readonly service: PlannedService;
  readonly image: ImageReference;
  readonly workload: WorkloadDialect;
  readonly controllerName: string;
  readonly controllerNamespace: string;
  readonly entry: ChartEntry;
}

/** Where clients reach the controller, as far as NOTES.txt says it. */
export interface ChartEntry {
  readonly kind: Entry['kind'];
  /** Absent where it is not known. */
  readonly port?: number;
  /** The controller's Service; read where the kind is a load balancer or a cluster IP. */
  readonly service?: string;
}

/** What a chart has to know of the way in. */
export function chartEntry(entry: Entry): ChartEntry {
  return {
    kind: entry.kind,
    ...(entry.port !== undefined && { port: entry.port }),
    ...('service' in entry && { service: entry.service.name }),
  };
}

/** The values of a chart apart from its routes', in the order of values.yaml. */
export function chartValues(input: ChartValuesInput): readonly ChartValueEntry[] {
  const { service } = input;
  const { names, container, others } = shareValues(input);
  const naming = [
    { path: 'nameOverride', value: '', comment: "replaces the chart's name in the labels.", schema: optionalName },
    fullname(service),
    ...names,
  ];
  if (backendOf(service) === 'existing') return naming;
  return [...naming, ...container, ...secrets(service), ...others];
}

type SharedValues = Readonly<Record<'names' | 'container' | 'others', readonly ChartValueEntry[]>>;

// Of a thousand charts nearly all values are the same. As the same objects they are printed once, by onceForEntry.
const known = new Map<string, SharedValues>();

function shareValues({
  service,
  image,
  workload,
  controllerName,
  controllerNamespace,
  entry,
}: ChartValuesInput): SharedValues {
  const controller = { controllerName, controllerNamespace, entry };
  const settings = readSettings(service);
  const key = JSON.stringify([settings, image, workload, controller]);
  const values = known.get(key) ?? {
    names: names(controller),
    container: containerValues(settings, image, workload),
    others: [
      ...network(settings, workload, controller),
      ...podValues(settings, workload),
      {
        path: 'test.image',
        value: connectionTestImage,
        comment: 'image for `helm test`; it must have nc.',
        schema: requiredText,
      },
    ],
  };
  known.set(key, values);
  return values;
}

function fullname({ release, mode, service: existing }: PlannedService): ChartValueEntry {
  const reason =
    hasTlsHop(mode) && existing === undefined
      ? "the pod's certificate and the controller's check of it name this Service."
      : 'Secrets, commands and routes outside the chart go by it.';
  return {
    path: 'fullnameOverride',
    value: release,
    comment: `name of ${existing === undefined ? 'the Service and of every other' : 'every'} object, whatever the release is called: ${reason}`,
    schema: optionalName,
  };
}

type ControllerFacts = Pick<ChartValuesInput, 'controllerName' | 'controllerNamespace' | 'entry'>;

function names({ controllerName, controllerNamespace, entry }: ControllerFacts): ChartValueEntry[] {
  return [
    {
      path: 'partOf',
      value: controllerName,
      comment: 'label app.kubernetes.io/part-of of every object.',
      schema: labelValue,
    },
    { path: 'commonLabels', value: {}, comment: 'more labels for every object.', schema: textMap },
    {
      path: 'controller.name',
      value: controllerName,
      comment: 'ingress controller that serves this chart; NOTES.txt alone reads it.',
    },
    ...way(controllerNamespace, entry),
  ];
}

function way(namespace: string, { kind, port: number, service }: ChartEntry): ChartValueEntry[] {
  if (number === undefined) return [];
  if (service === undefined || kind === 'node-port') {
    return [
      {
        path: 'controller.nodePort',
        value: number,
        comment: 'port of the nodes under which that controller is reached; NOTES.txt alone reads it.',
        schema: port,
      },
    ];
  }
  return [
    {
      path: 'controller.namespace',
      value: namespace,
      comment: "namespace of that controller's Service; NOTES.txt alone reads it.",
      schema: requiredText,
    },
    {
      path: 'controller.service',
      value: service,
      comment: 'name of the Service by which that controller is reached; NOTES.txt alone reads it.',
      schema: requiredText,
    },
    {
      path: 'controller.port',
      value: number,
      comment: 'port of that Service for HTTPS; NOTES.txt alone reads it.',
      schema: port,
    },
  ];
}

function secrets(service: PlannedService): ChartValueEntry[] {
  const entries: ChartValueEntry[] = [];
  if (service.podTlsSecret !== undefined) {
    entries.push({
      path: 'tls.existingSecret',
      value: service.podTlsSecret,
      comment:
        'Secret of type kubernetes.io/tls with the certificate and the key that the pod serves. The chart makes no Secret.',
      schema: requiredText,
    });
  }
  if (service.clientCaSecret !== undefined) {
    entries.push({
      path: 'clientAuth.existingSecret',
      value: service.clientCaSecret,
      comment: 'Secret with ca.crt, the authority whose client certificates the pod accepts.',
      schema: requiredText,
    });
  }
  return entries;
}

function network(
  service: WorkloadSettings,
  workload: WorkloadDialect,
  { controllerNamespace }: ControllerFacts,
): ChartValueEntry[] {
  return [
    {
      path: 'service.type',
      value: 'ClusterIP',
      comment: 'type of the Service; the ingress controller needs no other.',
      schema: { enum: ['ClusterIP', 'NodePort', 'LoadBalancer'] },
    },
    {
      path: 'service.port',
      value: service.servicePort.number,
      comment: 'port of the Service; the routes name it.',
      schema: port,
    },
    { path: 'service.annotations', value: {}, comment: 'annotations of the Service.', schema: textMap },
    {
      path: 'networkPolicy.enabled',
      value: true,
      comment: 'whether only the ingress controller and `helm test` may reach the pods.',
    },
    {
      path: 'networkPolicy.controllerNamespaceLabels',
      value: { [workload.namespaceNameLabel]: controllerNamespace },
      comment:
        "labels of the controller's namespace. A controller on the host network is not told by its namespace: allow its nodes in extraFrom.",
      schema: { ...textMap, minProperties: 1 },
    },
    {
      path: 'networkPolicy.extraFrom',
      value: [],
      comment: 'more peers that may reach the pods, as in a NetworkPolicy: [{podSelector: ...}].',
      schema: kubernetesList,
    },
    {
      path: 'networkPolicy.restrictEgress',
      value: false,
      comment: 'whether the connections that the pods open are limited to egress.',
    },
    {
      path: 'networkPolicy.egress',
      value: [],
      comment: 'rules for connections that the pods open, as in a NetworkPolicy; read with restrictEgress.',
      schema: kubernetesList,
    },
  ];
}
