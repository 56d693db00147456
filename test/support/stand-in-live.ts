import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { Answer } from './stand-in-answers.ts';
import type { Call } from './stand-in-cluster.ts';

/** An object of a cluster, as far as tests look. */
export interface LiveObject {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: object;
    readonly annotations?: object;
  };
  readonly [key: string]: unknown;
}

/** Helm's record of the newest revision of a release. */
interface LiveRecord {
  readonly name: string;
  readonly status: string;
  readonly revision: number;
  /** What `helm upgrade --labels` was given: `a=b,c=d`. */
  readonly labels: string;
}

/** What a cluster has of a project, all of it in namespace default or in the controller's own. */
export interface LiveCluster {
  readonly manifests: readonly LiveObject[];
  readonly secrets: readonly LiveObject[];
  /** Of the releases: what helm sent. */
  readonly charts: readonly LiveObject[];
  readonly records: readonly LiveRecord[];
  /** What `helm template` prints of a chart, by release. */
  readonly templates: ReadonlyMap<string, string>;
}

const namespace = 'default';

/**
 * A cluster on which everything is as a project folder says: the files as they stand there, the charts as the real helm renders them,
 * and the labels that a helm was given on the way.
 * @param upgrades the calls of `helm upgrade` that an apply made.
 */
export function readLiveCluster(helm: string, project: string, upgrades: readonly Call[]): LiveCluster {
  const releases = upgrades.map(({ args }) => {
    const [name = '', chart = ''] = args.slice(args.indexOf('--install') + 1);
    const labels = args.find((arg) => arg.startsWith('--labels='))?.slice('--labels='.length) ?? '';
    const text = execFileSync(
      helm,
      ['template', name, chart, `--namespace=${namespace}`, '--kube-version=1.35.4', '--no-hooks', '--skip-tests'],
      { cwd: project, encoding: 'utf8' },
    );
    return { name, labels, text };
  });
  return {
    manifests: readFolder(join(project, 'manifests')).map(addReadyStatus),
    secrets: readFolder(join(project, 'secrets')),
    charts: releases.flatMap(({ name, text }) =>
      parse(text).map((object) => addReadyStatus(addReleaseMarks(object, name))),
    ),
    records: releases.map(({ name, labels }) => ({ name, labels, status: 'deployed', revision: 1 })),
    templates: new Map(releases.map(({ name, text }) => [name, text])),
  };
}

/** What kubectl and helm say of it, in the form of kubectl 1.35.2 and helm 4.1.4. A dry run takes all objects as they are sent. */
export function answersOf({ manifests, secrets, charts, records, templates }: LiveCluster): readonly Answer[] {
  const names = manifests.filter(({ kind }) => kind === 'Namespace').map(({ metadata }) => metadata.name);
  const all = { apiVersion: 'v1', kind: 'List', items: [...manifests, ...secrets, ...charts] };
  const lines = records.map(({ name, labels, status, revision }) => {
    const own = [
      ...labels.split(',').filter((label) => label !== ''),
      'modifiedAt=1795417538',
      `name=${name}`,
      'owner=helm',
      `status=${status}`,
      `version=${revision}`,
    ];
    return `${namespace}   sh.helm.release.v1.${name}.v${revision}   helm.sh/release.v1   1     5m    ${own.join(',')}\n`;
  });
  return [
    {
      tool: 'kubectl',
      when: ['get', 'namespaces', '-o=name'],
      stdout: ['default', ...names].map((name) => `namespace/${name}\n`).join(''),
    },
    {
      tool: 'kubectl',
      when: ['get', 'namespaces'],
      stdout: JSON.stringify({
        apiVersion: 'v1',
        kind: 'List',
        items: [{ metadata: { name: 'default' } }, ...manifests.filter(({ kind }) => kind === 'Namespace')],
      }),
    },
    { tool: 'kubectl', when: ['get', '-f', '-'], stdout: JSON.stringify(all) },
    { tool: 'kubectl', when: ['get', '--show-labels'], stdout: lines.join('') },
    ...lists([...charts, ...secrets]),
    ...[...templates].map(([name, stdout]): Answer => ({ tool: 'helm', when: ['template', name], stdout })),
  ];
}

/** How each kind is listed by path, and what the API server answers: its items do not say of which kind they are. */
const listPaths: Readonly<Record<string, readonly [string, string]>> = {
  ConfigMap: ['/api/v1', 'configmaps'],
  Deployment: ['/apis/apps/v1', 'deployments'],
  Ingress: ['/apis/networking.k8s.io/v1', 'ingresses'],
  NetworkPolicy: ['/apis/networking.k8s.io/v1', 'networkpolicies'],
  PodDisruptionBudget: ['/apis/policy/v1', 'poddisruptionbudgets'],
  Secret: ['/api/v1', 'secrets'],
  Service: ['/api/v1', 'services'],
  ServiceAccount: ['/api/v1', 'serviceaccounts'],
};

function lists(objects: readonly LiveObject[]): readonly Answer[] {
  return [...new Set(objects.map(({ kind }) => kind))].map((kind): Answer => {
    const [root, plural] = listPaths[kind] ?? [];
    if (root === undefined || plural === undefined) throw new Error(`how is ${kind} listed?`);
    const items = objects
      .filter((object) => object.kind === kind)
      .map((object) => ({ ...object, kind: undefined, apiVersion: undefined }));
    return {
      tool: 'kubectl',
      when: [`--raw=${root}/namespaces/${namespace}/${plural}?labelSelector`],
      stdout: JSON.stringify({ kind: `${kind}List`, metadata: { resourceVersion: '1' }, items }),
    };
  });
}

function readFolder(folder: string): readonly LiveObject[] {
  return readdirSync(folder)
    .sort()
    .flatMap((name) => parse(readFileSync(join(folder, name), 'utf8')));
}

function parse(text: string): readonly LiveObject[] {
  return parseAllDocuments(text).flatMap((document) => {
    const object = document.toJS() as LiveObject | null;
    return object === null ? [] : [object];
  });
}

/** helm marks what it sends (helm@4.1.4:pkg/action/validate.go). */
function addReleaseMarks(object: LiveObject, release: string): LiveObject {
  const { labels, annotations } = object.metadata;
  return {
    ...object,
    metadata: {
      ...object.metadata,
      namespace,
      labels: { ...labels, 'app.kubernetes.io/managed-by': 'Helm' },
      annotations: {
        ...annotations,
        'meta.helm.sh/release-name': release,
        'meta.helm.sh/release-namespace': namespace,
      },
    },
  };
}

function addReadyStatus(object: LiveObject): LiveObject {
  return object.kind === 'Deployment'
    ? {
        ...object,
        status: { observedGeneration: 1, replicas: 1, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1 },
      }
    : object;
}
