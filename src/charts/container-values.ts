import type { WorkloadDialect } from '../model/chart.ts';
import type { ChartValueEntry } from './chart-value-entry.ts';
import type { ImageReference } from './image-reference.ts';
import {
  kubernetesList,
  optionalCount,
  optionalPercentage,
  positive,
  port,
  requiredText,
  textList,
} from './value-shapes.ts';
import type { WorkloadSettings } from './workload-settings.ts';

/** Which image runs, how often and how it is started. */
export function containerValues(
  service: WorkloadSettings,
  image: ImageReference,
  workload: WorkloadDialect,
): readonly ChartValueEntry[] {
  const own = service.image !== undefined;
  return [
    {
      path: 'replicaCount',
      value: service.replicas ?? null,
      comment: 'number of pods; null leaves it to the cluster. Not read with autoscaling.enabled.',
      schema: optionalCount,
    },
    ...autoscaling(workload),
    {
      path: 'keepReplicas',
      value: null,
      comment:
        'number of pods where nothing above says one: `ingress-tls apply` passes what the Deployment has when helm would put it back to 1, the default of the API server.',
      schema: optionalCount,
    },
    { path: 'image.repository', value: image.repository, comment: 'image without its tag.', schema: requiredText },
    {
      path: 'image.tag',
      value: image.tag,
      comment: 'tag of the image; quote it, a tag like 1.30 is a number otherwise.',
    },
    {
      path: 'image.digest',
      value: image.digest,
      comment: 'sha256:... pins the image; a node finds an image that was loaded into it only without it.',
      schema: { type: 'string', pattern: '^([a-z0-9+._-]+:[0-9a-fA-F]{32,})?$' },
    },
    {
      path: 'image.pullPolicy',
      value: isFixed(image) ? 'IfNotPresent' : 'Always',
      comment: 'Always where a tag moves, as latest does.',
      schema: { enum: ['Always', 'IfNotPresent', 'Never'] },
    },
    {
      path: 'imagePullSecrets',
      value: [],
      comment: 'Secrets of type kubernetes.io/dockerconfigjson for a private registry: [{name: ...}].',
      schema: kubernetesList,
    },
    ...(own ? ownProgram : []),
    {
      path: 'containerPort',
      value: service.port,
      comment: `port on which the program listens${own ? '; it is told in PORT' : ''}.`,
      schema: port,
    },
  ];
}

/** As `helm create` has it. Before autoscaling/v2 (Kubernetes 1.23) only the processor time counts. */
function autoscaling(workload: WorkloadDialect): readonly ChartValueEntry[] {
  const at = 'a percentage of what resources.requests sets aside, at which pods are added; null: does not count.';
  return [
    {
      path: 'autoscaling.enabled',
      value: false,
      comment: 'whether a HorizontalPodAutoscaler sets the number of pods; it needs a metrics server.',
    },
    { path: 'autoscaling.minReplicas', value: 1, comment: 'fewest pods.', schema: positive },
    { path: 'autoscaling.maxReplicas', value: 100, comment: 'most pods.', schema: positive },
    {
      path: 'autoscaling.targetCPUUtilizationPercentage',
      value: 80,
      comment: `cpu, ${at}`,
      schema: optionalPercentage,
    },
    ...(workload.horizontalPodAutoscalerApiVersion === 'autoscaling/v1'
      ? []
      : [
          {
            path: 'autoscaling.targetMemoryUtilizationPercentage',
            value: null,
            comment: `memory, ${at}`,
            schema: optionalPercentage,
          },
        ]),
  ];
}

/** The demo backend's command line is the chart's own. */
const ownProgram: readonly ChartValueEntry[] = [
  { path: 'command', value: [], comment: "replaces the image's entry point.", schema: textList },
  { path: 'args', value: [], comment: "replaces the image's arguments.", schema: textList },
  {
    path: 'env',
    value: [],
    comment: 'more environment variables, as in a container: [{name: ..., value: ...}].',
    schema: kubernetesList,
  },
];

/** Whether the name means the same image tomorrow. */
function isFixed({ tag, digest }: ImageReference): boolean {
  return digest !== '' || (tag !== '' && tag !== 'latest');
}
