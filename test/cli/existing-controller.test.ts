import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { expectGolden } from '../support/golden.ts';
import { inProject, threeModes } from '../support/prepared-project.ts';
import { inFreshFolder, runProgram, type ProgramResult } from '../support/program.ts';
import { installedAnswers, type Answer } from '../support/stand-in-answers.ts';
import { installStandInCluster, isWrite, type StandInCluster } from '../support/stand-in-cluster.ts';
import { withPreview } from './preview-run.ts';

const withProfile = (profile: string): string =>
  threeModes.replace(
    'certificate:',
    `controller:\n  install: false\n  profile: ${profile}\n  className: shared\n  namespace: edge\ncertificate:`,
  );

const ofNginx = withProfile('ingress-nginx');
const ofTraefik = withProfile('traefik');

/** What a list of the API server holds, at its path. */
function listed(path: string, ...items: readonly object[]): Answer {
  const stdout = JSON.stringify({ kind: 'List', apiVersion: 'v1', metadata: {}, items });
  return { tool: 'kubectl', when: ['get', `--raw=${path}?limit`], stdout };
}

const classes = (controller: string): Answer =>
  listed('/apis/networking.k8s.io/v1/ingressclasses', { metadata: { name: 'shared' }, spec: { controller } });

interface Controller {
  readonly args: readonly string[];
  readonly classController?: string;
  readonly kind?: 'Deployment' | 'DaemonSet';
  readonly service?: object;
  readonly pod?: object;
  readonly settings?: Readonly<Record<string, string>>;
}

/** A controller that somebody else brought to namespace edge, as a cluster lists it. */
function controller({
  args,
  classController = 'k8s.io/ingress-nginx',
  kind = 'Deployment',
  service,
  pod = {},
  settings = { 'use-http2': 'false' },
}: Controller): readonly Answer[] {
  const labels = { app: 'edge' };
  const workload = {
    metadata: { name: 'edge-controller', namespace: 'edge', generation: 1 },
    spec: {
      replicas: 1,
      template: { metadata: { labels }, spec: { ...pod, containers: [{ name: 'c', image: 'i', args }] } },
    },
    status: { observedGeneration: 1, replicas: 1, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1 },
  };
  const services = [
    { metadata: { name: 'metrics', namespace: 'edge' }, spec: { selector: labels, ports: [{ port: 9090 }] } },
    ...(service === undefined
      ? []
      : [{ metadata: { name: 'edge', namespace: 'edge' }, spec: { selector: labels, ...service } }]),
  ];
  return [
    classes(classController),
    listed('/apis/apps/v1/namespaces/edge/deployments', ...(kind === 'Deployment' ? [workload] : [])),
    listed('/apis/apps/v1/namespaces/edge/daemonsets', ...(kind === 'DaemonSet' ? [workload] : [])),
    listed('/api/v1/namespaces/edge/services', ...services),
    {
      tool: 'kubectl',
      when: ['get', '--namespace=edge', 'configmap', 'settings'],
      stdout: JSON.stringify({ metadata: {}, data: settings }),
    },
  ];
}

const nginxArgs = ['/nginx-ingress-controller', '--configmap=$(POD_NAMESPACE)/settings', '--enable-ssl-passthrough'];
const traefikArgs = ['--providers.kubernetesingressnginx=true', '--entryPoints.websecure.address=:8443'];
const balanced = { type: 'LoadBalancer', ports: [{ name: 'https', port: 443, nodePort: 31_443 }] };

const inCluster = (
  config: string,
  answers: readonly Answer[],
  body: (run: (...args: readonly string[]) => ProgramResult, cluster: StandInCluster) => void,
): Promise<void> =>
  inProject(config, (project, outside) => {
    const cluster = installStandInCluster(outside);
    cluster.answer(...answers);
    body((...args) => runProgram(args, { cwd: project, env: cluster.env }), cluster);
  });

const listFiles = (project: string, folder: string): readonly string[] =>
  existsSync(join(project, folder)) ? readdirSync(join(project, folder), { recursive: true }).map(String) : [];

