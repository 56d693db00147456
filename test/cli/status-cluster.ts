import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { Answer } from '../support/stand-in-answers.ts';

/** What `kubectl get -o jsonpath` prints of objects in an apply of the three modes, in the columns of world/kubectl/live-status.ts. */
export interface ListedService {
  readonly name: string;
  readonly ready?: number;
  readonly className?: string;
}

/** A cluster that has what a project's manifests/ say, and of the services what is listed; texts in the form of kubectl 1.35.2. */
export function appliedAnswers(
  project: string,
  services: readonly ListedService[],
  namespace = 'default',
): readonly Answer[] {
  const manifests = readManifests(project);
  const live = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: manifests });
  const records = services.map(({ name }) =>
    [
      namespace,
      `sh.helm.release.v1.ic3-${name}.v1`,
      'helm.sh/release.v1',
      '1',
      '5m',
      `ingress-tls/controller=ic3,modifiedAt=1795417538,name=ic3-${name},owner=helm,status=deployed,version=1`,
    ].join('   '),
  );
  return [
    { tool: 'kubectl', when: ['get', '-f'], stdout: live },
    // None of the charts' objects: what a status tells of drift is not looked at here.
    { tool: 'kubectl', when: ['get', '--raw'], stdout: '{"items":[]}' },
    { tool: 'kubectl', when: ['apply', '--dry-run'], echoes: true },
    // Why one is not ready: the Deployment says it, and there is neither a pod nor an event.
    ...services.map(({ name }): Answer => ({
      tool: 'kubectl',
      when: ['get', `deployment.apps/ic3-${name}`],
      stdout: JSON.stringify(describeDeployment(name, namespace)),
    })),
    { tool: 'kubectl', when: ['get', 'replicasets.apps,pods'] },
    { tool: 'kubectl', when: ['get', 'events'], stdout: '{"items":[]}' },
    {
      tool: 'kubectl',
      when: ['get', 'namespaces', '-o=name'],
      stdout: 'namespace/default\nnamespace/ingress-nginx-demo\n',
    },
    { tool: 'kubectl', when: ['get', '--show-labels'], stdout: lines(records) },
    { tool: 'kubectl', when: ['get', '--field-selector'], stdout: lines(readCertificates(project)) },
    {
      tool: 'kubectl',
      when: ['get', 'Deployment.v1.apps,Ingress.v1.networking.k8s.io,IngressClass.v1.networking.k8s.io'],
      stdout: lines(listObjects(services, namespace)),
    },
    // Nothing that the project no longer brings.
    { tool: 'kubectl', when: ['api-resources'], stdout: 'secrets\n' },
    { tool: 'kubectl', when: ['get', '--all-namespaces', '--selector'] },
  ];
}

/** The manifests as the API server has them: the controller's pod is ready. */
function readManifests(project: string): readonly unknown[] {
  const folder = join(project, 'manifests');
  const objects = readdirSync(folder).flatMap((file) =>
    parseAllDocuments(readFileSync(join(folder, file), 'utf8')).map((document) => document.toJS() as unknown),
  );
  return objects.map((object) =>
    isDeployment(object)
      ? {
          ...object,
          status: { observedGeneration: 1, replicas: 1, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1 },
        }
      : object,
  );
}

function isDeployment(object: unknown): object is { readonly kind: 'Deployment' } {
  return typeof object === 'object' && object !== null && 'kind' in object && object.kind === 'Deployment';
}

function readCertificates(project: string): readonly string[] {
  const encode = (file: string): string => readFileSync(join(project, 'certs', file)).toString('base64');
  return [
    `wildcard\tkubernetes.io/tls\t${encode('wildcard.crt')}`,
    `ic3-svc8-tls\tkubernetes.io/tls\t${encode('svc8.crt')}`,
    `ic3-svc9-tls\tkubernetes.io/tls\t${encode('svc9.crt')}`,
  ].map((line) => line.replace('wildcard', 'ingress-controller-demo-tls-secret'));
}

function listObjects(services: readonly ListedService[], namespace: string): readonly string[] {
  const status = (ready: number): string =>
    JSON.stringify({
      observedGeneration: 1,
      replicas: 1,
      updatedReplicas: 1,
      readyReplicas: ready,
      availableReplicas: ready,
    });
  return [
    ...services.map(({ name, ready = 1 }) =>
      ['apps/v1', 'Deployment', namespace, `ic3-${name}`, '1', '{}', '1', '', '', '', '', status(ready)].join('\t'),
    ),
    ...services.map(({ name, className = 'ic3' }) =>
      [
        'networking.k8s.io/v1',
        'Ingress',
        namespace,
        `ic3-${name}`,
        '1',
        '{}',
        '',
        className,
        '',
        '[]',
        '[]',
        '{"loadBalancer":{}}',
      ].join('\t'),
    ),
    ...['ic3', 'ic2'].map((name) =>
      ['networking.k8s.io/v1', 'IngressClass', '', name, '1', '', '', '', `ingress-tls/${name}`, '', '', ''].join('\t'),
    ),
  ];
}

function describeDeployment(name: string, namespace: string): object {
  const status = { observedGeneration: 1, replicas: 1, updatedReplicas: 1, unavailableReplicas: 1 };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: `ic3-${name}`, namespace, generation: 1 },
    spec: { replicas: 1 },
    status,
  };
}

function lines(texts: readonly string[]): string {
  return texts.map((text) => `${text}\n`).join('');
}
