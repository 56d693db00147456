import { buildStandIns } from '../../preview/stand-ins.ts';
import { readDeepJournal } from '../../world/files/deep-journal.ts';
import type { ObjectReader, ObjectSources, RenderedObjects } from '../../world/helm/rendered-objects.ts';
import { digestText } from '../../kube/digest.ts';
import { printComplaint } from '../../controllers/complaint.ts';
import { isOptionalInPod } from '../../model/client-auth.ts';
import type { GatewayBehaviour, GatewayTable } from '../../model/gateway.ts';
import type { KubeObject } from '../../model/kube-object.ts';
import type { Plan } from '../../model/plan.ts';
import type { PodDescription } from '../../model/preview.ts';
import { chartFolder } from '../../project/places.ts';
import { readPods } from '../../preview/input-pods.ts';
import { buildGeneratedChart } from '../cluster/chart-objects.ts';
import { planProject } from '../plan-project.ts';
import { loadProject, type Project } from '../project.ts';
import { withLock, type Session } from '../session.ts';
import { repairUnderLock } from '../verify/repair.ts';
import { carryOutPlan } from '../write-project.ts';

/** Renders the project as apply does. Edited files are kept: preview shows what they do. */
export async function renderForPreview(session: Session): Promise<{ readonly project: Project; readonly plan: Plan }> {
  return withLock(session, 'preview', async () => {
    const project = await loadProject(session);
    // A killed `verify --deep` left another authority in a file of this folder; one on a cluster is not preview's business.
    if (readDeepJournal(session.files)?.target.kind === 'preview') await repairUnderLock(session, project, {});
    const { plan, observed } = planProject(session, project, false);
    await carryOutPlan(session, plan, observed);
    return { project, plan };
  });
}

/** What there is to serve, read from the project's files. Holds private keys: never to be printed. */
export interface Served {
  readonly project: Project;
  readonly objects: readonly KubeObject[];
  readonly charts: RenderedObjects['charts'];
  readonly behaviour: GatewayBehaviour;
  readonly table: GatewayTable;
  readonly pods: readonly PodDescription[];
  readonly complaints: readonly string[];
  /** Differs when anything of it does. */
  readonly digest: string;
}

/** Reads what the files of a rendered project say. @throws UsageError or ToolError for files that cannot be read or rendered. */
export async function loadServed(reader: ObjectReader, project: Project): Promise<Served> {
  const { config, profile } = project;
  const rendered = await reader.read(listSources(project));
  const { charts, missing } = rendered;
  const standIns = buildStandIns(project.desired.services, rendered.objects);
  const objects = [...rendered.objects, ...standIns.objects];
  const table = profile.readRoutes(objects, config);
  const behaviour = profile.behaviour(config);
  const described = readPods(rendered.objects);
  const pods = [...described.pods.map((pod) => ({ ...pod, ...speakAs(pod, project) })), ...standIns.pods];
  return {
    ...{ project, objects, charts, behaviour, table, pods },
    complaints: [
      ...missing.map((path) => `${path} is missing`),
      ...table.complaints.map(printComplaint),
      ...described.complaints,
      ...standIns.complaints,
    ],
    digest: digestText(JSON.stringify([objects, behaviour, table, pods])),
  };
}

/** What the file says of a program that no manifest says. */
function speakAs(
  { service: { namespace, name } }: PodDescription,
  { desired }: Project,
): Pick<PodDescription, 'protocol' | 'isClientOptional'> {
  const service = desired.services.find((each) => each.namespace === namespace && each.release === name);
  if (service === undefined) return {};
  return {
    ...(service.protocol !== undefined && { protocol: service.protocol }),
    ...(isOptionalInPod(service) && { isClientOptional: true }),
  };
}

/** The files that apply would send, in its order, and the charts that it would install. */
function listSources({ profile, desired }: Project): ObjectSources {
  const { before, after } = desired.manifests;
  return {
    files: [...before, ...desired.objects, ...after].map(({ path }) => path),
    charts: desired.services.map((service) => ({
      folder: chartFolder(service.name),
      release: service.release,
      namespace: service.namespace,
      setFiles: service.setFiles,
      describe: (texts) => buildGeneratedChart(profile.workload, service, texts),
    })),
    // helm's own need not be one that the profile runs on: it is too new for old profiles, and a helm that was built without its release's
    // flags takes 1.20 (helm@3.16.4:pkg/chartutil/capabilities.go), so that it refuses the chart.
    kubeVersion: `${profile.kubernetes.newest}.0`,
  };
}
