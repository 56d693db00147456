import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { defaults } from '../../../src/config/defaults.ts';
import { loadProfile, profileNames } from '../../../src/controllers/index.ts';
import { parseObjects } from '../../../src/kube/parse-yaml.ts';
import { printYaml } from '../../../src/kube/yaml.ts';
import type { KubeObject } from '../../../src/model/kube-object.ts';
import { modes } from '../../../src/model/mode.ts';
import {
  allObjects,
  config,
  labels,
  planned,
  service,
  templateText,
  threeServices,
} from '../../support/controllers/three-services.ts';
import { ingressProfiles, profiles } from '../../support/profiles.ts';

const all = Object.values(profiles);

/** The part of Services and Deployments that a selector and its pods meet in. */
interface WithSpec {
  readonly kind: string;
  readonly spec: {
    readonly selector?: unknown;
    readonly template?: { readonly metadata: { readonly labels: unknown } };
  };
}

it.each(ingressProfiles)(
  '$name is read back with the namespace of the Secret that clients are verified by',
  (profile) => {
    const read = (secret: string) => {
      const annotations = { 'nginx.ingress.kubernetes.io/auth-tls-secret': secret };
      return profile.readOwnClientAuth?.(planned(profile, service('own', 'terminate', { annotations })));
    };
    expect(read('web/mine')).toEqual({
      secret: { namespace: 'web', name: 'mine' },
      details: { authority: 'Secret web/mine' },
    });
    expect(read('mine')?.secret).toEqual({ namespace: 'default', name: 'mine' });
  },
);

describe('the table of profiles', () => {
  it('has the default first and finds each by its own name', async () => {
    expect(profileNames).toEqual(['ingress-nginx', 'traefik', 'traefik-gateway', 'ingress-nginx-0.15']);
    expect(defaults.controller.profile).toBe(profileNames[0]);
    for (const name of profileNames) expect((await loadProfile(name))?.name).toBe(name);
  });

  it.each(['constructor', '__proto__', 'toString', '', 'ingress-nginx '])('finds nothing under %j', async (name) => {
    expect(await loadProfile(name)).toBeUndefined();
  });
});