describe('a project without a controller of its own', () => {
  it.each(['ingress-nginx', 'traefik', 'ingress-nginx-0.15'])('renders routes and nothing of %s', async (profile) => {
    await inProject(withProfile(profile), (project) => {
      expect(listFiles(project, 'manifests').filter((file) => !file.endsWith('-ca.yaml'))).toEqual([]);
      const texts = ['manifests', 'secrets', 'charts'].flatMap((folder) =>
        listFiles(project, folder)
          .filter((file) => file.endsWith('.yaml'))
          .map((file) => readFileSync(join(project, folder, file), 'utf8')),
      );
      const kinds = texts.flatMap((text) => [...text.matchAll(/^kind: (\w+)$/gm)].map(([, kind]) => kind));
      for (const kind of ['IngressClass', 'ClusterRole', 'ClusterRoleBinding', 'Role', 'RoleBinding', 'Namespace'])
        expect(kinds).not.toContain(kind);
      const values = readFileSync(join(project, 'charts/svc9/values.yaml'), 'utf8');
      const document = parseAllDocuments(values)[0]?.toJS() as {
        readonly ingress: { readonly className?: string; readonly annotations: Readonly<Record<string, string>> };
        readonly networkPolicy: { readonly controllerNamespaceLabels: object };
        readonly controller: object;
      };
      expect(document.ingress.className ?? document.ingress.annotations['kubernetes.io/ingress.class']).toBe('shared');
      expect(Object.values(document.networkPolicy.controllerNamespaceLabels)).toEqual(['edge']);
      expect(document.controller).toEqual({ name: 'ic3' });
    });
  });

  it('says what has to be set, and names no port', async () => {
    await inFreshFolder((project) => {
      writeFileSync(join(project, 'ingress-tls.yaml'), ofNginx);
      const render = runProgram(['render'], { cwd: project });
      expectGolden('existing-controller-render', ['render'], project, render);
      for (const args of [['list'], ['graph'], ['list', '--json']]) {
        const { stdout } = runProgram(args, { cwd: project });
        expect(stdout).not.toMatch(/30092|:443/);
      }
    });
  });

  it('is previewed by a stand-in for the controller, and holds there', async () => {
    await inProject(ofTraefik, (project, outside) =>
      withPreview(project, { path: outside, args: [] }, async ({ stdout }) => {
        expect(stdout()).toContain(
          'It stands in for the controller of class shared and imitates one that profile traefik',
        );
        const { exitCode, stdout: seen } = runProgram(['verify'], { cwd: project });
        expect(exitCode, seen).toBe(0);
        await Promise.resolve();
      }),
    );
  });
});

