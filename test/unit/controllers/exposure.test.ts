import { describe, expect, it } from 'vitest';
import type { ControllerIntent, ExposureIntent } from '../../../src/model/config.ts';
import type { ControllerProfile } from '../../../src/model/controller-profile.ts';
import { allObjects, config, labels, threeServices } from '../../support/controllers/three-services.ts';
import { profiles } from '../../support/profiles.ts';

const modern = [profiles['ingress-nginx']!, profiles['traefik']!];
const legacy = profiles['ingress-nginx-0.15']!;
const all = [...modern, legacy];

const exposure = (changes: Partial<ExposureIntent> = {}): ExposureIntent => ({
  type: 'LoadBalancer',
  https: 443,
  annotations: {},
  ipFamilies: [],
  ...changes,
});

const exposed = (changes: Partial<ExposureIntent>, controller: Partial<ControllerIntent> = {}) =>
  config(threeServices, { service: exposure(changes), ...controller });

interface Made {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly annotations?: unknown };
  readonly spec: Record<string, unknown>;
}

function objectsOf(profile: ControllerProfile, given: ReturnType<typeof config>): readonly Made[] {
  return allObjects(profile.manifests(given, labels)) as unknown as readonly Made[];
}

const serviceOf = (profile: ControllerProfile, given: ReturnType<typeof config>) => {
  const [found, ...others] = objectsOf(profile, given).filter(
    ({ kind, metadata }) => kind === 'Service' && metadata.name === 'ingress-nginx-ic3',
  );
  expect(others).toEqual([]);
  return found!;
};

const errors = (profile: ControllerProfile, given: ReturnType<typeof config>) =>
  profile.notices(given).filter(({ level }) => level === 'error');

describe.each(all)("the Service of $name's controller", (profile) => {
  it('is the same whether the file says what is the default or says nothing', () => {
    const said = exposed({ type: 'NodePort' });
    expect(profile.manifests(said, labels)).toEqual(profile.manifests(config(), labels));
    expect(profile.entry(said)).toEqual(profile.entry(config()));
  });

  it('has no node port of ours behind a load balancer, and is in a file named after its type', () => {
    const given = exposed({ https: 8443, http: { port: 80 }, externalTrafficPolicy: 'Local' });
    const { spec } = serviceOf(profile, given);
    expect(spec).toMatchObject({ type: 'LoadBalancer', externalTrafficPolicy: 'Local' });
    expect(spec['ports']).toMatchObject([
      { name: 'https', port: 8443, protocol: 'TCP' },
      { name: 'http', port: 80, protocol: 'TCP' },
    ]);
    expect(JSON.stringify(spec)).not.toContain('nodePort');
    // Azure would take it for the kind of the health probe.
    expect(JSON.stringify(spec)).not.toContain('appProtocol');
    expect(profile.manifests(given, labels).after[0]?.file).toBe('ic3-service-loadbalancer.yaml');
    expect(profile.entry(given)).toEqual({
      kind: 'load-balancer',
      service: { namespace: 'ingress-nginx-demo', name: 'ingress-nginx-ic3' },
      port: 8443,
      plainPort: 80,
    });
  });

  it('leads both ports to the pods', () => {
    const given = exposed({ http: { port: 80 } });
    const [deployment] = objectsOf(profile, given).filter(
      ({ kind, metadata }) => kind === 'Deployment' && metadata.name === 'nginx-ingress-controller-ic3',
    );
    const pod = deployment?.spec['template'] as {
      readonly spec: { readonly containers: readonly { readonly ports: readonly Record<string, unknown>[] }[] };
    };
    const opened = pod.spec.containers.flatMap(({ ports }) => ports);
    const { spec } = serviceOf(profile, given);
    for (const { name, targetPort } of spec['ports'] as { name: string; targetPort: unknown }[]) {
      expect(opened.find((port) => port['name'] === targetPort || port['containerPort'] === targetPort)?.['name']).toBe(
        name,
      );
    }
  });

  it('has both node ports, and annotations', () => {
    const given = exposed(
      { type: 'NodePort', http: { port: 80, nodePort: 31080 }, annotations: { 'a/b': 'x' } },
      { nodePort: 443 },
    );
    const { spec, metadata } = serviceOf(profile, given);
    expect(spec['ports']).toMatchObject([{ nodePort: 443 }, { nodePort: 31080 }]);
    expect(metadata.annotations).toEqual({ 'a/b': 'x' });
    expect(profile.entry(given)).toMatchObject({ kind: 'node-port', port: 443, plainPort: 31080 });
  });

  it('has neither node ports nor a way from outside with a cluster IP', () => {
    const given = exposed({ type: 'ClusterIP' });
    expect(serviceOf(profile, given).spec).toMatchObject({ type: 'ClusterIP' });
    expect(JSON.stringify(serviceOf(profile, given).spec)).not.toContain('nodePort');
    expect(profile.entry(given)).toMatchObject({ kind: 'cluster-ip', port: 443 });
    expect(profile.entry(given)).not.toHaveProperty('plainPort');
  });

  it('has pods as many as are asked for, and a budget from two on', () => {
    const budgets = (replicas?: number) =>
      objectsOf(profile, config(threeServices, replicas === undefined ? {} : { replicas })).filter(
        ({ kind }) => kind === 'PodDisruptionBudget',
      );
    expect([budgets(), budgets(1)]).toEqual([[], []]);
    const given = config(threeServices, { replicas: 2 });
    const workload = objectsOf(profile, given).find(
      ({ kind, metadata }) => kind === 'Deployment' && metadata.name === 'nginx-ingress-controller-ic3',
    );
    expect(workload?.spec['replicas']).toBe(2);
    // It must select the pods of that Deployment and no others.
    expect(budgets(2)).toMatchObject([{ spec: { maxUnavailable: 1, selector: workload?.spec['selector'] } }]);
    expect(budgets(2)[0]?.spec['selector']).toEqual(workload?.spec['selector']);
  });

  it.each([
    ['service.beta.kubernetes.io/aws-load-balancer-ssl-cert', 'arn:x', 'would end TLS itself'],
    ['service.beta.kubernetes.io/aws-load-balancer-proxy-protocol', '*', 'PROXY protocol'],
    [
      'service.beta.kubernetes.io/aws-load-balancer-target-group-attributes',
      'a=b, proxy_protocol_v2.enabled=true',
      'PROXY protocol',
    ],
    ['service.beta.kubernetes.io/do-loadbalancer-enable-proxy-protocol', 'true', 'PROXY protocol'],
    ['load-balancer.hetzner.cloud/uses-proxyprotocol', 'true', 'PROXY protocol'],
    ['service.beta.kubernetes.io/linode-loadbalancer-default-proxy-protocol', 'v2', 'PROXY protocol'],
  ])('is refused %s: %s', (key, value, reason) => {
    expect(errors(profile, exposed({ annotations: { [key]: value } }))).toMatchObject([
      {
        code: 'load-balancer-setting',
        message: expect.stringContaining(reason) as string,
        path: ['controller', 'service', 'annotations', key],
      },
    ]);
  });

  it('may have annotations that leave TLS alone', () => {
    const annotations = {
      'service.beta.kubernetes.io/aws-load-balancer-scheme': 'internal',
      'service.beta.kubernetes.io/aws-load-balancer-target-group-attributes': 'proxy_protocol_v2.enabled=false',
      'load-balancer.hetzner.cloud/uses-proxyprotocol': 'false',
      'service.beta.kubernetes.io/linode-loadbalancer-default-proxy-protocol': 'none',
    };
    expect(errors(profile, exposed({ annotations }))).toEqual([]);
  });
});