describe.each(all)('profile $name', (profile) => {
  it('prints apiVersion, kind and metadata first in every object, and only names that it was given for files', () => {
    const made = profile.manifests(config(), labels);
    for (const { file, objects } of [...made.before, ...made.after]) {
      expect(file).toMatch(/^(ic-common|ic3-[a-z-]+)\.yaml$/);
      for (const object of objects) expect(Object.keys(object).slice(0, 3)).toEqual(['apiVersion', 'kind', 'metadata']);
    }
  });

  it('labels every object as its own', () => {
    for (const { kind, metadata } of allObjects(profile.manifests(config(), labels))) {
      expect(metadata.labels, `${kind} ${metadata.name}`).toMatchObject(labels.own);
    }
  });

  it('gives the same bytes for the same input', () => {
    const print = () => printYaml(allObjects(profile.manifests(config(), labels)));
    expect(print()).toBe(print());
  });

  it('reads back from its manifests what it meant, down to the last key', () => {
    const objects = allObjects(profile.manifests(config(), labels));
    expect(parseObjects(printYaml(objects), 'manifests/')).toStrictEqual(objects);
  });

  it('applies the node port Service before the Deployment that depends on it, and no workload before the Secrets but helpers', () => {
    const { after } = profile.manifests(config(), labels);
    const files = after.map(({ file }) => file).filter((file) => file !== 'ic3-gateway.yaml');
    expect(files).toEqual(['ic3-service-nodeport.yaml', 'ic3-mandatory.yaml']);
    const kinds = after.flatMap(({ objects }) => objects).map(({ kind }) => kind);
    expect(kinds.indexOf('Service')).toBeLessThan(kinds.indexOf('Deployment'));
    expect(kinds.indexOf('ConfigMap')).toBeLessThan(kinds.indexOf('Deployment'));
  });

  it('names exactly its Deployments as workloads to wait for', () => {
    const deployments = allObjects(profile.manifests(config(), labels))
      .filter(({ kind }) => kind === 'Deployment')
      .map(({ kind, metadata }) => ({ kind, name: metadata.name, namespace: metadata.namespace }));
    expect(profile.workloads(config())).toEqual(deployments);
  });

  it('selects its own pods with Service and Deployment', () => {
    const objects = allObjects(profile.manifests(config(), labels)) as unknown as readonly WithSpec[];
    const selectors = objects.filter(({ kind }) => kind === 'Service').map(({ spec }) => spec.selector);
    const podLabels = objects
      .filter(({ kind }) => kind === 'Deployment')
      .map(({ spec }) => spec.template?.metadata.labels);
    expect(selectors).toEqual(podLabels);
  });

  it("makes and labels its controller's namespace only, and none that every cluster has", () => {
    fc.assert(
      fc.property(
        fc.constantFrom('default', 'kube-system', 'kube-public', 'apps', 'ingress-nginx-demo'),
        fc.constantFrom('default', 'kube-system', 'kube-node-lease', 'ingress-nginx-demo'),
        (namespace, controllerNamespace) => {
          const made = profile.manifests(
            { ...config(threeServices, { namespace: controllerNamespace }), namespace },
            labels,
          );
          const names = allObjects(made)
            .filter(({ kind }) => kind === 'Namespace')
            .map(({ metadata }) => metadata.name);
          expect(names).toEqual(controllerNamespace === 'ingress-nginx-demo' ? ['ingress-nginx-demo'] : []);
        },
      ),
    );
  });

  it('lets no text of a person into a template', () => {
    const hostile = '{{ .Release.Namespace }}';
    const intent = service('svc8', 'reencrypt', { host: hostile, annotations: { [hostile]: hostile } });
    const hostileConfig = {
      ...config([intent], { name: hostile }),
      certificate: { secretName: hostile, days: 1, keyType: 'rsa-2048' as const },
    };
    for (const mode of modes) {
      for (const route of profile.routes(hostileConfig, planned(profile, { ...intent, mode }))) {
        const text = [...templateText(route.annotations), ...templateText(route.spec)].join('\n');
        expect(text).toMatch(/\w/);
        expect(text).not.toContain('{{');
        expect(text).not.toContain('svc8');
      }
    }
  });

  it('names a port in every backend that the Service has', () => {
    for (const intent of threeServices) {
      const route = profile.routes(config(), planned(profile, intent))[0]!;
      const { name, number } = profile.servicePort(intent.mode);
      // The Gateway API takes a port's number alone.
      expect(JSON.stringify(route.spec)).toMatch(new RegExp(`"(?:name|servicePort)":"${name}"|"port":${number}\\b`));
    }
  });
});

/** Everything by which an object is found or found out: kind, namespace and name; selectors and node ports. */
function identities(objects: readonly KubeObject[]): readonly string[] {
  return objects
    .filter(({ kind }) => kind !== 'Namespace')
    .flatMap((object) => [
      `${object.kind}/${object.metadata.name}`,
      ...(object.kind === 'Service'
        ? [JSON.stringify((object as unknown as { spec: { selector: unknown } }).spec.selector)]
        : []),
      ...(object.kind === 'IngressClass' ? [JSON.stringify(object['spec'])] : []),
    ]);
}

describe('two controllers in one cluster', () => {
  const name = fc.stringMatching(/^[a-z]([a-z0-9-]{0,10}[a-z0-9])?$/);

  it('share no name, selector, class or election in profile ingress-nginx', () => {
    const profile = profiles['ingress-nginx']!;
    fc.assert(
      fc.property(fc.uniqueArray(name, { minLength: 2, maxLength: 2 }), ([one, other]) => {
        const made = [one!, other!].map((each) =>
          allObjects(profile.manifests(config(threeServices, { name: each }), labels)),
        );
        const [first, second] = made.map(identities);
        expect(first!.filter((identity) => second!.includes(identity))).toEqual([]);
        const elections = made.map((objects) => /--election-id=([^"]+)/.exec(JSON.stringify(objects))![1]);
        expect(new Set(elections).size).toBe(2);
      }),
    );
  });

  it("share only the article's common file in profile ingress-nginx-0.15", () => {
    const profile = profiles['ingress-nginx-0.15']!;
    const [first, second] = ['ic3', 'ic4'].map((each) =>
      profile.manifests(config(threeServices, { name: each }), labels),
    );
    const own = identities(first!.after.flatMap(({ objects }) => objects));
    expect(own.filter((identity) => identities(allObjects(second!)).includes(identity))).toEqual([]);
    expect(identities(first!.before.flatMap(({ objects }) => objects))).toEqual(
      identities(second!.before.flatMap(({ objects }) => objects)),
    );
  });
});