describe('a controller that is there', () => {
  it('is found set up for the routes, and where it is reached', async () => {
    const balancer = {
      tool: 'kubectl' as const,
      when: ['get', '--namespace=edge', '-o=json', 'service', 'edge'],
      stdout: JSON.stringify({
        spec: { type: 'LoadBalancer' },
        status: { loadBalancer: { ingress: [{ ip: '127.0.0.2' }] } },
      }),
    };
    const there = controller({ args: nginxArgs, service: balanced });
    await inCluster(ofNginx, [balancer, ...there], (run, cluster) => {
      const doctor = run('doctor');
      expect(doctor.stdout).toContain(
        'controller: Deployment edge/edge-controller is there for class shared, set up for the routes',
      );
      expect(doctor.stdout).toContain('clients reach the controller at 127.0.0.2:443, load balancer of Service edge');
      expect(doctor.stdout).not.toContain('controller-expected');
      expect(doctor.exitCode, doctor.stdout).toBe(0);
      const verify = run('verify', '--context', 'demo');
      expect(verify.stderr).toContain('Address: 127.0.0.2:443 (load balancer of Service edge; context demo');
      const apply = run('apply', '--timeout', '10s');
      expect(apply.exitCode, apply.stderr).toBe(0);
      expect(apply.stdout).toMatch(/svc7\.example\.test +terminate +https:\/\/svc7\.example\.test\/\n/);
      expect(apply.stderr).not.toContain('controller-expected');
      const writes = cluster.calls().filter(isWrite);
      expect(writes.filter(({ stdin }) => /IngressClass|ClusterRole|"Namespace"/.test(stdin))).toEqual([]);
      expect(writes.some(({ args }) => args.some((arg) => arg.startsWith('manifests/')))).toBe(false);
      expect(cluster.calls().some(({ args }) => args.includes('rollout') && args.includes('edge'))).toBe(false);
    });
  });

  it('is reached by a node port, whoever chose it', async () => {
    const service = { type: 'NodePort', ports: [{ name: 'websecure', port: 443, nodePort: 31_500 }] };
    await inCluster(ofTraefik, controller({ args: traefikArgs, kind: 'DaemonSet', service }), (run) => {
      const apply = run('apply', '--dry-run');
      expect(apply.exitCode, apply.stderr).toBe(0);
      const doctor = run('doctor');
      expect(doctor.stdout).toContain('controller: DaemonSet edge/edge-controller is there for class shared\n');
      expect(doctor.stdout).toContain('clients reach the controller at node port 31500 of Service edge/edge');
      // In a file that nobody can look into from here.
      expect(doctor.stdout).toContain('controller-expected: The controller of class shared in namespace edge');
      expect(doctor.stdout).toContain('alpnProtocols: [http/1.1]');
      expect(doctor.stdout).not.toContain('watchNamespace');
      expect(run('apply', '--timeout', '10s').stdout).toContain('https://svc7.example.test:31500/');
    });
  });

  it.each([
    [
      'the flag for passthrough',
      { args: nginxArgs.slice(0, 2) },
      'it needs --enable-ssl-passthrough: else TLS of svc9',
    ],
    [
      'the namespace',
      { args: [...nginxArgs, '--watch-namespace=shop'] },
      'it needs --watch-namespace and --watch-namespace-selector so that it watches default',
    ],
    [
      'the prefix',
      { args: [...nginxArgs, '--annotations-prefix=edge.example.org'] },
      'it needs --annotations-prefix=nginx.ingress.kubernetes.io',
    ],
    [
      'the level of risk',
      { args: nginxArgs, settings: { 'annotations-risk-level': 'Medium', 'use-http2': 'false' } },
      'it needs annotations-risk-level: "High" or above in its ConfigMap, where High is the default: else annotations of svc8',
    ],
  ])('is refused without %s, before anything is written', async (_title, given, expected) => {
    await inCluster(ofNginx, controller(given), (run, cluster) => {
      const apply = run('apply', '--timeout', '10s');
      expect(apply.exitCode).toBe(2);
      expect(apply.stderr).toContain(expected);
      expect(apply.stderr).toContain('the controller of class shared, Deployment edge/edge-controller, is not set up');
      expect(cluster.calls().filter(isWrite)).toEqual([]);
      const doctor = run('doctor');
      expect(doctor.exitCode).toBe(1);
      expect(doctor.stdout).toContain(expected);
    });
  });

  it('is applied to though it speaks HTTP/2, and a person is told what that means', async () => {
    await inCluster(ofNginx, controller({ args: nginxArgs, settings: {} }), (run) => {
      const doctor = run('doctor');
      expect(doctor.exitCode).toBe(0);
      expect(doctor.stdout).toContain('has to be set up for these routes: use-http2: "false" in its ConfigMap (else');
      expect(run('apply', '--timeout', '10s').exitCode).toBe(0);
    });
  });

  it('on the network of its nodes is told of, as a NetworkPolicy may keep it out', async () => {
    await inCluster(ofNginx, controller({ args: nginxArgs, pod: { hostNetwork: true } }), (run) => {
      const doctor = run('doctor');
      expect(doctor.exitCode).toBe(0);
      expect(doctor.stdout).toContain('networkPolicy.extraFrom in `values` of svc7, svc8, svc9, with an ipBlock');
    });
  });

  it('is refused where the class is missing, or of a controller that reads no such routes', async () => {
    const missing = listed('/apis/networking.k8s.io/v1/ingressclasses', { metadata: { name: 'nginx' }, spec: {} });
    const empty = controller({ args: [] }).slice(1);
    for (const [answer, expected] of [
      [missing, 'there is no IngressClass shared, which the routes name: the cluster has nginx'],
      [classes('traefik.io/ingress-controller'), 'IngressClass shared is for traefik.io/ingress-controller: Traefik'],
    ] as const) {
      await inCluster(ofTraefik, [answer, ...empty], (run, cluster) => {
        const { exitCode, stderr } = run('apply', '--timeout', '10s');
        expect(exitCode).toBe(2);
        expect(stderr).toContain(`error: ${expected}`);
        expect(cluster.calls().filter(isWrite)).toEqual([]);
      });
    }
  });

  it('that may not be looked at is told of, and nothing stops', async () => {
    const forbid = (path: string, what: string): Answer => ({
      tool: 'kubectl',
      when: ['get', `--raw=${path}?limit`],
      stderr: `Error from server (Forbidden): ${what} is forbidden: User "dev" cannot list resource "${what}" in API group ""\n`,
      exitCode: 1,
    });
    const answers = [
      forbid('/apis/networking.k8s.io/v1/ingressclasses', 'ingressclasses'),
      forbid('/apis/apps/v1/namespaces/edge/deployments', 'deployments'),
      forbid('/apis/apps/v1/namespaces/edge/daemonsets', 'daemonsets'),
      forbid('/api/v1/namespaces/edge/services', 'services'),
    ];
    await inCluster(ofNginx, answers, (run) => {
      const apply = run('apply', '--timeout', '10s');
      expect(apply.exitCode, apply.stderr).toBe(0);
      expect(apply.stderr).toContain('--enable-ssl-passthrough (else TLS of svc9');
      expect(apply.stdout).toContain('https://svc7.example.test:PORT/');
      expect(apply.stdout).toContain('curl --resolve svc7.example.test:PORT:CONTROLLER_ADDRESS ');
      const doctor = run('doctor');
      expect(doctor.exitCode).toBe(0);
      expect(doctor.stdout).toContain('no workload that could be seen in namespace edge');
      const verify = run('verify', '--context', 'demo');
      expect(verify.exitCode).toBe(3);
      expect(verify.stderr).toContain('say it with --address HOST:PORT; kubectl get services --namespace edge');
    });
  });
});

