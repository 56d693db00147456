import type { Config, ServiceIntent } from '../model/config.ts';
import type { ControllerProfile } from '../model/controller-profile.ts';
import type { KubeObject } from '../model/kube-object.ts';
import { endsInPod, modes, type Mode } from '../model/mode.ts';
import { deletableResources } from '../kube/object-identity.ts';
import { planServices } from './desired-services.ts';

/** Kubernetes' own, in the order in which they should be deleted: what answers traffic, and then what that uses. */
const commonResources = [
  'deployments.apps',
  'daemonsets.apps',
  'services',
  'poddisruptionbudgets.policy',
  'networkpolicies.networking.k8s.io',
  'configmaps',
  // cert-manager makes a Secret again that is taken from a Certificate.
  'certificates.cert-manager.io',
  'issuers.cert-manager.io',
  'secrets',
  'serviceaccounts',
  'rolebindings.rbac.authorization.k8s.io',
  'roles.rbac.authorization.k8s.io',
  'clusterrolebindings.rbac.authorization.k8s.io',
  'clusterroles.rbac.authorization.k8s.io',
];

/** Go last, with whatever is left in them. */
const namespaces = 'namespaces';

/**
 * What can carry our labels, whichever of these targets the project had once, in the order in which it should be deleted: routes, what
 * sends traffic by them, what answers it, what that uses, classes, namespaces.
 */
export function listOwnedResources(config: Config, targets: readonly ControllerProfile[]): readonly string[] {
  const made = targets.map((target) => {
    const given = {
      ...config,
      controller: { ...config.controller, profile: target.name },
      hostCertificates: [{ ...config.certificate, name: elsewhere, secretName: elsewhere }],
      services: samples,
    };
    const { before, after } = target.manifests(given, { own: {}, shared: {} });
    return {
      target,
      routes: planServices(given, target).flatMap(({ routes }) => routes),
      manifests: [...before, ...after].flatMap(({ objects }) => objects),
    };
  });
  const routes = made.flatMap((each) => each.routes.map(deletableResources));
  const select = (isWanted: (object: KubeObject, target: ControllerProfile) => boolean): readonly string[] =>
    made.flatMap(({ target, manifests }) =>
      manifests.filter((object) => isWanted(object, target)).map(deletableResources),
    );
  const classes = select(({ kind }, { liveObjects }) => liveObjects.classKinds.includes(kind));
  const known = new Set([...commonResources, ...classes, namespaces].map(nameOf));
  // An old group of a common kind shows the same objects once more.
  const others = select((object) => !known.has(nameOf(deletableResources(object))));
  return [...new Set([...routes, ...others, ...commonResources, ...classes, namespaces])];
}

/** `deployments` of `deployments.apps`. */
function nameOf(resource: string): string {
  return resource.split('.')[0] ?? resource;
}

/** A certificate that is shown in another namespace alone takes more of some targets. */
const elsewhere = 'elsewhere';

const samples = [
  ...modes.map((mode): ServiceIntent => sample(mode, mode)),
  { ...sample(elsewhere, 'terminate'), namespace: elsewhere, hostCertificate: elsewhere },
];

function sample(name: string, mode: Mode): ServiceIntent {
  return { name, mode, host: `${name}.test`, port: 8080, clientAuth: endsInPod(mode), annotations: {} };
}
