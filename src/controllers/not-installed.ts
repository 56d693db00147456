import { findNamed, textField } from '../kube/object-fields.ts';
import { isWorkload } from '../kube/workload-readiness.ts';
import { className, type Config } from '../model/config.ts';
import type { ControllerProfile, LiveRoutes } from '../model/controller-profile.ts';
import type { KubeObject } from '../model/kube-object.ts';
import type { Notice } from '../model/notice.ts';
import type { ClassStatus, RouteStatus } from '../model/status.ts';
import { printable } from '../text/escape.ts';
import { explainClass, findController } from './find-controller.ts';

/** Notices about what an installation brings and sets. What is there is told by ExistingController.needs. */
const ofInstallation: ReadonlySet<string> = new Set([
  ...['controller-retired', 'cluster-wide-secrets', 'shared-role', 'one-namespace'],
  ...['http2-coalescing', 'client-address-hidden', 'nginx-cve-2026-1642'],
]);

/** In place of a remedy that would change an installation. */
const remedies: Readonly<Record<string, string>> = {
  'passthrough-split-hello':
    'Where the controller that is there is a fork with the fix, acknowledge this; else choose one that waits for the rest, as Traefik does.',
};

/** Of the limits by which hellos are read; what is said of another needs no installation. */
const helloRemedy =
  'Have the controller that is there run a fork that reads the whole hello, or choose one that waits for the rest, as Traefik does.';

/** A target for `controller.install: false`: the routes and what they need are as ever, and nothing of a controller is brought. */
export function withoutController(profile: ControllerProfile): ControllerProfile {
  const standIns = (config: Config): readonly KubeObject[] => {
    const { before, after } = profile.manifests(config, { own: {}, shared: {} });
    return [...before, ...after].flatMap(({ objects }) => objects);
  };
  return {
    ...profile,
    manifests: () => ({ before: [], after: [] }),
    workloads: () => [],
    elections: () => [],
    entry: ({ controller: { namespace } }) => ({
      kind: 'existing',
      how: `kubectl get services --namespace ${namespace} shows where the controller is reached`,
    }),
    behaviour: (config) => {
      const behaviour = profile.behaviour(config);
      return {
        ...behaviour,
        knownLimits: behaviour.knownLimits.map((limit) =>
          limit.check === 'foreign-host' ? limit : { ...limit, remedy: helloRemedy },
        ),
      };
    },
    notices: (config) => profile.notices(config).flatMap(tellOfExisting),
    readRoutes: (objects, config) => profile.readRoutes([...standIns(config), ...objects], config),
    standIns,
    ...(profile.judgeClass !== undefined && { judgeClass: (config, live) => judgeClass(profile, config, live) }),
    judgeRoute: (config, service, live, isRunning) => {
      const controller = live.controller.map((workload) => standFor(workload, profile, config));
      const status = profile.judgeRoute(config, service, { ...live, controller }, isRunning);
      return judgeRoute(profile, config, live, status);
    },
  };
}

/** As the profile names its own, so that it is read as that one would be. */
function standFor(workload: KubeObject, profile: ControllerProfile, config: Config): KubeObject {
  const own = profile.workloads(config).at(-1);
  if (own === undefined || !isWorkload(workload)) return workload;
  const { kind, name, namespace } = own;
  return { ...workload, kind, metadata: { ...workload.metadata, name, namespace } };
}

function explain(profile: ControllerProfile, config: Config, live: LiveRoutes): string | undefined {
  const classes = live.hasUnseenClasses ? undefined : live.objects.filter(({ kind }) => isClass(profile, kind));
  const found = findController(profile, config, {
    workloads: live.controller,
    ...(classes !== undefined && { classes }),
  });
  return explainClass(withoutController(profile), config, { ...(classes !== undefined && { classes }) }, found);
}

function isClass({ liveObjects }: ControllerProfile, kind: string): boolean {
  return liveObjects.classKinds.includes(kind);
}

function judgeClass(profile: ControllerProfile, config: Config, live: LiveRoutes): ClassStatus {
  const [kind = ''] = profile.liveObjects.classKinds;
  const name = className(config);
  const controller = textField(findNamed(live.objects, kind, { name }), 'spec', 'controller');
  const complaint = explain(profile, config, live);
  return {
    ...{ kind, name, seen: !live.hasUnseenClasses, agrees: complaint === undefined },
    controller: controller === undefined ? null : printable(controller),
    evidence: live.controller.some(isWorkload) ? 'the arguments agree' : 'its controller was not seen',
    complaint: complaint ?? null,
  };
}

/** Where no workload was seen the class alone tells. */
function judgeRoute(profile: ControllerProfile, config: Config, live: LiveRoutes, status: RouteStatus): RouteStatus {
  if (status.state === 'missing') return status;
  const isForeign = status.className !== className(config);
  if (live.controller.some(isWorkload))
    return status.state === 'foreign' && !isForeign ? { ...status, state: 'ignored' } : status;
  const complaint = explain(profile, config, live);
  if (isForeign) return { ...status, state: 'foreign', reason: null };
  if (complaint !== undefined) return { ...status, state: 'ignored', reason: complaint };
  const reason = `the controller's workload was not seen in namespace ${config.controller.namespace}`;
  return { ...status, state: 'unknown', reason };
}

function tellOfExisting(notice: Notice): readonly Notice[] {
  if (notice.level !== 'error' && ofInstallation.has(notice.code)) return [];
  const remedy = remedies[notice.code];
  return [remedy === undefined ? notice : { ...notice, remedy }];
}
