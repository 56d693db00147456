import { nameObject, printObjectName } from '../kube/object-identity.ts';
import { listExisting } from '../cluster/existing-services.ts';
import { locateObject, printName } from '../kube/object-index.ts';
import { defaultDomain } from '../config/defaults.ts';
import { createConfigText } from '../config/edit.ts';
import { Interrupted, KnownError } from '../errors.ts';
import type { Notice } from '../model/notice.ts';
import type { Cluster } from '../world/kubectl/kubectl.ts';
import { askTool } from '../world/exec/tool-failure.ts';
import { places } from '../project/places.ts';
import {
  judgeNamespaces,
  refuseDeadEnds,
  refuseMissingResources,
  refuseNoCertManager,
  refuseTakenNodePort,
  refuseVersion,
} from './cluster/checks.ts';
import { refuseMissingKept } from './cluster/kept-secrets.ts';
import { refuseMissingGuards } from './cluster/named-secrets.ts';
import { bindToContext, formatCluster, openCluster, type ClusterOptions, type ClusterTools } from './cluster/tools.ts';
import { className } from '../model/config.ts';
import type { Entry, ServiceEntry } from '../model/controller-profile.ts';
import { acknowledge } from '../project/acknowledged.ts';
import { controllerExpected, noteNeeds } from '../project/expected-controller.ts';
import { refuseUnfit, seeController, type SeenController } from './cluster/existing-controller.ts';
import { reachService } from './cluster/reach-service.ts';
import { printAddress } from './verify/address.ts';
import { planProject } from './plan-project.ts';
import { parseProject, readConfigText, type Project } from './project.ts';
import type { Session } from './session.ts';
import { sideBySide } from './side-by-side.ts';

/** What was looked at, and how it was found. */
export interface DoctorFinding {
  /** Stable, for scripts. */
  readonly check: string;
  readonly status: 'ok' | 'note' | 'warning' | 'failed';
  readonly found: string;
  readonly remedy?: string;
  /** A notice that the person has read already. */
  readonly acknowledged?: true;
}

/** Looks at everything that an apply needs, and finds `failed` what would stop it. Changes nothing. */
export async function examine(session: Session, options: ClusterOptions): Promise<readonly DoctorFinding[]> {
  // One that is too old does not come this far: bin/ingress-tls.js.
  const findings: DoctorFinding[] = [{ check: 'node', status: 'ok', found: session.world.nodeVersion }];
  const project = await checkProject(session, findings);
  const tools = openCluster(session, project, options, true);
  const [kubectl, helm, openssl] = await sideBySide(
    () => checkTool('kubectl', async () => (await tools.kubectl.readClientVersion()).text),
    () => checkTool('helm', async () => (await tools.helm.readHelmVersion()).text),
    () => checkTool('openssl', () => readOpensslVersion(tools)),
  );
  // No command runs openssl: people look at certificates with it.
  findings.push(kubectl, helm, openssl.status === 'failed' ? { ...openssl, status: 'note' } : openssl);
  if (kubectl.status === 'ok') {
    findings.push(...(await checkCluster(tools, project)));
  } else {
    findings.push({
      check: 'cluster',
      status: 'failed',
      found: 'not looked up without kubectl',
      remedy: 'install kubectl first',
    });
  }
  // What was looked up on the cluster is told by then.
  const told = [
    ...(findings.some(({ check }) => check === 'controller') ? [controllerExpected] : []),
    ...(findings.some(({ check, status }) => check === 'secrets' && status !== 'note') ? ['secret-expected'] : []),
  ];
  findings.push(
    ...project.desired.notices.filter(({ level, code }) => level !== 'error' && !told.includes(code)).map(findNoticed),
  );
  return findings;
}

