import { escapeControls, printable } from '../text/escape.ts';
import { classAnnotation } from '../controllers/ingress/nginx-annotations.ts';
import { listField, textField, textListField } from '../kube/object-fields.ts';
import { printName } from '../kube/object-index.ts';
import { isWorkload } from '../kube/workload-readiness.ts';
import type { PlannedService } from '../model/chart.ts';
import type { Config } from '../model/config.ts';
import type { ControllerProfile } from '../model/controller-profile.ts';
import type { KubeObject } from '../model/kube-object.ts';
import type { IngressStatus, LiveStatus } from '../model/status.ts';

export interface IngressView {
  readonly config: Config;
  readonly profile: ControllerProfile;
  readonly live: LiveStatus;
  /** Whether a pod of the controller is ready. */
  readonly isRunning: boolean;
}

/**
 * Whether the controller serves a service's Ingress, by its class, the IngressClass and the arguments of the running workload,
 * read as the controller reads them. An address in its status would prove nothing: it outlives the controller, and Traefik
 * writes none (traefik@v3.7.13 without publishService).
 */
export function judgeIngress({ config, profile, live, isRunning }: IngressView, service: PlannedService): IngressStatus {
  const ingress = profile
    .routes(config, service)
    .map(({ kind, nameSuffix = '' }) => find(live.objects, kind, `${service.release}${nameSuffix}`))
    .find((object) => object !== undefined);
  if (ingress === undefined) return { state: 'missing', className: null, controller: null, reason: null, addresses: [] };
  const className = readClassName(ingress);
  const controller = className === undefined ? undefined : textField(find(live.objects, 'IngressClass', className), 'spec', 'controller');
  const facts = { className: className ?? null, controller: controller === undefined ? null : printable(controller), addresses: readAddresses(ingress) };
  const refusal = refuse(ingress, { config, profile, live, isRunning });
  if (refusal === undefined) {
    return isRunning
      ? { state: 'admitted', ...facts, reason: null }
      : { state: 'stopped', ...facts, reason: `no pod of controller ${config.controller.name} is ready` };
  }
  const isForeign = controller !== undefined && controller !== ownController(config, profile);
  return { state: isForeign ? 'foreign' : 'ignored', ...facts, reason: refusal };
}

/** spec.controller of the project's own IngressClass; undefined where the profile has none. */
function ownController(config: Config, profile: ControllerProfile): string | undefined {
  return textField(plannedClass(config, profile), 'spec', 'controller');
}

/** The project's own IngressClass; undefined where the profile has none. */
export function plannedClass(config: Config, profile: ControllerProfile): KubeObject | undefined {
  const { before, after } = profile.manifests(config, { own: {}, shared: {} });
  return [...before, ...after].flatMap(({ objects }) => objects).find(({ kind }) => kind === 'IngressClass');
}

/**
 * Why the controller would leave the Ingress out because of its class or namespace, by the words of its profile. The rest of what
 * the Ingress says is left to drift, which compares it, and to verify.
 */
function refuse(ingress: KubeObject, { config, profile, live }: IngressView): string | undefined {
  const workloads = live.controller.filter(isWorkload);
  if (workloads.length === 0) return `controller ${config.controller.name} is not there`;
  const classes = live.objects.filter(({ kind }) => kind === 'IngressClass');
  const { namespace = 'default', name, annotations = {} } = ingress.metadata;
  const named = annotations[classAnnotation];
  const ofClass = { ...ingress, metadata: { name, namespace, annotations: named === undefined ? {} : { [classAnnotation]: named } } };
  const beginning = `Ingress ${printName({ namespace, name })} is ignored: `;
  const complaint = profile.readRoutes([...workloads, ...classes, ofClass], config).complaints.find((text) => text.startsWith(beginning));
  if (complaint !== undefined) return printable(complaint.slice(beginning.length), 300);
  const watched = readWatchedNamespace(workloads);
  return watched === undefined || watched === namespace ? undefined : `the controller watches namespace ${escapeControls(watched)}`;
}

/** ingress-nginx's own flag, which the profile does not set and its readRoutes does not know. */
function readWatchedNamespace(workloads: readonly KubeObject[]): string | undefined {
  const words = workloads.flatMap((workload) => listField(workload, 'spec', 'template', 'spec', 'containers').flatMap((container) => textListField(container, 'args')));
  return words.map((word) => /^--?watch-namespace=(.+)$/.exec(word)?.[1]).find((found) => found !== undefined);
}

/** The field, and before Kubernetes 1.18 the annotation; the field wins (kubernetes/ingress-nginx@v1.15.1 store.go, GetIngressClass). */
function readClassName(ingress: KubeObject): string | undefined {
  const className = textField(ingress, 'spec', 'ingressClassName') ?? textField(ingress, 'metadata', 'annotations', classAnnotation);
  return className === undefined ? undefined : printable(className);
}

function readAddresses(ingress: KubeObject): readonly string[] {
  return listField(ingress, 'status', 'loadBalancer', 'ingress').flatMap((entry) => {
    const address = textField(entry, 'ip') ?? textField(entry, 'hostname');
    return address === undefined ? [] : [printable(address)];
  });
}

/** An object of the services' namespace, or a cluster-scoped one. */
export function find(objects: readonly KubeObject[], kind: string, name: string): KubeObject | undefined {
  return objects.find((object) => object.kind === kind && object.metadata.name === name);
}
