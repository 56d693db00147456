import { describe, expect, it } from 'vitest';
import { describeWithTool } from '../support/describe-with.ts';
import { chartObjects, manifestObjects, ofKind, type KubernetesObject } from './objects.ts';
import { podsOf, type PodOf } from './pods.ts';
import { projects, type Project } from './projects.ts';
import { findBreaches, findExcessiveRights, findRisks } from './risks.ts';

const findings = (objects: readonly KubernetesObject[], find: (pod: PodOf) => readonly string[]): readonly string[] =>
  podsOf(objects).flatMap((pod) => find(pod).map((finding) => `${pod.owner.metadata.name} ${finding}`));
const ofProfile = (profile: string): readonly Project[] =>
  projects.filter(({ controller }) => controller.profile === profile);

describeWithTool('helm', 'the pods of the services', () => {
  it.each(projects)('break no rule in $title', (project) => {
    const objects = project.services.flatMap((service) => chartObjects(project, service));
    // Of each service the Deployment's and the test's.
    expect(podsOf(objects)).toHaveLength(2 * project.services.length);
    expect(findings(objects, findBreaches)).toEqual([]);
    expect(findings(objects, findRisks)).toEqual([]);
  });
});

describe('the pods of the controllers', () => {
  it.each(ofProfile('ingress-nginx'))(
    'meet the restricted standard in $title, whose namespaces demand it',
    (project) => {
      const objects = manifestObjects(project);
      expect(podsOf(objects)).toHaveLength(1);
      expect(findings(objects, findBreaches)).toEqual([]);
      const levels = ofKind(objects, 'Namespace').map(
        ({ metadata }) => metadata.labels?.['pod-security.kubernetes.io/enforce'],
      );
      expect(levels.length).toBeGreaterThan(0);
      expect(levels).toEqual(levels.map(() => 'restricted'));
    },
  );

  it.each(ofProfile('ingress-nginx'))(
    'have the exceptions that ingress-nginx v1.15.1 needs in $title, and no other',
    (project) => {
      expect(findings(manifestObjects(project), findRisks)).toEqual(
        [
          // It asks the API server for Ingresses.
          "gets its service account's token",
          // Upstream advises against limits: a throttled or killed proxy takes every host with it.
          ...['cpu', 'memory', 'ephemeral-storage'].map((name) => `has no limit of ${name}`),
          // Properties of the image: it writes its configuration, and its user is 101:82.
          'writes to its root file system',
          'runs as a user or group below 10000',
          'listens on 80',
          'listens on 443',
        ].map((finding) => `nginx-ingress-controller-${project.controller.name} ${finding}`),
      );
    },
  );

  it.each(ofProfile('ingress-nginx-0.15'))(
    'are as unprotected in $title as in the article, and stay out of the namespaces that demand more',
    (project) => {
      const objects = manifestObjects(project);
      expect(findings(objects, findBreaches).length).toBeGreaterThan(0);
      const restricted = ofKind(objects, 'Namespace').filter(
        ({ metadata }) => metadata.labels?.['pod-security.kubernetes.io/enforce'] !== undefined,
      );
      expect(restricted.map(({ metadata }) => metadata.name)).not.toContain(project.controller.namespace);
    },
  );

  it.each(projects)('have no more rights in $title than to read Ingresses and what belongs to them', (project) => {
    expect(findExcessiveRights(manifestObjects(project))).toEqual([]);
  });
});

describe('the rules themselves', () => {
  const container = {
    name: 'a',
    image: 'b',
    ports: [{ containerPort: 22, hostPort: 22 }],
    livenessProbe: { tcpSocket: { port: 1, host: 'c' } },
    env: [{ name: 'D' }, { name: 'D', valueFrom: { secretKeyRef: { name: 'e', key: 'f' } } }],
  };
  const pod = {
    owner: { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'g' } },
    labels: {},
    annotations: {},
    spec: { hostPID: true, containers: [container], volumes: [{ name: 'h', hostPath: { path: '/' } }] },
  };

  it('find what is wrong', () => {
    expect(findBreaches(pod)).toEqual([
      'shares a namespace with its node',
      'volume h has another type',
      'takes a port of its node',
      'may gain privileges',
      'may run as root',
      'has no seccomp profile',
      'keeps capabilities',
      'probes another host',
    ]);
    expect(findRisks(pod)).toEqual([
      ...[
        'has no service account of its own',
        "gets its service account's token",
        'may share a node with its copies',
        'has no tag',
        'requests no cpu',
        'requests no memory',
      ],
      ...[
        'has no limit of cpu',
        'has no limit of memory',
        'has no limit of ephemeral-storage',
        'writes to its root file system',
        'runs as a user or group below 10000',
        'listens on 22',
      ],
      ...['lacks a probe', 'probes the undeclared port 1', 'sets a variable twice', 'has a secret in its environment'],
    ]);
    const role = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata: { name: 'r' },
      rules: [{ apiGroups: [''], resources: ['secrets', 'pods/exec'], verbs: ['update', 'bind', '*'] }],
    };
    expect(findExcessiveRights([role])).toEqual(['r: *', 'r: writes Secrets', 'r: enters pods', 'r: bind']);
  });
});
