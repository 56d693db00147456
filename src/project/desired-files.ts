import { chartEntry } from '../charts/chart-values.ts';
import { renderChart, type ChartTemplates } from '../charts/chart.ts';
import { printYaml } from '../kube/yaml.ts';
import type { DesiredProject } from './desired-project.ts';
import type { DesiredService } from './desired-services.ts';
import { endsInPod } from '../model/mode.ts';
import { chartFolder, places, podClientAuthority, shownPair, trustedCertificate } from './places.ts';

/** A generated file. Those made from certificates are objects, filled in when they are written (desired-objects.ts). */
export interface DesiredFile {
  readonly path: string;
  readonly content: string;
}

export interface DesiredFilesInput {
  readonly desired: DesiredProject;
  readonly templates: ChartTemplates;
  /** Text of the JSON Schema of ingress-tls.yaml, for editors. */
  readonly schema: string;
}

/** Prints every generated file of a project, one chart after the other: those of a thousand services would fill the memory. */
export function* printFiles(input: DesiredFilesInput): Iterable<DesiredFile> {
  const { manifests, services } = input.desired;
  yield { path: places.schema, content: input.schema };
  for (const { path, objects } of [...manifests.before, ...manifests.after]) {
    if (objects.length > 0) yield { path, content: printYaml(objects) };
  }
  for (const service of services) yield* printChart(input, service);
}

function printChart(
  { desired: { config, profile, entry }, templates }: DesiredFilesInput,
  service: DesiredService,
): readonly DesiredFile[] {
  const chart = renderChart(templates, {
    service,
    routes: service.routes,
    workload: profile.workload,
    // Of what lies in certs/ the certificate itself, whatever stands above it: curl takes that as well.
    authority:
      service.keptSecret === undefined && !endsInPod(service.mode)
        ? shownPair(service).certificate
        : trustedCertificate(service),
    podClientAuthority: podClientAuthority(service),
    controllerName: config.controller.name,
    controllerNamespace: config.controller.namespace,
    chartVersion: '0.1.0',
    entry: chartEntry(entry),
  });
  return chart.map(({ path, content }) => ({ path: `${chartFolder(service.name)}/${path}`, content }));
}
