import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { profiles } from '../../support/profiles.ts';
import { printCommand } from '../../../src/kube/command-line.ts';
import type { UpstreamCaPlacement } from '../../../src/model/chart.ts';
import type { Config } from '../../../src/model/config.ts';
import type { ControllerProfile } from '../../../src/model/controller-profile.ts';
import { planApply, type ApplyTarget, type Findings } from '../../../src/cluster/apply-plan.ts';
import { printFiles } from '../../../src/project/desired-files.ts';
import { buildDesiredProject, type DesiredProject } from '../../../src/project/desired-project.ts';

const templatesFolder = fileURLToPath(new URL('../../../templates/chart', import.meta.url));
const templates = Object.fromEntries(
  readdirSync(templatesFolder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => [path.slice(templatesFolder.length + 1), readFileSync(path, 'utf8')]),
);

const config: Config = {
  domain: 'example.test',
  namespace: 'apps',
  controller: {
    profile: 'ingress-nginx',
    name: 'ic3',
    namespace: 'ingress-nginx-demo',
    nodePort: 30092,
    sharedWith: [],
  },
  certificate: { secretName: 'wildcard-tls', days: 365, keyType: 'rsa-2048' },
  services: [
    {
      name: 'svc7',
      mode: 'terminate',
      host: 'svc7.example.test',
      port: 8080,
      replicas: 1,
      clientAuth: false,
      annotations: {},
    },
    {
      name: 'svc8',
      mode: 'reencrypt',
      host: 'svc8.example.test',
      port: 8080,
      replicas: 1,
      clientAuth: false,
      annotations: {},
    },
    {
      name: 'svc9',
      mode: 'passthrough',
      host: 'svc9.example.test',
      port: 8080,
      replicas: 1,
      clientAuth: true,
      annotations: {},
    },
  ],
};

const target: ApplyTarget = {
  connection: { context: 'here' },
  helmMajor: 4,
  timeout: 300,
  releases: [],
  orphans: { releases: [], objects: [] },
  existingSecrets: new Set(),
  foreignNamespaces: new Set(),
  serverValidates: true,
  forceConflicts: false,
};

/** Nobody could look. */
const nothingKnown: Findings = { digests: new Map(), unready: new Set(), keyless: new Set() };

function findProfile(name: string): ControllerProfile {
  const profile = profiles[name];
  if (profile === undefined) throw new Error(`no profile ${name}`);
  return profile;
}

/** The default profile with another answer to one question, as a profile of another controller would give it. */
function withAuthority(placement: UpstreamCaPlacement): ControllerProfile {
  return { ...findProfile('ingress-nginx'), upstreamCa: () => placement };
}

function describeWith(profile: ControllerProfile, given = config): DesiredProject {
  return buildDesiredProject(given, profile);
}

const commandsOf = (
  profile: ControllerProfile,
  given: Partial<ApplyTarget> = {},
  findings = nothingKnown,
): readonly string[] =>
  planApply(describeWith(profile), { ...target, ...given }, findings).map(({ command }) => printCommand(command));

describe('the authority of the reencrypt hop', () => {
  it('goes into a Secret of the type that the controller wants', () => {
    const { objects } = describeWith(
      withAuthority({ kind: 'Secret', name: 'svc8-ca', namespace: 'apps', type: 'nginx.org/ca', key: 'ca.crt' }),
    );
    expect(objects.find(({ path }) => path === 'secrets/svc8-ca.yaml')?.content).toMatchObject({
      object: { kind: 'Secret', type: 'nginx.org/ca', metadata: { name: 'svc8-ca', namespace: 'apps' } },
      data: { 'ca.crt': 'certs/ca.crt' },
    });
  });

  it('goes into a ConfigMap in manifests/, sent before the routes that name it', () => {
    const profile = withAuthority({ kind: 'ConfigMap', name: 'svc8-ca', namespace: 'apps', key: 'ca.crt' });
    expect(
      describeWith(profile).objects.find(({ path }) => path === 'manifests/svc8-ca.yaml')?.content.object.kind,
    ).toBe('ConfigMap');
    const commands = commandsOf(profile);
    const sent = commands.findIndex((command) => command.endsWith('< manifests/svc8-ca.yaml'));
    expect(sent).toBeGreaterThanOrEqual(0);
    expect(sent).toBeLessThan(commands.findIndex((command) => command.includes('upgrade --install ic3-svc8')));
    expect(commands.join('\n')).not.toContain('secrets/svc8-ca.yaml');
  });

  it('is handed to helm as a file where a route holds it inline, for the service that needs it only', () => {
    const commands = commandsOf(withAuthority({ kind: 'ChartValue', path: 'route.destinationCACertificate' }));
    expect(
      commands.filter((command) => command.includes('--set-file=route.destinationCACertificate=certs/ca.crt')),
    ).toEqual([expect.stringContaining('upgrade --install ic3-svc8')]);
  });
});

