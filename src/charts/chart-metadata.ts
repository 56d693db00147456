import type { WorkloadDialect } from '../model/chart.ts';
import type { JsonObject } from '../model/json.ts';
import type { ImageReference } from './image-reference.ts';
import { printBlock } from './yaml-block.ts';
import { yamlNode } from './yaml-value.ts';

export interface ChartMetadata {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  /** SVG text, ASCII only. */
  readonly icon: string;
}

/** Prints Chart.yaml (helm.sh: Charts, The Chart.yaml File). @param image whose version is the chart's appVersion; undefined: it brings none. */
export function printChartMetadata(
  metadata: ChartMetadata,
  image: ImageReference | undefined,
  workload: WorkloadDialect,
): string {
  const version = image === undefined ? undefined : appVersion(image);
  const chart: JsonObject = {
    apiVersion: workload.chartApiVersion,
    name: metadata.name,
    description: metadata.description,
    // A v1 chart has no type: helm lint refuses it.
    ...(workload.chartApiVersion === 'v2' ? { type: 'application' } : {}),
    version: metadata.version,
    ...(version === undefined ? {} : { appVersion: version }),
    kubeVersion: workload.kubeVersion,
    keywords: ['https', 'ingress', 'tls'],
    // Inside the file, because a chart must not need the network to be looked at.
    icon: `data:image/svg+xml;base64,${btoa(metadata.icon)}`,
    annotations: { 'artifacthub.io/category': 'networking' },
  };
  return `${printBlock(yamlNode(chart), 0)}\n`;
}

/** The image's tag, unless it cannot be a label's value, as which it is shown on every object. */
function appVersion(image: ImageReference): string | undefined {
  const isLabelValue = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/.test(image.tag);
  return isLabelValue ? image.tag : undefined;
}