describe('verify --facts', () => {
  it("asks the port for plain HTTP that the controller's Service has, and says so where it has none", async () => {
    await inProject(ofTraefik, (project, outside) =>
      withPreview(project, { path: outside }, async ({ port }) => {
        const ask = (...ports: readonly object[]): string => {
          const cluster = installStandInCluster(outside);
          const type = 'LoadBalancer';
          cluster.answer(
            {
              tool: 'kubectl',
              when: ['get', '--namespace=edge', '-o=json', 'service', 'edge'],
              stdout: JSON.stringify({ spec: { type }, status: { loadBalancer: { ingress: [{ ip: '127.0.0.1' }] } } }),
            },
            ...controller({ args: traefikArgs, service: { type, ports: [{ name: 'websecure', port }, ...ports] } }),
          );
          const args = ['verify', 'svc7', '--facts', '--json', '--context', 'demo'];
          const { stdout, stderr } = runProgram(args, { cwd: project, env: cluster.env });
          expect(stderr).not.toContain('error');
          const { services } = JSON.parse(stdout) as {
            readonly services: readonly {
              readonly facts: readonly { readonly fact: string; readonly seen: string }[];
            }[];
          };
          return services[0]?.facts.find(({ fact }) => fact === 'redirect')?.seen ?? '';
        };
        expect(ask()).toBe('not looked for: Service edge has no port for plain HTTP');
        // Port 1 of this machine: nobody listens.
        expect(ask({ name: 'web', port: 1 })).toMatch(/refused/);
        await Promise.resolve();
      }),
    );
  });
});

describe('verify --logs', () => {
  it('needs the workload whose log it reads, and says that it was not found', async () => {
    await inProject(ofTraefik, (project, outside) =>
      withPreview(project, { path: outside }, async ({ port }) => {
        const cluster = installStandInCluster(outside);
        cluster.answer(...controller({ args: [] }), { tool: 'kubectl', when: ['logs'] });
        const args = ['verify', '--logs', '--context', 'demo', '--address', `127.0.0.1:${port}`];
        const { exitCode, stderr } = runProgram(args, { cwd: project, env: cluster.env });
        expect(exitCode).toBe(3);
        expect(stderr).toContain("cannot read the controller's log: its workload was not found in namespace edge");
        await Promise.resolve();
      }),
    );
  });
});

describe('a controller that the project had brought before', () => {
  it('stays until a person has it removed, and is named', async () => {
    const there = controller({ args: nginxArgs });
    await inCluster(ofNginx, [...there, ...installedAnswers], (run, cluster) => {
      const apply = run('apply', '--dry-run');
      expect(apply.stderr).toContain('no longer in ingress-tls.yaml: ');
      expect(apply.stderr).toContain('Deployment ingress-nginx-demo/nginx-ingress-controller-ic3');
      expect(apply.stderr).toContain('ingress-tls apply --prune removes them');
      expect(cluster.calls().filter(isWrite)).toEqual([]);
      const prune = run('apply', '--dry-run', '--prune');
      expect(prune.stdout).toContain('nginx-ingress-controller-ic3');
      expect(prune.exitCode, prune.stderr).toBe(0);
    });
  });

  it('is not removed while it is the one that serves the routes', async () => {
    const answers = controller({
      args: [...nginxArgs, '--controller-class=ingress-tls/ic3', '--ingress-class=shared'],
    });
    const own = installedAnswers.map((answer) => ({
      ...answer,
      ...(answer.stdout?.includes('nginx-ingress-controller-ic3') === true && {
        stdout: answer.stdout.replace('ingress-nginx-demo\tnginx-ingress-controller-ic3', 'edge\tedge-controller'),
      }),
    }));
    await inCluster(ofNginx, [classes('ingress-tls/ic3'), ...answers.slice(1), ...own], (run, cluster) => {
      expect(run('apply', '--dry-run').stderr).toContain('Deployment edge/edge-controller');
      const { exitCode, stderr } = run('apply', '--prune', '--timeout', '10s');
      expect(exitCode).toBe(2);
      expect(stderr).toContain('--prune would take away Deployment edge/edge-controller, which serves the routes');
      expect(cluster.calls().filter(isWrite)).toEqual([]);
    });
  });
});