describe('planApply', () => {
  it('sends namespaces and RBAC, Secrets, the controller, waits, then installs the services', () => {
    const steps = planApply(describeWith(findProfile('ingress-nginx')), target, nothingKnown);
    expect(steps.map(({ phase }) => phase)).toEqual([
      'namespaces-and-rbac',
      'namespaces-and-rbac',
      'namespaces-and-rbac',
      'secrets',
      'controller',
      'controller',
      'rollout',
      'services',
      'services',
      'services',
      'readiness',
    ]);
  });

  it('sends what differs alone, and waits for it and for what is not ready', () => {
    const profile = findProfile('ingress-nginx');
    const desired = describeWith(profile);
    const same = [...desired.manifests.before, ...desired.manifests.after, ...desired.objects].map(({ path }) => ({
      path,
      object: { kind: 'Any', name: path },
      change: 'unchanged' as const,
      conflicts: [],
    }));
    const releases = desired.services.map(({ name, release, namespace }) => ({
      service: name,
      release,
      namespace,
      change: 'unchanged' as const,
      reasons: [],
    }));
    const digests = new Map([['svc8', 'd8']]);
    const look = (changes: NonNullable<Findings['changes']>, unready: readonly string[] = []): readonly string[] =>
      commandsOf(profile, {}, { changes, digests, unready: new Set(unready), keyless: new Set() });

    expect(look({ objects: same, releases })).toEqual([]);
    expect(look({ objects: same, releases }, ['Deployment apps ic3-svc7'])).toEqual([
      'kubectl --context=here rollout status deployment/ic3-svc7 --namespace=apps --timeout=300s',
    ]);
    expect(
      look({
        objects: same,
        releases: releases.map((release) =>
          release.service === 'svc8' ? { ...release, change: 'change' as const } : release,
        ),
      }),
    ).toEqual([
      'helm --kube-context=here upgrade --install ic3-svc8 ./charts/svc8 --namespace=apps --reset-values --labels=ingress-tls/controller=ic3,ingress-tls/project=example.test,ingress-tls/digest=d8.1 --disable-openapi-validation --timeout=300s',
      'kubectl --context=here rollout status deployment/ic3-svc8 --namespace=apps --timeout=300s',
    ]);
    const oneSecret = same.map((change) =>
      change.path === 'secrets/wildcard-tls.yaml' ? { ...change, change: 'change' as const } : change,
    );
    expect(look({ objects: oneSecret, releases })).toEqual([
      'kubectl --context=here apply --server-side --field-manager=ingress-tls -f - < secrets/wildcard-tls.yaml',
    ]);
    // A changed controller is waited for; a file that nobody looked at is sent.
    const mandatory = 'manifests/ic3-mandatory.yaml';
    for (const objects of [
      same.filter(({ path }) => path !== mandatory),
      same.map((change) => (change.path === mandatory ? { ...change, change: 'create' as const } : change)),
    ]) {
      expect(look({ objects, releases })).toEqual([
        `kubectl --context=here apply --server-side --field-manager=ingress-tls -f - < ${mandatory}`,
        'kubectl --context=here rollout status deployment/nginx-ingress-controller-ic3 --namespace=ingress-nginx-demo --timeout=300s',
      ]);
    }
  });

  it('uses a namespace that somebody else made as it is', () => {
    const profile = findProfile('ingress-nginx');
    expect(commandsOf(profile).filter((command) => command.includes('namespace-apps.yaml'))).toHaveLength(1);
    const used = commandsOf(profile, { foreignNamespaces: new Set(['apps']) });
    expect(used.filter((command) => command.includes('namespace-apps.yaml'))).toHaveLength(0);
    expect(used.filter((command) => command.includes('ic-common.yaml'))).toHaveLength(1);
  });

  it('uninstalls what is no longer wanted, last', () => {
    const commands = commandsOf(findProfile('ingress-nginx'), {
      orphans: { releases: [{ name: 'ic3-old', namespace: 'apps' }], objects: [] },
    });
    expect(commands.at(-1)).toBe(
      'helm --kube-context=here uninstall ic3-old --namespace=apps --cascade=foreground --wait=legacy --timeout=300s',
    );
  });

  it('never lets a Secret pass through client-side apply, which would copy it into an annotation', () => {
    const profile = findProfile('ingress-nginx-0.15');
    const commands = commandsOf(profile, { existingSecrets: new Set(['secrets/wildcard-tls.yaml']) });
    const withSecrets = commands.filter((command) => command.includes('secrets/'));
    expect(withSecrets).toHaveLength(2);
    expect(withSecrets.filter((command) => command.includes(' apply '))).toEqual([]);
    expect(withSecrets.find((command) => command.includes(' replace '))).toContain('secrets/wildcard-tls.yaml');
    expect(commands.filter((command) => command.includes('--server-side'))).toEqual([]);
  });

  it('names the context in every command', () => {
    for (const command of commandsOf(findProfile('ingress-nginx'))) expect(command).toMatch(/--(?:kube-)?context=here/);
  });
});

describe('buildDesiredProject', () => {
  it('makes no namespace that every cluster has', () => {
    const { before } = describeWith(findProfile('ingress-nginx'), { ...config, namespace: 'default' }).manifests;
    const paths = before.map(({ path }) => path);
    expect(paths.filter((path) => path.includes('namespace-'))).toEqual([]);
  });

  it.each(Object.keys(profiles))('gives the same bytes for the same input: %s', (name) => {
    const profile = findProfile(name);
    const print = (): string =>
      JSON.stringify([...printFiles({ desired: describeWith(profile), templates, schema: '{}\n' })]);
    expect(print()).toBe(print());
    expect(JSON.parse(print())).not.toEqual([]);
  });
});
