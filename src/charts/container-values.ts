import type { PlannedService } from '../model/chart.ts';
import type { ChartValueEntry } from './chart-value-entry.ts';
import type { ImageReference } from './image-reference.ts';
import { count, kubernetesList, port, requiredText, textList } from './value-shapes.ts';

/** Which image runs, how often and how it is started. */
export function containerValues(service: PlannedService, image: ImageReference): readonly ChartValueEntry[] {
  const own = service.image !== undefined;
  return [
    {
      path: 'replicaCount',
      value: service.replicas,
      comment: 'number of pods; from two on they are spread and a disruption budget is made.',
      schema: count,
    },
    { path: 'image.repository', value: image.repository, comment: 'image without its tag.', schema: requiredText },
    { path: 'image.tag', value: image.tag, comment: 'tag of the image; quote it, a tag like 1.30 is a number otherwise.' },
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
