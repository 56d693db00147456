const image = 'docker.io/library/caddy:2.11.9';
/** A container that serves. */
export const serving = {
  name: 'main',
  image,
  imagePullPolicy: 'Never',
  command: ['caddy', 'respond', '--listen', ':8081', 'hello'],
};

/** Deployments that cannot become ready, each for one reason, and what the API says of it. */
export const failingWorkloads: readonly { readonly name: string; readonly pod: object; readonly cause: RegExp }[] = [
  {
    name: 'image',
    pod: {
      containers: [{ ...serving, image: 'docker.io/library/caddy:no-such-tag', imagePullPolicy: 'IfNotPresent' }],
    },
    cause: /ErrImagePull: .*caddy:no-such-tag/,
  },
  {
    name: 'crash',
    pod: { containers: [{ ...serving, command: ['caddy', 'run', '--config', '/etc/no-such/Caddyfile'] }] },
    cause: /CrashLoopBackOff, exit code 1[^]*open \/etc\/no-such\/Caddyfile: no such file or directory/,
  },
  {
    name: 'environment',
    pod: {
      containers: [
        { ...serving, env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 'no-such-secret', key: 'a' } } }] },
      ],
    },
    cause: /CreateContainerConfigError: secret "no-such-secret" not found/,
  },
  {
    name: 'mount',
    pod: {
      containers: [{ ...serving, volumeMounts: [{ name: 'v', mountPath: '/v' }] }],
      volumes: [{ name: 'v', secret: { secretName: 'no-such-secret' } }],
    },
    cause: /FailedMount: .*secret "no-such-secret" not found/,
  },
  {
    name: 'nowhere',
    pod: { nodeSelector: { 'example.test/moon': 'yes' }, containers: [serving] },
    cause: /Unschedulable: 0\/\d+ nodes are available/,
  },
  {
    name: 'unready',
    pod: { containers: [{ ...serving, readinessProbe: { periodSeconds: 1, httpGet: { port: 8080, path: '/' } } }] },
    cause: /Readiness probe failed: .*connection refused/,
  },
  {
    name: 'account',
    pod: { serviceAccountName: 'no-such-account', containers: [serving] },
    cause: /FailedCreate: .*serviceaccount "no-such-account" not found/,
  },
];

/** A Deployment of one pod, as text for kubectl. */
export function writeDeployment(name: string, namespace: string, pod: object): string {
  const labels = { app: name };
  const spec = {
    replicas: 1,
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { terminationGracePeriodSeconds: 1, ...pod } },
  };
  return `${JSON.stringify({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, namespace }, spec })}\n`;
}
