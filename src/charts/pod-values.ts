import type { WorkloadDialect } from '../model/chart.ts';
import type { JsonObject } from '../model/json.ts';
import type { ChartValueEntry } from './chart-value-entry.ts';
import { demoCapabilities } from './demo-backend.ts';
import { count, kubernetesList, kubernetesMap, textMap } from './value-shapes.ts';
import { asksInPod } from '../model/client-auth.ts';
import { podSpeaksTls } from '../model/mode.ts';
import type { WorkloadSettings } from './workload-settings.ts';

/** What the pod may do, what it may take, when it is well and where it runs. */
export function podValues(service: WorkloadSettings, workload: WorkloadDialect): readonly ChartValueEntry[] {
  const own = service.image !== undefined;
  return [...identity, ...security(own, workload), ...resources(own), ...life(service, own, workload), ...placement];
}

const identity: readonly ChartValueEntry[] = [
  {
    path: 'serviceAccount.create',
    value: true,
    comment: 'whether the pods get a service account of their own; no token is mounted in any case.',
  },
  {
    path: 'serviceAccount.name',
    value: '',
    comment: "name of the service account; empty: the chart's full name, or default where none is created.",
  },
  { path: 'serviceAccount.annotations', value: {}, comment: 'annotations of the service account.', schema: textMap },
  { path: 'podAnnotations', value: {}, comment: 'annotations of the pods.', schema: textMap },
  { path: 'podLabels', value: {}, comment: 'more labels of the pods.', schema: textMap },
];

function security(own: boolean, workload: WorkloadDialect): ChartValueEntry[] {
  const seccomp: JsonObject = workload.seccompProfile === 'field' ? { seccompProfile: { type: 'RuntimeDefault' } } : {};
  const capability =
    " NET_BIND_SERVICE, the one capability that it allows, is a file capability of the image's program, which does not start without it.";
  return [
    {
      path: 'podSecurityContext',
      value: { runAsNonRoot: true, runAsUser: 10001, runAsGroup: 10001, fsGroup: 10001, ...seccomp },
      comment:
        'what the Pod Security Standard "restricted" asks of a pod. The mounted Secrets are read through fsGroup.',
      schema: kubernetesMap,
    },
    {
      path: 'securityContext',
      value: {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'], add: own ? [] : demoCapabilities },
      },
      comment: `what "restricted" asks of a container; /tmp can be written.${own ? '' : capability}`,
      schema: kubernetesMap,
    },
  ];
}

/** The demo backend takes 15 MB; of another program nothing is known. */
function resources(own: boolean): ChartValueEntry[] {
  return [
    {
      path: 'resources.requests',
      value: { cpu: '50m', memory: '64Mi', 'ephemeral-storage': '32Mi' },
      comment: 'what the scheduler sets aside for a pod.',
      schema: kubernetesMap,
    },
    {
      path: 'resources.limits',
      value: { cpu: '500m', memory: own ? '256Mi' : '64Mi', 'ephemeral-storage': '128Mi' },
      comment: 'what a pod may take: more cpu is throttled, more memory ends the container.',
      schema: kubernetesMap,
    },
  ];
}

function life(service: WorkloadSettings, own: boolean, workload: WorkloadDialect): ChartValueEntry[] {
  const advice = ' A connection says little: name a path with httpGet where the program has one.';
  return [
    {
      path: 'livenessProbe',
      value: livenessProbe(service),
      comment: 'when the container is restarted.',
      schema: kubernetesMap,
    },
    {
      path: 'readinessProbe',
      value: readinessProbe(service),
      comment: `when the pod gets requests.${own ? advice : ''}`,
      schema: kubernetesMap,
    },
    ...(workload.seccompProfile === 'field' ? recentLife : []),
    {
      path: 'terminationGracePeriodSeconds',
      value: 30,
      comment: 'how long a pod may take to end, the pause before included.',
      schema: count,
    },
    {
      path: 'revisionHistoryLimit',
      value: 3,
      comment: 'how many old ReplicaSets are kept for a rollback.',
      schema: count,
    },
    { path: 'extraVolumes', value: [], comment: 'more volumes, as in a pod.', schema: kubernetesList },
    { path: 'extraVolumeMounts', value: [], comment: 'where the container mounts them.', schema: kubernetesList },
  ];
}

const recentLife: readonly ChartValueEntry[] = [
  {
    path: 'startupProbe',
    value: {},
    comment: 'holds the other probes back until the program has started.',
    schema: kubernetesMap,
  },
  {
    path: 'preStopSleepSeconds',
    value: 5,
    comment:
      'how long a pod that is being removed still takes requests, until every controller knows; Kubernetes 1.30 or later, 0: off.',
    schema: count,
  },
];

const placement: readonly ChartValueEntry[] = [
  {
    path: 'podDisruptionBudget.enabled',
    value: true,
    comment: 'whether a drain may take only some of the pods at a time; not made where there is one pod at most.',
  },
  {
    path: 'podDisruptionBudget.maxUnavailable',
    value: 1,
    comment: 'how many pods a drain may take, a number or a percentage.',
    schema: { type: ['integer', 'string'] },
  },
  { path: 'priorityClassName', value: '', comment: 'PriorityClass of the pods.' },
  { path: 'nodeSelector', value: {}, comment: 'labels of the nodes that may run the pods.', schema: textMap },
  { path: 'tolerations', value: [], comment: 'taints that the pods accept.', schema: kubernetesList },
  {
    path: 'affinity',
    value: {},
    comment: 'replaces the preference for pods on different nodes.',
    schema: kubernetesMap,
  },
];

/**
 * Whether the program lives: its port takes a connection. Never the same question as readinessProbe asks, so that a slow
 * answer takes a pod out of the Service and does not restart it as well.
 */
function livenessProbe(service: WorkloadSettings): JsonObject {
  return {
    tcpSocket: { port: service.servicePort.name },
    initialDelaySeconds: 10,
    periodSeconds: 20,
    timeoutSeconds: 3,
    failureThreshold: 3,
  };
}

/**
 * Whether the program can serve: the demo backend is asked for a page. The kubelet does not check the certificate, and has
 * none of its own (kubernetes.io: Configure Liveness, Readiness and Startup Probes), so a pod that demands one, and a
 * person's own program, of which no path is known, are asked for a connection only.
 */
function readinessProbe(service: WorkloadSettings): JsonObject {
  const port = service.servicePort.name;
  const timing = { periodSeconds: 5, timeoutSeconds: 3, failureThreshold: 3 };
  if (service.image !== undefined || asksInPod(service)) return { tcpSocket: { port }, ...timing };
  return { httpGet: { path: '/', port, scheme: podSpeaksTls(service.mode) ? 'HTTPS' : 'HTTP' }, ...timing };
}