/** The project in the folder; where there is none, or a broken one, the cluster is judged for a default one. */
async function checkProject(session: Session, findings: DoctorFinding[]): Promise<Project> {
  const fallback = (): Promise<Project> => parseProject(createConfigText({ domain: defaultDomain }));
  if (!session.files.exists(places.config)) {
    findings.push({ check: 'project', status: 'note', found: `no ${places.config} here`, remedy: 'ingress-tls init' });
    return fallback();
  }
  try {
    const project = await parseProject(readConfigText(session));
    const { plan } = planProject(session, project, false);
    const stale = plan.steps.filter((step) => step.kind !== 'make-directory').length;
    if (plan.conflicts.length > 0) {
      findings.push({
        check: 'project',
        status: 'warning',
        found: `edited files: ${plan.conflicts.map(({ path }) => path).join(', ')}`,
        remedy: 'ingress-tls render shows the differences',
      });
    } else if (stale > 0) {
      findings.push({
        check: 'project',
        status: 'note',
        found: `${stale} files are not as ${places.config} says`,
        remedy: 'ingress-tls render',
      });
    } else {
      findings.push({
        check: 'project',
        status: 'ok',
        found: `${project.config.domain}, ${project.config.services.length} services`,
      });
    }
    // What the configuration alone makes is told at the end.
    const ofProject = new Set(project.desired.notices.map(({ code }) => code));
    findings.push(...plan.notices.filter(({ code }) => !ofProject.has(code)).map(findNoticed));
    return project;
  } catch (error) {
    findings.push({ ...asFinding('project', error) });
    return fallback();
  }
}

function findNoticed({ level, code, message, remedy, acknowledged }: Notice): DoctorFinding {
  return {
    check: code,
    status: level === 'warning' ? 'warning' : 'note',
    found: message,
    ...(remedy === undefined ? {} : { remedy }),
    ...(acknowledged === undefined ? {} : { acknowledged }),
  };
}

async function checkTool(check: string, readVersion: () => Promise<string>): Promise<DoctorFinding> {
  try {
    return { check, status: 'ok', found: await readVersion() };
  } catch (error) {
    return asFinding(check, error);
  }
}

async function readOpensslVersion({ exec }: ClusterTools): Promise<string> {
  const { stdout } = await askTool(
    exec,
    { tool: 'openssl', effect: 'read', args: ['version'], isLocal: true },
    { what: "cannot read openssl's version" },
  );
  return stdout.trim().split('\n')[0] ?? '';
}

async function checkCluster(unbound: ClusterTools, project: Project): Promise<readonly DoctorFinding[]> {
  let cluster: Cluster;
  try {
    cluster = await unbound.kubectl.readCluster();
  } catch (error) {
    return [asFinding('cluster', error)];
  }
  const tools = bindToContext(unbound, cluster);
  const { profile } = project;
  const findings = await sideBySide(
    () => judge('version', `profile ${profile.name} runs on it`, () => refuseVersion(cluster, project)),
    () =>
      judge('resources', `it serves ${profile.requiredResources.join(', ')}`, () =>
        refuseMissingResources(tools, project),
      ),
    () =>
      project.desired.issued.certificates.length === 0
        ? []
        : judge('cert-manager', 'it serves what source: cert-manager needs', () => refuseNoCertManager(tools, project)),
    () => checkNamespaces(tools, project),
    () => (profile.standIns === undefined ? checkEntry(tools, project) : checkController(tools, project)),
    () => checkExisting(tools, project),
    () => checkGuards(tools, project),
  );
  return [
    { check: 'cluster', status: 'ok', found: formatCluster(cluster) },
    ...tellContext(project, cluster),
    ...findings.flat(),
  ];
}

/** Where the file names a context: whether it is this one. Another one was named on the command line. */
function tellContext({ config: { context } }: Project, cluster: Cluster): readonly DoctorFinding[] {
  if (context === undefined) return [];
  return [
    context === cluster.context
      ? { check: 'context', status: 'ok', found: 'the project belongs to this context' }
      : {
          check: 'context',
          status: 'warning',
          found: `the project belongs to context ${context}, and --context names another`,
        },
  ];
}

async function checkExisting(tools: ClusterTools, project: Project): Promise<readonly DoctorFinding[]> {
  // Several paths may lead to ports of one Service.
  const named = listExisting(project.desired.services).map(({ object }) => printName(locateObject(object)));
  const count = new Set(named).size;
  if (count === 0) return [];
  const check = 'services';
  const are = count === 1 ? 'the Service is' : `all ${count} Services are`;
  try {
    return (await refuseDeadEnds(tools, project))
      ? [{ check, status: 'ok', found: `${are} there that routes lead to` }]
      : [{ check, status: 'note', found: 'your user may not look at the Services that routes lead to' }];
  } catch (error) {
    return [asFinding(check, error)];
  }
}

