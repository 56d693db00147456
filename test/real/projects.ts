import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { runProgram } from '../support/program.ts';
import { once } from './once.ts';

export interface Service {
  readonly name: string;
  readonly mode: 'terminate' | 'reencrypt' | 'passthrough';
  readonly host: string;
  readonly clientAuth: boolean;
  readonly replicas?: number;
  readonly image?: string;
  readonly annotations: Readonly<Record<string, string>>;
  /** Helm release, and the name of the service's objects. */
  readonly release: string;
}

/** A project as a person would have it; `folder` makes it, by the built program, when it is first asked for. */
export interface Project {
  readonly title: string;
  readonly domain: string;
  readonly namespace: string;
  readonly secretName: string;
  /** Undefined: RSA for the wildcard, ECDSA for the others. */
  readonly keyType: 'rsa-2048' | 'ecdsa-p256' | undefined;
  readonly controller: { readonly profile: string; readonly name: string; readonly namespace: string };
  readonly services: readonly Service[];
  /** The Kubernetes that helm is told of: the newest whose schemas are at hand, or the last that serves the old APIs. */
  readonly kubeVersion: string;
  readonly folder: () => string;
}

export const projects: readonly Project[] = [
  projectByCommands(),
  ...['hostile-names', 'old-cluster', 'one-namespace'].map(projectByFile),
];

/** The issue's own commands, with RSA keys. */
function projectByCommands(): Project {
  const services = [
    { name: 'svc7', mode: 'terminate' },
    { name: 'svc8', mode: 'reencrypt' },
    { name: 'svc9', mode: 'passthrough' },
  ] as const;
  const folder = (): string =>
    once('by-commands', (path) => {
      mkdirSync(path);
      ingressTls(path, 'init', '--domain', 'example.test');
      for (const { name, mode } of services) ingressTls(path, 'add-service', name, '--mode', mode);
    });
  return { ...describeProject('made by init and add-service', { domain: 'example.test', services }), folder };
}

function projectByFile(name: string): Project {
  const file = fileURLToPath(new URL(`projects/${name}.yaml`, import.meta.url));
  const folder = (): string =>
    once(name, (path) => {
      mkdirSync(path);
      copyFileSync(file, `${path}/ingress-tls.yaml`);
      ingressTls(path, 'render');
    });
  return { ...describeProject(`${name}.yaml`, parse(readFileSync(file, 'utf8')) as ProjectFile), folder };
}

interface ProjectFile {
  readonly domain: string;
  readonly namespace?: string;
  readonly controller?: Partial<Project['controller']>;
  readonly certificate?: { readonly secretName?: string; readonly keyType?: 'rsa-2048' | 'ecdsa-p256' };
  readonly services: readonly (Partial<Service> & Pick<Service, 'name' | 'mode'>)[];
}

/** What the file means, with the defaults of issue 3. */
function describeProject(title: string, file: ProjectFile): Omit<Project, 'folder'> {
  const controller = { profile: 'ingress-nginx', name: 'ic3', namespace: 'ingress-nginx-demo', ...file.controller };
  return {
    title,
    domain: file.domain,
    namespace: file.namespace ?? 'default',
    secretName: file.certificate?.secretName ?? 'ingress-controller-demo-tls-secret',
    keyType: file.certificate?.keyType,
    controller,
    kubeVersion: controller.profile === 'ingress-nginx' ? '1.33.0' : '1.15.0',
    services: file.services.map((service) => ({
      host: `${service.name}.${file.domain}`,
      clientAuth: service.mode === 'passthrough',
      annotations: {},
      release: `${controller.name}-${service.name}`,
      ...service,
    })),
  };
}

function ingressTls(cwd: string, ...args: readonly string[]): void {
  const { exitCode, stdout, stderr } = runProgram(args, { cwd });
  if (exitCode !== 0) throw new Error(`ingress-tls ${args.join(' ')} ended with ${exitCode}:\n${stdout}${stderr}`);
}