describe('status of a project without a controller of its own', () => {
  const ingress = (name: string, className = 'shared'): string =>
    ['networking.k8s.io/v1', 'Ingress', 'default', `ic3-${name}`, '1', '{}', '', className, '', '[]', '[]', '{}'].join(
      '\t',
    );
  const shared = (spec: string): string =>
    ['networking.k8s.io/v1', 'IngressClass', '', 'shared', '1', '', '', '', spec, '', '', ''].join('\t');
  const other = ['networking.k8s.io/v1', 'IngressClass', '', 'other', '1', '', '', '', 'o.org/x', '', '', ''].join(
    '\t',
  );
  const objects = (...rows: readonly string[]): Answer => ({
    tool: 'kubectl',
    when: ['get', 'Deployment.v1.apps,Ingress.v1.networking.k8s.io,IngressClass.v1.networking.k8s.io'],
    stdout: rows.map((row) => `${row}\n`).join(''),
  });
  interface Seen {
    readonly controller: { readonly workloads: readonly object[]; readonly nodePort: unknown; readonly class: object };
    readonly services: readonly { readonly route: object }[];
    readonly problems: readonly { readonly code: string }[];
  }
  const look = (run: (...args: readonly string[]) => ProgramResult): Seen =>
    JSON.parse(run('status', '--json').stdout) as Seen;
  const rest: readonly Answer[] = [{ tool: 'kubectl', when: ['get', '--show-labels'] }];

  it('tells which routes the controller reads, by its class and its arguments', async () => {
    const rows = [ingress('svc7'), ingress('svc8'), ingress('svc9', 'other'), shared('k8s.io/ingress-nginx'), other];
    await inCluster(ofNginx, [objects(...rows), ...controller({ args: nginxArgs }), ...rest], (run) => {
      const { controller: seen, services, problems } = look(run);
      expect(seen).toMatchObject({
        workloads: [{ kind: 'Deployment', name: 'edge-controller', namespace: 'edge', pods: { ready: 1, wanted: 1 } }],
        nodePort: null,
        class: { name: 'shared', controller: 'k8s.io/ingress-nginx', agrees: true },
      });
      expect(services.map(({ route }) => route)).toMatchObject([
        { state: 'admitted', className: 'shared' },
        { state: 'admitted', className: 'shared' },
        { state: 'foreign', className: 'other', controller: 'o.org/x' },
      ]);
      expect(problems.filter(({ code }) => /^(?:workload|class|node-port)/.test(code))).toEqual([]);
    });
  });

  it('names a route in a namespace that the controller does not watch', async () => {
    const watching = controller({ args: [...nginxArgs, '--watch-namespace=shop'] });
    await inCluster(
      ofNginx,
      [objects(ingress('svc7'), shared('k8s.io/ingress-nginx')), ...watching, ...rest],
      (run) => {
        expect(look(run).services[0]?.route).toMatchObject({
          state: 'ignored',
          reason: 'the controller watches namespace shop',
        });
      },
    );
  });

  it('says that it does not know where no workload was found, and names a class that is missing', async () => {
    const empty = [classes('k8s.io/ingress-nginx'), ...controller({ args: [] }).slice(1), ...rest];
    await inCluster(ofNginx, [objects(ingress('svc7'), shared('k8s.io/ingress-nginx')), ...empty], (run) => {
      const { controller: seen, services } = look(run);
      expect(seen).toMatchObject({ workloads: [], class: { agrees: true } });
      expect(services[0]?.route).toMatchObject({ state: 'unknown' });
    });
    await inCluster(ofNginx, [objects(ingress('svc7'), other), ...empty], (run) => {
      const { controller: seen, services, problems } = look(run);
      expect(seen.class).toMatchObject({ agrees: false, controller: null });
      expect(services[0]?.route).toMatchObject({
        state: 'ignored',
        reason: 'there is no IngressClass shared, which the routes name: the cluster has other',
      });
      expect(problems.map(({ code }) => code)).toContain('class-missing');
    });
  });
});