async function checkGuards(tools: ClusterTools, project: Project): Promise<readonly DoctorFinding[]> {
  const { guards } = project.desired;
  const kept = project.desired.kept.filter(({ isIssued }) => isIssued !== true);
  if (guards.length === 0 && kept.length === 0) return [];
  const are = kept.length === 0 ? 'the Secrets that annotations name' : 'the Secrets of somebody else that are named';
  const check = 'secrets';
  try {
    const seen = [await refuseMissingGuards(tools, project), await refuseMissingKept(tools, project)];
    return seen.every((isSeen) => isSeen)
      ? [{ check, status: 'ok', found: `${are} are there, with the keys that are read` }]
      : [{ check, status: 'note', found: `your user may not look at ${are}` }];
  } catch (error) {
    return [asFinding(check, error)];
  }
}

async function checkNamespaces(tools: ClusterTools, project: Project): Promise<readonly DoctorFinding[]> {
  const words = {
    absent: 'does not exist yet; apply makes it',
    ours: 'exists and is ours',
    foreign: 'exists; it is used as it is',
    terminating: 'is being deleted; apply waits until it is gone',
  };
  try {
    const uses = await judgeNamespaces(tools, project);
    return uses.map(({ name, state }) => ({
      check: 'namespace',
      status: state === 'absent' ? 'note' : 'ok',
      found: `${name} ${words[state]}`,
    }));
  } catch (error) {
    return [asFinding('namespace', error)];
  }
}

/** One that is there already: whether it is set up for the routes, and where it is reached. */
async function checkController(tools: ClusterTools, project: Project): Promise<readonly DoctorFinding[]> {
  const { config } = project;
  let seen: SeenController | undefined;
  try {
    seen = await seeController(tools, project);
    if (seen === undefined) return [];
    refuseUnfit(seen, project);
  } catch (error) {
    return [asFinding('controller', error)];
  }
  const { found, open, entry } = seen;
  const name = `class ${className(config)}`;
  const controller: DoctorFinding =
    found === undefined
      ? {
          check: 'controller',
          status: 'note',
          found: `no workload that could be seen in namespace ${config.controller.namespace} has the arguments of a ${config.controller.profile} of ${name}`,
        }
      : {
          check: 'controller',
          status: 'ok',
          found: `${printObjectName(nameObject(found.workload))} is there for ${name}${open.length === 0 ? ', set up for the routes' : ''}`,
        };
  const needs = acknowledge(noteNeeds(config, open), config).map(findNoticed);
  return [controller, ...needs, await checkEntry(tools, project, entry)];
}

async function checkEntry(
  tools: ClusterTools,
  project: Project,
  entry: Entry = project.desired.entry,
): Promise<DoctorFinding> {
  if (entry.kind === 'existing') return { check: 'entry', status: 'note', found: `not looked up: ${entry.how}` };
  if (entry.kind === 'elsewhere')
    return {
      check: 'entry',
      status: 'note',
      found: `where the controller is reached is not ours to say: ${entry.how}`,
    };
  if (entry.kind !== 'node-port') return checkService(tools, entry);
  if (project.desired.entry.kind === 'existing')
    return {
      check: 'entry',
      status: 'ok',
      found: `clients reach the controller at node port ${entry.port} of Service ${entry.service.namespace}/${entry.service.name}`,
    };
  const ports = entry.plainPort === undefined ? `${entry.port} is` : `${entry.port} and ${entry.plainPort} are`;
  return judge('node-port', `node port${entry.plainPort === undefined ? '' : 's'} ${ports} free or ours`, () =>
    refuseTakenNodePort(tools, project),
  );
}

/** That a Service is not there yet, or has no address yet, stops no apply. */
async function checkService(tools: ClusterTools, entry: ServiceEntry): Promise<DoctorFinding> {
  try {
    const reach = await reachService(tools, entry);
    return 'address' in reach
      ? {
          check: 'entry',
          status: 'ok',
          found: `clients reach the controller at ${printAddress(reach.address)}, ${reach.origin}`,
        }
      : { check: 'entry', status: 'note', found: reach.why, remedy: reach.remedy };
  } catch (error) {
    return asFinding('entry', error);
  }
}

async function judge(check: string, good: string, refuse: () => Promise<void>): Promise<DoctorFinding> {
  try {
    await refuse();
    return { check, status: 'ok', found: good };
  } catch (error) {
    return asFinding(check, error);
  }
}

function asFinding(check: string, error: unknown): DoctorFinding {
  if (!(error instanceof KnownError) || error instanceof Interrupted) throw error;
  const found = [error.message, ...error.details].join('\n');
  return { check, status: 'failed', found, ...(error.remedy === undefined ? {} : { remedy: error.remedy }) };
}
