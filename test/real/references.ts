import type { IIngressBackend } from 'kubernetes-models/networking.k8s.io/v1';
import { ofKind, type KubernetesObject } from './objects.ts';
import { podsOf, type PodOf } from './pods.ts';

type Labels = Readonly<Record<string, string>>;

/** What an object names and the objects do not have. Empty: all that belongs together is there and finds each other. */
export function findBrokenReferences(objects: readonly KubernetesObject[]): readonly string[] {
  return [
    findDuplicates,
    findMissingNamespaces,
    findLostSelectors,
    findLostBackends,
    findMissingSecrets,
    findMissingAccounts,
    findLostSources,
    findLostArguments,
  ].flatMap((find) => find(objects));
}

function findDuplicates(objects: readonly KubernetesObject[]): readonly string[] {
  const keys = objects.map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? ''}/${metadata.name}`);
  const nodePorts = ofKind(objects, 'Service')
    .flatMap(({ spec }) => spec?.ports ?? [])
    .flatMap(({ nodePort }) => (nodePort === undefined ? [] : [`node port ${nodePort}`]));
  const hosts = ofKind(objects, 'Ingress')
    .flatMap(({ spec }) => spec?.rules ?? [])
    .map(({ host }) => `host ${host ?? ''}`);
  const all = [...keys, ...nodePorts, ...hosts];
  return all.filter((key, index) => all.indexOf(key) !== index).map((key) => `${key} is there twice`);
}

const clusterScoped = ['Namespace', 'ClusterRole', 'ClusterRoleBinding', 'IngressClass'];

function findMissingNamespaces(objects: readonly KubernetesObject[]): readonly string[] {
  const made = ['default', ...ofKind(objects, 'Namespace').map(({ metadata }) => metadata.name)];
  return objects
    .filter(({ kind, metadata }) =>
      clusterScoped.includes(kind) ? metadata.namespace !== undefined : !made.includes(metadata.namespace ?? ''),
    )
    .map((object) => `${label(object)} is in namespace ${object.metadata.namespace ?? ''}, which nobody makes`);
}

/** Services, Deployments, budgets and network policies must find one workload's pods and no other's. */
function findLostSelectors(objects: readonly KubernetesObject[]): readonly string[] {
  const pods = podsOf(objects);
  const choices = [
    ...ofKind(objects, 'Service').map((owner) => ({ owner, labels: owner.spec?.selector })),
    ...ofKind(objects, 'Deployment').map((owner) => ({ owner, labels: owner.spec?.selector.matchLabels })),
    ...ofKind(objects, 'PodDisruptionBudget').map((owner) => ({ owner, labels: owner.spec?.selector?.matchLabels })),
    ...ofKind(objects, 'NetworkPolicy').map((owner) => ({ owner, labels: owner.spec?.podSelector.matchLabels })),
  ];
  return choices.flatMap(({ owner, labels }) => {
    const found = pods.filter((pod) => isSelected(pod, owner, labels));
    if (found.length === 1 && (owner.kind !== 'Deployment' || found[0]?.owner === owner)) return [];
    return [
      `${label(owner)} selects ${found.length === 0 ? 'no pod' : found.map((pod) => label(pod.owner)).join(' and ')}`,
    ];
  });
}

/** Ports: from the Ingress to the Service, from there and from the network policy to the pod. */
function findLostBackends(objects: readonly KubernetesObject[]): readonly string[] {
  const pods = podsOf(objects);
  const services = ofKind(objects, 'Service');
  const fromServices = services.flatMap((service) => {
    const pod = pods.find((each) => isSelected(each, service, service.spec?.selector));
    return (service.spec?.ports ?? [])
      .filter(({ targetPort, port }) => !portsOf(pod).includes(targetPort ?? port))
      .map(({ targetPort, port }) => `${label(service)} sends to port ${targetPort ?? port}, which no container has`);
  });
  const fromPolicies = ofKind(objects, 'NetworkPolicy').flatMap((policy) => {
    const pod = pods.find((each) => isSelected(each, policy, policy.spec?.podSelector.matchLabels));
    const admitted = (policy.spec?.ingress ?? []).flatMap(({ ports = [] }) => ports.map(({ port }) => port));
    return admitted
      .filter((port) => !portsOf(pod).includes(port))
      .map((port) => `${label(policy)} admits to port ${port ?? ''}, which no container has`);
  });
  const fromIngresses = ofKind(objects, 'Ingress').flatMap((ingress) =>
    (ingress.spec?.rules ?? [])
      .flatMap(({ http }) => http?.paths ?? [])
      .flatMap(({ backend }) => {
        const { name, port } = readBackend(backend);
        const service = services.find(
          ({ metadata }) => metadata.name === name && metadata.namespace === ingress.metadata.namespace,
        );
        const known = (service?.spec?.ports ?? []).flatMap((each) => [each.name, each.port]);
        return port !== undefined && known.includes(port)
          ? []
          : [`${label(ingress)} sends to ${name ?? ''}:${port ?? ''}, which is not there`];
      }),
  );
  return [...fromServices, ...fromPolicies, ...fromIngresses];
}

/** Secrets that Ingresses and pods name, with the keys that they read; ConfigMaps that pods mount. */
function findMissingSecrets(objects: readonly KubernetesObject[]): readonly string[] {
  const inNamespace = (
    kind: 'Secret' | 'ConfigMap',
    namespace: string | undefined,
    name: string | undefined,
  ): readonly string[] | undefined => {
    const found = ofKind(objects, kind).find(
      ({ metadata }) => metadata.name === name && metadata.namespace === namespace,
    );
    return found && Object.keys(found.data ?? {});
  };
  const wanted = [
    ...ofKind(objects, 'Ingress').flatMap((ingress) => {
      const { namespace, annotations = {} } = ingress.metadata;
      const [authorityNamespace, authority] =
        annotations['nginx.ingress.kubernetes.io/proxy-ssl-secret']?.split('/') ?? [];
      return [
        ...(ingress.spec?.tls ?? []).flatMap(({ secretName }) =>
          secretName === undefined
            ? []
            : [{ by: ingress, kind: 'Secret' as const, namespace, name: secretName, keys: ['tls.crt', 'tls.key'] }],
        ),
        ...(authority === undefined
          ? []
          : [
              {
                by: ingress,
                kind: 'Secret' as const,
                namespace: authorityNamespace,
                name: authority,
                keys: ['ca.crt'],
              },
            ]),
      ];
    }),
    ...podsOf(objects).flatMap(({ owner, spec }) => {
      const { namespace } = owner.metadata;
      return (spec.volumes ?? []).flatMap(({ secret, configMap }) => [
        ...(secret === undefined
          ? []
          : [
              {
                by: owner,
                kind: 'Secret' as const,
                namespace,
                name: secret.secretName,
                keys: (secret.items ?? []).map(({ key }) => key),
              },
            ]),
        ...(configMap === undefined
          ? []
          : [
              {
                by: owner,
                kind: 'ConfigMap' as const,
                namespace,
                name: configMap.name,
                keys: (configMap.items ?? []).map(({ key }) => key),
              },
            ]),
      ]);
    }),
  ];
  return wanted.flatMap(({ by, kind, namespace, name, keys }) => {
    const found = inNamespace(kind, namespace, name);
    if (found === undefined) return [`${label(by)} needs ${kind} ${namespace ?? ''}/${name ?? ''}`];
    return keys
      .filter((key) => !found.includes(key))
      .map((key) => `${label(by)} needs ${key} in ${kind} ${name ?? ''}`);
  });
}

/** Service accounts of pods and bindings, roles of bindings. */
function findMissingAccounts(objects: readonly KubernetesObject[]): readonly string[] {
  const has = (kind: string, name: string, namespace: string | undefined): boolean =>
    objects.some(
      (object) => object.kind === kind && object.metadata.name === name && object.metadata.namespace === namespace,
    );
  const ofPods = podsOf(objects)
    .filter(
      ({ owner, spec }) =>
        spec.serviceAccountName !== undefined &&
        !has('ServiceAccount', spec.serviceAccountName, owner.metadata.namespace),
    )
    .map(({ owner, spec }) => `${label(owner)} runs as ${spec.serviceAccountName ?? ''}, which is not there`);
  const ofBindings = [...ofKind(objects, 'RoleBinding'), ...ofKind(objects, 'ClusterRoleBinding')].flatMap(
    (binding) => [
      ...(has(
        binding.roleRef.kind,
        binding.roleRef.name,
        binding.roleRef.kind === 'Role' ? binding.metadata.namespace : undefined,
      )
        ? []
        : [`${label(binding)} binds ${binding.roleRef.name}, which is not there`]),
      ...(binding.subjects ?? [])
        .filter(({ kind, name, namespace }) => !has(kind, name, namespace))
        .map(({ name }) => `${label(binding)} binds to ${name}, which is not there`),
    ],
  );
  return [...ofPods, ...ofBindings];
}

/** Whom the network policies admit: the controller's namespace by its labels, and pods of the same namespace. */
function findLostSources(objects: readonly KubernetesObject[]): readonly string[] {
  // Kubernetes sets this label itself, since 1.21.
  const namespaces = ofKind(objects, 'Namespace').map(({ metadata }) => ({
    'kubernetes.io/metadata.name': metadata.name,
    ...metadata.labels,
  }));
  return ofKind(objects, 'NetworkPolicy').flatMap((policy) =>
    (policy.spec?.ingress ?? [])
      .flatMap(({ from = [] }) => from)
      .flatMap(({ namespaceSelector, podSelector }) => {
        const admitted =
          namespaceSelector === undefined
            ? podsOf(objects).filter((pod) => isSelected(pod, policy, podSelector?.matchLabels))
            : namespaces.filter((labels) => isSubset(namespaceSelector.matchLabels, labels));
        return admitted.length === 1
          ? []
          : [
              `${label(policy)} admits ${JSON.stringify(namespaceSelector ?? podSelector)}, which is ${admitted.length} in number`,
            ];
      }),
  );
}

/** What a controller is told on its command line must be there, and its rights must fit. */
function findLostArguments(objects: readonly KubernetesObject[]): readonly string[] {
  const controllers = ofKind(objects, 'Deployment').filter(
    ({ spec }) => spec?.template.spec?.containers[0]?.args?.[0] === '/nginx-ingress-controller',
  );
  if (controllers.length !== 1) return [`there are ${controllers.length} controllers`];
  return controllers.flatMap((controller) => {
    const { namespace } = controller.metadata;
    const args = (controller.spec?.template.spec?.containers[0]?.args ?? []).map((text) =>
      text.replace('$(POD_NAMESPACE)', namespace ?? ''),
    );
    const argument = (name: string): string | undefined =>
      args.find((text) => text.startsWith(`--${name}=`))?.slice(name.length + 3);
    const names: readonly (readonly [string, string])[] = [
      ['configmap', 'ConfigMap'],
      ['tcp-services-configmap', 'ConfigMap'],
      ['udp-services-configmap', 'ConfigMap'],
      ['default-backend-service', 'Service'],
      ['publish-service', 'Service'],
    ];
    const unknown = names
      .filter(
        ([option, kind]) =>
          argument(option) !== undefined &&
          !objects.some(
            (object) =>
              object.kind === kind && `${object.metadata.namespace ?? ''}/${object.metadata.name}` === argument(option),
          ),
      )
      .map(([option]) => `--${option}=${argument(option) ?? ''} names nothing`);
    const classes = ofKind(objects, 'Ingress').map(
      ({ spec, metadata }) => spec?.ingressClassName ?? metadata.annotations?.['kubernetes.io/ingress.class'],
    );
    const foreign = classes
      .filter((name) => name !== argument('ingress-class'))
      .map((name) => `an Ingress has class ${name ?? ''}, the controller ${argument('ingress-class') ?? ''}`);
    const objectsOfClass = ofKind(objects, 'IngressClass').filter(
      ({ metadata, spec }) =>
        metadata.name === argument('ingress-class') && spec?.controller === argument('controller-class'),
    );
    const usesObjects = ofKind(objects, 'Ingress').some(({ spec }) => spec?.ingressClassName !== undefined);
    return [
      ...unknown,
      ...foreign,
      ...(usesObjects && objectsOfClass.length !== 1 ? [`no IngressClass is the controller's`] : []),
      ...findLostElection(objects, namespace, argument('election-id'), argument('ingress-class')),
    ];
  });
}