describe.each(modern)('families of addresses, by $name', (profile) => {
  it.each([
    [[], undefined],
    [['IPv6'], 'SingleStack'],
    [['IPv4', 'IPv6'], 'RequireDualStack'],
  ] as const)('%j', (ipFamilies, policy) => {
    const { spec } = serviceOf(profile, exposed({ ipFamilies }));
    expect(spec['ipFamilies']).toEqual(policy === undefined ? undefined : ipFamilies);
    expect(spec['ipFamilyPolicy']).toBe(policy);
    expect(errors(profile, exposed({ ipFamilies }))).toEqual([]);
  });
});

it('0.15.0 knows no families of addresses', () => {
  expect(errors(legacy, exposed({ ipFamilies: ['IPv4'] }))).toMatchObject([{ code: 'ip-families' }]);
});

describe('the redirect of port 80', () => {
  const traefik = profiles['traefik']!;
  const argumentsOf = (given: ReturnType<typeof config>): readonly string[] =>
    JSON.stringify(objectsOf(traefik, given)).match(/--entryPoints\.web\.http\.redirections[^"]*/g) ?? [];

  it('of Traefik leads to the port that clients see', () => {
    expect(argumentsOf(config())).toEqual([]);
    const to = (given: ReturnType<typeof config>) => argumentsOf(given).find((word) => word.includes('.to='));
    expect(to(exposed({ http: { port: 80 } }))).toMatch(/\.to=:443$/);
    expect(to(exposed({ https: 8443, http: { port: 80 } }))).toMatch(/\.to=:8443$/);
    expect(to(exposed({ type: 'NodePort', http: { port: 80 } }))).toMatch(/\.to=:30092$/);
    expect(errors(traefik, exposed({ type: 'NodePort', http: { port: 80 } }))).toEqual([]);
  });

  it.each([profiles['ingress-nginx']!, legacy])('of $name is refused where it could not name the port', (profile) => {
    const refused = [exposed({ type: 'NodePort', http: { port: 80 } }), exposed({ https: 8443, http: { port: 80 } })];
    for (const given of refused) {
      expect(errors(profile, given)).toMatchObject([
        {
          code: 'redirect-port',
          remedy: expect.stringContaining('profile traefik') as string,
          path: ['controller', 'service', 'http'],
        },
      ]);
    }
    expect(errors(profile, exposed({ http: { port: 80 } }))).toEqual([]);
    expect(errors(profile, exposed({ type: 'NodePort', http: { port: 80 } }, { nodePort: 443 }))).toEqual([]);
  });

  it('of 0.15.0, which writes the port that the client called, comes from port 80 alone', () => {
    expect(errors(legacy, exposed({ http: { port: 8080 } }))).toMatchObject([{ code: 'redirect-port' }]);
    expect(errors(profiles['ingress-nginx']!, exposed({ http: { port: 8080 } }))).toEqual([]);
  });
});

it('ingress-nginx publishes the address of its Service where nodes have none to publish', () => {
  const words = (type: ExposureIntent['type']) =>
    JSON.stringify(objectsOf(profiles['ingress-nginx']!, exposed({ type }))).includes(
      '--publish-service=$(POD_NAMESPACE)/ingress-nginx-ic3',
    );
  expect([words('NodePort'), words('LoadBalancer'), words('ClusterIP')]).toEqual([false, true, true]);
});
