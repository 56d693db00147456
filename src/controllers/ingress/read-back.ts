import { escapeControls, printable } from '../../text/escape.ts';
import { findNamed, listField, readBalancerAddresses, textField, textListField } from '../../kube/object-fields.ts';
import { isWorkload } from '../../kube/workload-readiness.ts';
import type { PlannedService } from '../../model/chart.ts';
import type { Config } from '../../model/config.ts';
import type { ControllerProfile, LiveObjectQuestion, LiveRoutes } from '../../model/controller-profile.ts';
import type { KubeObject } from '../../model/kube-object.ts';
import type { ClassStatus, RouteStatus } from '../../model/status.ts';
import { serviceEntry } from '../exposure.ts';
import { classAnnotation } from './nginx-annotations.ts';

/** What is read of Ingresses and IngressClasses. */
const ingressObjects: LiveObjectQuestion = {
  fields: [
    { path: ['spec', 'ingressClassName'], as: 'text' },
    { path: ['spec', 'controller'], as: 'text' },
    { path: ['spec', 'tls'], as: 'json' },
    { path: ['spec', 'rules'], as: 'json' },
  ],
  classKinds: ['IngressClass'],
  wholeKinds: ['Service'],
};

type Target = Pick<ControllerProfile, 'manifests' | 'routes' | 'readRoutes'>;

/**
 * How a target is read back whose routes are Ingresses and that a Service leads to.
 * @param target the profile itself, asked for once it is made; @param serviceName of that Service.
 */
export function readIngresses(
  target: () => Target,
  serviceName: (config: Config) => string,
): Pick<ControllerProfile, 'entry' | 'liveObjects' | 'judgeRoute'> {
  return {
    entry: (config) => serviceEntry(config, { namespace: config.controller.namespace, name: serviceName(config) }),
    liveObjects: ingressObjects,
    judgeRoute: (config, service, live, isRunning) => judgeIngress(target(), config, service, live, isRunning),
  };
}

/**
 * Whether the controller serves a service's Ingress, by its class, the IngressClass and the arguments of the running workload,
 * read as the controller reads them. An address in its status would prove nothing: it outlives the controller, and Traefik
 * writes none (traefik@v3.7.13 without publishService).
 */
function judgeIngress(
  target: Target,
  config: Config,
  service: PlannedService,
  live: LiveRoutes,
  isRunning: boolean,
): RouteStatus {
  const ingress = target
    .routes(config, service)
    .map(({ kind, nameSuffix = '' }) =>
      findNamed(live.objects, kind, { name: `${service.release}${nameSuffix}`, namespace: service.namespace }),
    )
    .find((object) => object !== undefined);
  const nothing = { kind: 'Ingress', className: null, controller: null, reason: null, addresses: [] };
  if (ingress === undefined) return { ...nothing, state: 'missing' };
  const className = readClassName(ingress);
  const controller =
    className === undefined
      ? undefined
      : textField(findNamed(live.objects, 'IngressClass', { name: className }), 'spec', 'controller');
  const facts = {
    ...nothing,
    className: className ?? null,
    controller: controller === undefined ? null : printable(controller),
    addresses: readBalancerAddresses(ingress).map((address) => printable(address)),
  };
  const refusal = refuse(target, config, ingress, live);
  if (refusal === undefined) {
    return isRunning
      ? { ...facts, state: 'admitted' }
      : { ...facts, state: 'stopped', reason: `no pod of controller ${config.controller.name} is ready` };
  }
  const isForeign =
    controller !== undefined && controller !== textField(findPlannedClass(target, config), 'spec', 'controller');
  return { ...facts, state: isForeign ? 'foreign' : 'ignored', reason: refusal };
}

