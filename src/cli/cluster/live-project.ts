import { listLiveObjects, type Kind } from '../../effects/live-objects.ts';
import { ownerSelector } from '../../kube/ownership.ts';
import type { Config } from '../../model/config.ts';
import type { KubeObject } from '../../model/kube-object.ts';
import { identifyObject } from '../../plan/orphans.ts';
import type { Project } from '../project.ts';
import { describeChart } from './chart-objects.ts';
import type { ClusterTools } from './tools.ts';

/** What the cluster has of a project, by identifyObject; the manifests are not in it. */
export interface LiveProject {
  /** Of the kinds that charts bring. */
  readonly charts: ReadonlyMap<string, KubeObject>;
  readonly secrets: ReadonlyMap<string, KubeObject>;
}

/** What every object of a generated chart has (templates/chart/templates/_helpers.tpl.ejs); helm's own name is Helm in versions 3 and 4. */
function ofCharts({ controller }: Config): string {
  return `app.kubernetes.io/managed-by=Helm,app.kubernetes.io/part-of=${controller.name}`;
}

/** Helm marks its records with the labels of the release; each holds a whole chart. */
const noRecords = 'type!=helm.sh/release.v1';

/**
 * Lists what the cluster has of the services' charts and of the Secrets beside them, in a few calls, however many services there are.
 * @throws ToolError when kubectl or the cluster fails.
 */
export async function readLive(tools: ClusterTools, project: Project): Promise<LiveProject> {
  const { config, desired } = project;
  const kindsOf = (namespace: string): readonly Kind[] => {
    const objects = desired.services.filter((service) => service.namespace === namespace).flatMap((service) => describeChart(project, service));
    return [...new Map(objects.map(({ apiVersion, kind }) => [`${apiVersion}/${kind}`, { apiVersion, kind }])).values()];
  };
  const wanted = desired.objects.map(({ content }) => content.object).filter(({ kind }) => kind === 'Secret');
  const [charts, secrets] = await Promise.all([
    Promise.all(unique(desired.services.map(({ namespace }) => namespace)).map((namespace) => listLiveObjects(tools.exec, { ...tools, namespace, kinds: kindsOf(namespace), selector: ofCharts(config) }))),
    Promise.all(
      unique(wanted.map(({ metadata: { namespace = config.namespace } }) => namespace)).map((namespace) =>
        listLiveObjects(tools.exec, { ...tools, namespace, kinds: [{ apiVersion: 'v1', kind: 'Secret' }], selector: ownerSelector(config.controller.name), fieldSelector: noRecords }),
      ),
    ),
  ]);
  return { charts: index(charts.flat()), secrets: index(secrets.flat()) };
}

function unique(names: readonly string[]): readonly string[] {
  return [...new Set(names)];
}

function index(objects: readonly KubeObject[]): ReadonlyMap<string, KubeObject> {
  return new Map(objects.map((object) => [identifyObject(object.kind, object.metadata), object]));
}
