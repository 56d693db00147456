import { describe, expect, it } from 'vitest';
import { buildDesiredProject } from '../../../src/project/desired-project.ts';
import type { KubeObject } from '../../../src/model/kube-object.ts';
import { config as threeServices } from '../../support/controllers/three-services.ts';
import { withoutController } from '../../../src/controllers/not-installed.ts';
import { findOrphanedObjects } from '../../../src/cluster/orphans.ts';
import { profiles } from '../../support/profiles.ts';

const inNamespaces = (...namespaces: readonly (string | undefined)[]) => {
  const config = threeServices();
  const services = config.services.map((service, index) => {
    const namespace = namespaces[index];
    return namespace === undefined ? service : { ...service, namespace };
  });
  return { ...config, services };
};
const named = (objects: readonly KubeObject[], ...kinds: readonly string[]): readonly string[] =>
  objects
    .filter(({ kind }) => kinds.includes(kind))
    .map(({ kind, metadata: { name, namespace = '' } }) => `${kind} ${namespace}/${name}`);

// What an Ingress of a namespace may name lies beside it (kubernetes.io docs: Ingress, TLS: the Secret; the backend's Service).
describe.each(Object.keys(profiles))('services in namespaces of their own, with profile %s', (name) => {
  const project = buildDesiredProject(inNamespaces('shop', 'bank', 'shop'), profiles[name]!);
  const objects = [...project.manifests.before, ...project.manifests.after].flatMap((file) => file.objects);

  it('has every Secret where its service is, and the shared one where it is shown', () => {
    const secrets = project.objects.map(({ path, content: { object } }) => [
      path,
      `${object.metadata.namespace ?? ''}/${object.metadata.name}`,
    ]);
    const places: Readonly<Record<string, string>> = {
      'ingress-nginx': 'secrets',
      traefik: 'secrets',
      'traefik-gateway': 'manifests',
    };
    const place = places[name];
    const hop = place === undefined ? [] : [[`${place}/ic3-svc8-upstream-ca.yaml`, 'bank/ic3-svc8-upstream-ca']];
    expect(secrets).toEqual([
      ['secrets/ingress-controller-demo-tls-secret.yaml', 'default/ingress-controller-demo-tls-secret'],
      ['secrets/bank/ingress-controller-demo-tls-secret.yaml', 'bank/ingress-controller-demo-tls-secret'],
      ['secrets/shop/ingress-controller-demo-tls-secret.yaml', 'shop/ingress-controller-demo-tls-secret'],
      ['secrets/ic3-svc8-tls.yaml', 'bank/ic3-svc8-tls'],
      ...hop,
      ['secrets/ic3-svc9-tls.yaml', 'shop/ic3-svc9-tls'],
      ['secrets/ic3-svc9-client-ca.yaml', 'shop/ic3-svc9-client-ca'],
    ]);
  });

  it('makes each namespace, in a file of its own', () => {
    expect(named(objects, 'Namespace').slice(0, 2)).toEqual(['Namespace /bank', 'Namespace /shop']);
    expect(project.manifests.before.slice(0, 2).map(({ path }) => path)).toEqual([
      'manifests/namespace-bank.yaml',
      'manifests/namespace-shop.yaml',
    ]);
  });

  it('names the Service of that namespace in the certificate of its pod', () => {
    const pair = project.pairs.find(({ paths }) => paths.certificate === 'certs/svc8.crt');
    expect(pair?.request.dnsNames).toEqual(['ic3-svc8.bank.svc', 'ic3-svc8.bank.svc.cluster.local']);
  });

  it('routes to what lies in the namespace, whichever it is', () => {
    expect(project.services.map(({ namespace }) => namespace)).toEqual(['shop', 'bank', 'shop']);
    expect(JSON.stringify(project.services[1]?.routes)).not.toContain('default/');
  });
});

it('leaves the namespace of a controller that is there as it is, also where services live in it', () => {
  const wanted = inNamespaces('edge', 'bank');
  const config = { ...wanted, controller: { ...wanted.controller, install: false as const, namespace: 'edge' } };
  const project = buildDesiredProject(config, withoutController(profiles['ingress-nginx']!));
  expect(
    named(
      project.manifests.before.flatMap(({ objects }) => objects),
      'Namespace',
    ),
  ).toEqual(['Namespace /bank']);
  // Brought by an apply of yesterday: --prune must not take it.
  const brought = ['edge', 'left'].map((name) => ({ kind: 'Namespace', name }));
  expect(findOrphanedObjects(brought, project)).toEqual([{ kind: 'Namespace', name: 'left' }]);
});

it('lets Traefik read these namespaces, and tells it so', () => {
  const traefik = profiles['traefik']!;
  const { manifests } = buildDesiredProject(inNamespaces(undefined, 'bank', 'bank'), traefik);
  const objects = [...manifests.before, ...manifests.after].flatMap((file) => file.objects);
  expect(named(objects, 'Role', 'RoleBinding')).toEqual([
    'Role default/traefik-ic3',
    'RoleBinding default/traefik-ic3',
    'Role bank/traefik-ic3',
    'RoleBinding bank/traefik-ic3',
  ]);
  const text = JSON.stringify(objects);
  expect(text).toContain('watchNamespaceSelector=kubernetes.io/metadata.name in (default,bank)"');
  expect(text).not.toContain('watchNamespace=');
  // traefik@v3.7.13 pkg/provider/kubernetes/ingress-nginx/client.go, WatchAll: Namespaces().List.
  const role = objects.find(({ kind }) => kind === 'ClusterRole');
  expect(role?.['rules']).toContainEqual({ apiGroups: [''], resources: ['namespaces'], verbs: ['list'] });
});
