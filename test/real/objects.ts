import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IDeployment } from 'kubernetes-models/apps/v1';
import type { IIngress, IIngressClass, INetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import type { IPodDisruptionBudget } from 'kubernetes-models/policy/v1';
import type {
  IClusterRole,
  IClusterRoleBinding,
  IRole,
  IRoleBinding,
} from 'kubernetes-models/rbac.authorization.k8s.io/v1';
import type { IConfigMap, INamespace, IPod, ISecret, IService, IServiceAccount } from 'kubernetes-models/v1';
import { parseAllDocuments } from 'yaml';
import { findTool } from '../support/tools.ts';
import { once } from './once.ts';
import type { Project, Service } from './projects.ts';

export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
}

/** All that the project brings to a cluster: manifests/, secrets/ and what helm makes of each chart. */
export function allObjects(project: Project): readonly KubernetesObject[] {
  return [
    ...manifestObjects(project),
    ...secretObjects(project),
    ...project.services.flatMap((service) => chartObjects(project, service)),
  ];
}

export const manifestObjects = (project: Project): readonly KubernetesObject[] =>
  readFolder(join(project.folder(), 'manifests'));
export const secretObjects = (project: Project): readonly KubernetesObject[] =>
  readFolder(join(project.folder(), 'secrets'));

/** What helm makes of a service's chart when it is installed as `apply` does it. */
export function chartObjects(
  project: Project,
  service: Service,
  kubeVersion = project.kubeVersion,
): readonly KubernetesObject[] {
  return parseObjects(chartText(project, service, kubeVersion));
}

/** The output of `helm template`. */
export function chartText(project: Project, service: Service, kubeVersion = project.kubeVersion): string {
  const chart = join(project.folder(), 'charts', service.name);
  const options = ['--namespace', project.namespace, '--kube-version', kubeVersion];
  const file = once(`${project.title} ${service.name} ${kubeVersion}`, (path) => {
    writeFileSync(
      path,
      execFileSync(findTool('helm') ?? 'helm', ['template', service.release, chart, ...options], { encoding: 'utf8' }),
    );
  });
  return readFileSync(file, 'utf8');
}

function readFolder(folder: string): readonly KubernetesObject[] {
  return readdirSync(folder).flatMap((file) => parseObjects(readFileSync(join(folder, file), 'utf8')));
}

function parseObjects(text: string): readonly KubernetesObject[] {
  return parseAllDocuments(text).map((document) => {
    if (document.errors.length > 0) throw new Error(document.errors.join('\n'));
    return document.toJS() as KubernetesObject;
  });
}

/** The objects of a kind, as the type that Kubernetes' schema gives them; schemas.test.ts proves that they have it. */
export function ofKind<Kind extends keyof Kinds>(
  objects: readonly KubernetesObject[],
  kind: Kind,
): readonly (Kinds[Kind] & KubernetesObject)[] {
  return objects.filter((object) => object.kind === kind) as unknown as readonly (Kinds[Kind] & KubernetesObject)[];
}

interface Kinds {
  readonly ClusterRole: IClusterRole;
  readonly ClusterRoleBinding: IClusterRoleBinding;
  readonly ConfigMap: IConfigMap;
  readonly Deployment: IDeployment;
  readonly Ingress: IIngress;
  readonly IngressClass: IIngressClass;
  readonly Namespace: INamespace;
  readonly NetworkPolicy: INetworkPolicy;
  readonly Pod: IPod;
  readonly PodDisruptionBudget: IPodDisruptionBudget;
  readonly Role: IRole;
  readonly RoleBinding: IRoleBinding;
  readonly Secret: ISecret;
  readonly Service: IService;
  readonly ServiceAccount: IServiceAccount;
}