/** The lock of the leader election: a Lease named by --election-id, or, before 1.0.0, a ConfigMap ELECTION-CLASS. */
function findLostElection(
  objects: readonly KubernetesObject[],
  namespace: string | undefined,
  election: string | undefined,
  ingressClass: string | undefined,
): readonly string[] {
  const [resource, name] =
    election === undefined ? ['configmaps', `ingress-controller-leader-${ingressClass ?? ''}`] : ['leases', election];
  const rules = ofKind(objects, 'Role')
    .filter(({ metadata }) => metadata.namespace === namespace)
    .flatMap((role) => role.rules ?? []);
  const may = (verb: string): boolean =>
    rules.some(
      ({ resources = [], resourceNames, verbs }) =>
        resources.includes(resource) && verbs.includes(verb) && (resourceNames?.includes(name) ?? true),
    );
  return ['get', 'create', 'update']
    .filter((verb) => !may(verb))
    .map((verb) => `the controller may not ${verb} ${resource} ${name}`);
}

const label = ({ kind, metadata }: KubernetesObject): string => `${kind} ${metadata.name}`;

/** An empty selector chooses everything, which none of ours means: it chooses nothing here. */
const isSubset = (part: Labels = {}, whole: Labels = {}): boolean =>
  Object.keys(part).length > 0 && Object.entries(part).every(([key, value]) => whole[key] === value);

const isSelected = (pod: PodOf, by: KubernetesObject, labels: Labels | undefined): boolean =>
  pod.owner.metadata.namespace === by.metadata.namespace && isSubset(labels, pod.labels);

const portsOf = (pod: PodOf | undefined): readonly (string | number | undefined)[] =>
  (pod?.spec.containers ?? []).flatMap(({ ports = [] }) =>
    ports.flatMap(({ name, containerPort }) => [name, containerPort]),
  );

/** The backend of networking.k8s.io/v1, or of extensions/v1beta1, which has the same in other words. */
function readBackend(
  backend: IIngressBackend & { readonly serviceName?: string; readonly servicePort?: string | number },
): { readonly name: string | undefined; readonly port: string | number | undefined } {
  const { service } = backend;
  return {
    name: service?.name ?? backend.serviceName,
    port: service?.port?.name ?? service?.port?.number ?? backend.servicePort,
  };
}
