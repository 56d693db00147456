import { listLiveObjects, type LiveObjectsQuestion } from '../../world/kubectl/live-objects.ts';
import { listServiceNamespaces } from '../../kube/namespace.ts';
import { ownerSelector } from '../../kube/ownership.ts';
import type { Config } from '../../model/config.ts';
import type { KubeObject } from '../../model/kube-object.ts';
import { identifyObject } from '../../cluster/orphans.ts';
import type { Project } from '../project.ts';
import { buildGeneratedChart } from './chart-objects.ts';
import type { ClusterTools } from './tools.ts';

/** What the cluster has of a project, by identifyObject; the manifests are not in it. */
export interface LiveProject {
  /** Of the kinds that charts bring. */
  readonly charts: LiveIndex;
  readonly secrets: LiveIndex;
}

type LiveIndex = ReadonlyMap<string, KubeObject>;

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
export async function readLiveProject(tools: ClusterTools, project: Project): Promise<LiveProject> {
  const { config, desired } = project;
  const objects = desired.services.flatMap((service) => buildGeneratedChart(project.profile.workload, service));
  const kinds = [
    ...new Map(objects.map(({ apiVersion, kind }) => [`${apiVersion}/${kind}`, { apiVersion, kind }])).values(),
  ];
  const list = async (what: Pick<LiveObjectsQuestion, 'kinds' | 'selector' | 'fieldSelector'>): Promise<LiveIndex> => {
    const namespaces = listServiceNamespaces(config);
    const listed = namespaces.map((namespace) => listLiveObjects(tools.exec, { ...tools, namespace, ...what }));
    return index((await Promise.all(listed)).flat());
  };
  const [charts, secrets] = await Promise.all([
    list({ kinds, selector: ofCharts(config) }),
    list({
      kinds: [{ apiVersion: 'v1', kind: 'Secret' }],
      selector: ownerSelector(config.controller.name),
      fieldSelector: noRecords,
    }),
  ]);
  return { charts, secrets };
}

function index(objects: readonly KubeObject[]): LiveIndex {
  return new Map(objects.map((object) => [identifyObject(object.kind, object.metadata), object]));
}
