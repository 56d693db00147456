import type { IContainer, IProbe } from 'kubernetes-models/v1';
import { ofKind, type KubernetesObject } from './objects.ts';
import type { PodOf } from './pods.ts';

// The rules restated: Pod Security Standard "restricted" of Kubernetes 1.33; the default checks of kube-linter 0.8.3; the critical
// ones of kube-score 1.20.

const volumeTypes = [
  'name',
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'persistentVolumeClaim',
  'projected',
  'secret',
];
const seccompAnnotation = 'seccomp.security.alpha.kubernetes.io/pod';

/** What breaks the Pod Security Standard "restricted". */
export function findBreaches({ spec, annotations }: PodOf): readonly string[] {
  const seccomp = [
    spec.securityContext?.seccompProfile?.type,
    annotations[seccompAnnotation] === 'runtime/default' ? 'RuntimeDefault' : undefined,
  ];
  return [
    ...named(
      spec.hostNetwork === true || spec.hostPID === true || spec.hostIPC === true,
      'shares a namespace with its node',
    ),
    ...(spec.volumes ?? [])
      .filter((volume) => Object.keys(volume).some((key) => !volumeTypes.includes(key)))
      .map(({ name }) => `volume ${name} has another type`),
    ...named((spec.securityContext?.sysctls ?? []).length > 0, 'sets sysctls'),
    ...containers(spec).flatMap((container) => {
      const { securityContext = {}, ports = [] } = container;
      const { capabilities } = securityContext;
      const pod = spec.securityContext;
      return [
        ...named(
          ports.some(({ hostPort }) => hostPort !== undefined),
          'takes a port of its node',
        ),
        ...named(securityContext.privileged === true, 'is privileged'),
        ...named(securityContext.allowPrivilegeEscalation !== false, 'may gain privileges'),
        ...named((securityContext.runAsNonRoot ?? pod?.runAsNonRoot) !== true, 'may run as root'),
        ...named((securityContext.runAsUser ?? pod?.runAsUser) === 0, 'runs as root'),
        ...named(
          ![securityContext.seccompProfile?.type, ...seccomp].includes('RuntimeDefault'),
          'has no seccomp profile',
        ),
        ...named(capabilities?.drop?.includes('ALL') !== true, 'keeps capabilities'),
        ...named(
          (capabilities?.add ?? []).some((name) => name !== 'NET_BIND_SERVICE'),
          'adds capabilities',
        ),
        ...named((securityContext.procMount ?? 'Default') !== 'Default', 'unmasks /proc'),
        ...named(
          probes(container).some((probe) => (probe.httpGet ?? probe.tcpSocket)?.host !== undefined),
          'probes another host',
        ),
      ];
    }),
  ];
}

/** What kube-linter and kube-score would say of a pod, beyond the standard. */
export function findRisks({ owner, spec }: PodOf): readonly string[] {
  const served = owner.kind === 'Deployment';
  return [
    ...named(
      spec.serviceAccountName === undefined || spec.serviceAccountName === 'default',
      'has no service account of its own',
    ),
    ...named(spec.automountServiceAccountToken !== false, "gets its service account's token"),
    ...named(served && spec.affinity?.podAntiAffinity === undefined, 'may share a node with its copies'),
    ...containers(spec).flatMap((container) => {
      const { image = '', resources, securityContext, ports = [], env = [] } = container;
      const user = securityContext?.runAsUser ?? spec.securityContext?.runAsUser ?? 0;
      const group = securityContext?.runAsGroup ?? spec.securityContext?.runAsGroup ?? 0;
      const declared = ports.flatMap(({ name, containerPort }) => [name, containerPort]);
      return [
        ...named(!/(:(?!latest$)[\w.-]+|@sha256:[0-9a-f]{64})$/.test(image), 'has no tag'),
        ...['cpu', 'memory']
          .filter((name) => resources?.requests?.[name] === undefined)
          .map((name) => `requests no ${name}`),
        ...['cpu', 'memory', 'ephemeral-storage']
          .filter((name) => resources?.limits?.[name] === undefined)
          .map((name) => `has no limit of ${name}`),
        ...named(securityContext?.readOnlyRootFilesystem !== true, 'writes to its root file system'),
        ...named(user < 10000 || group < 10000, 'runs as a user or group below 10000'),
        ...ports
          .filter(({ containerPort }) => containerPort < 1024)
          .map(({ containerPort }) => `listens on ${containerPort}`),
        ...named(
          served && (container.livenessProbe === undefined || container.readinessProbe === undefined),
          'lacks a probe',
        ),
        ...named(
          served && JSON.stringify(container.livenessProbe) === JSON.stringify(container.readinessProbe),
          'has two equal probes',
        ),
        ...probes(container)
          .map((probe) => (probe.httpGet ?? probe.tcpSocket)?.port)
          .filter((port) => !declared.includes(port))
          .map((port) => `probes the undeclared port ${port ?? ''}`),
        ...named(new Set(env.map(({ name }) => name)).size < env.length, 'sets a variable twice'),
        ...named(
          env.some(({ valueFrom }) => valueFrom?.secretKeyRef !== undefined),
          'has a secret in its environment',
        ),
      ];
    }),
  ];
}

/** Rights that go further than a controller needs. */
export function findExcessiveRights(objects: readonly KubernetesObject[]): readonly string[] {
  const roles = [...ofKind(objects, 'ClusterRole'), ...ofKind(objects, 'Role')];
  const writing = ['create', 'update', 'patch', 'delete', 'deletecollection'];
  return roles.flatMap(({ metadata, rules }) =>
    (rules ?? []).flatMap(({ apiGroups = [], resources = [], verbs }) => [
      ...named([...apiGroups, ...resources, ...verbs].includes('*'), `${metadata.name}: *`),
      ...named(
        resources.includes('secrets') && verbs.some((verb) => writing.includes(verb)),
        `${metadata.name}: writes Secrets`,
      ),
      ...named(
        resources.some((resource) => resource.startsWith('pods/')),
        `${metadata.name}: enters pods`,
      ),
      ...verbs
        .filter((verb) => ['escalate', 'bind', 'impersonate'].includes(verb))
        .map((verb) => `${metadata.name}: ${verb}`),
    ]),
  );
}

const named = (found: boolean, finding: string): readonly string[] => (found ? [finding] : []);
const containers = (spec: PodOf['spec']): readonly IContainer[] => [...(spec.initContainers ?? []), ...spec.containers];
const probes = ({ livenessProbe, readinessProbe, startupProbe }: IContainer): readonly IProbe[] =>
  [livenessProbe, readinessProbe, startupProbe].filter((probe) => probe !== undefined);