/** The IngressClass of a target that has one of its own. @throws TypeError where its manifests bring none: a bug of the target. */
export function judgeIngressClass(target: Target, config: Config, live: LiveRoutes): ClassStatus {
  const planned = findPlannedClass(target, config);
  if (planned === undefined) throw new TypeError('a target without an IngressClass was asked for it');
  const { name } = planned.metadata;
  const controller = textField(findNamed(live.objects, 'IngressClass', { name }), 'spec', 'controller');
  const facts = { kind: 'IngressClass', name, seen: !live.hasUnseenClasses };
  if (controller === undefined) {
    return {
      ...facts,
      controller: null,
      agrees: false,
      evidence: 'missing',
      complaint: `there is no IngressClass ${name}: Ingresses that name it are not read`,
    };
  }
  const words = live.controller.flatMap((workload) =>
    listField(workload, 'spec', 'template', 'spec', 'containers').flatMap((container) =>
      textListField(container, 'args'),
    ),
  );
  // `--controller-class=` of ingress-nginx, `--providers.kubernetesIngressNGINX.controllerClass=` of Traefik, which takes any case.
  const agrees = words.some(
    (word) => /^--.*controller-?class=/i.test(word) && word.slice(word.indexOf('=') + 1) === controller,
  );
  const shown = printable(controller);
  return agrees
    ? { ...facts, controller: shown, agrees, evidence: 'the arguments agree', complaint: null }
    : {
        ...facts,
        controller: shown,
        agrees,
        evidence: 'the arguments do not agree',
        complaint: `IngressClass ${name} is for ${shown}, and the arguments of the workload name another`,
      };
}

function findPlannedClass(target: Target, config: Config): KubeObject | undefined {
  const { before, after } = target.manifests(config, { own: {}, shared: {} });
  return [...before, ...after].flatMap(({ objects }) => objects).find(({ kind }) => kind === 'IngressClass');
}

/**
 * Why the controller would leave the Ingress out because of its class or namespace, by the words of its profile. The rest of what
 * the Ingress says is left to drift, which compares it, and to verify.
 */
function refuse(target: Target, config: Config, ingress: KubeObject, live: LiveRoutes): string | undefined {
  const workloads = live.controller.filter(isWorkload);
  if (workloads.length === 0) return `controller ${config.controller.name} is not there`;
  const classes = live.objects.filter(({ kind }) => kind === 'IngressClass');
  const { namespace = 'default', name, annotations = {} } = ingress.metadata;
  const named = annotations[classAnnotation];
  const ofClass = {
    ...ingress,
    metadata: { name, namespace, annotations: named === undefined ? {} : { [classAnnotation]: named } },
  };
  const { complaints } = target.readRoutes([...workloads, ...classes, ofClass], config);
  const complaint = complaints.find(
    ({ object, isIgnored }) =>
      isIgnored === true && object?.kind === 'Ingress' && object.name === name && object.namespace === namespace,
  );
  if (complaint !== undefined) return printable(complaint.text, 300);
  const watched = readWatchedNamespace(workloads);
  return watched === undefined || watched === namespace
    ? undefined
    : `the controller watches namespace ${escapeControls(watched)}`;
}

/** ingress-nginx's own flag, which the profile does not set and its readRoutes does not know. */
function readWatchedNamespace(workloads: readonly KubeObject[]): string | undefined {
  const words = workloads.flatMap((workload) =>
    listField(workload, 'spec', 'template', 'spec', 'containers').flatMap((container) =>
      textListField(container, 'args'),
    ),
  );
  return words.map((word) => /^--?watch-namespace=(.+)$/.exec(word)?.[1]).find((found) => found !== undefined);
}

/** The field, and before Kubernetes 1.18 the annotation; the field wins (kubernetes/ingress-nginx@v1.15.1 store.go, GetIngressClass). */
function readClassName(ingress: KubeObject): string | undefined {
  const className =
    textField(ingress, 'spec', 'ingressClassName') ?? textField(ingress, 'metadata', 'annotations', classAnnotation);
  return className === undefined ? undefined : printable(className);
}
