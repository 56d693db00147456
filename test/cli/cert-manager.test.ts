import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { inProject, noServices } from '../support/prepared-project.ts';
import { runProgram, type ProgramResult } from '../support/program.ts';
import type { Answer } from '../support/stand-in-answers.ts';
import { installStandInCluster, isWrite, type StandInCluster } from '../support/stand-in-cluster.ts';

const services = `controller:
  profile: traefik
services:
  - name: svc7
    mode: terminate
  - name: svc8
    mode: reencrypt
    certificate: {source: cert-manager}
  - name: svc9
    mode: passthrough
    clientAuth: false
    certificate: {source: cert-manager}
`;
const config = `${noServices}  source: cert-manager\n  days: 90\n${services}`;
const shared = 'ingress-controller-demo-tls-secret';

/** What kubectl prints of a Secret by the template: name, type, keys, tls.crt, ca.crt, whose Certificate, and whose controller. */
const secret = (issuedFor: string, owner: string): Answer => ({
  tool: 'kubectl',
  when: ['get', '--namespace=default', '-o', 'secrets', shared],
  stdout: `${[shared, 'kubernetes.io/tls', 'tls.crt tls.key', '', '', issuedFor, owner].join('\t')}\n`,
});
const served: Answer = {
  tool: 'kubectl',
  when: ['get', '--raw=/apis/cert-manager.io/v1'],
  stdout: JSON.stringify({
    ...{ kind: 'APIResourceList', groupVersion: 'cert-manager.io/v1' },
    resources: [{ kind: 'Certificate' }, { kind: 'Issuer' }],
  }),
};

const inCluster = (
  text: string,
  answers: readonly Answer[],
  body: (run: (...args: readonly string[]) => ProgramResult, cluster: StandInCluster) => void,
): Promise<void> =>
  inProject(text, (project, outside) => {
    const cluster = installStandInCluster(outside);
    cluster.answer(...answers);
    body((...args) => runProgram(args, { cwd: project, env: cluster.env }), cluster);
  });

interface Document {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: Readonly<Record<string, unknown>>;
}

const readManifest = (project: string): readonly Document[] =>
  parseAllDocuments(readFileSync(join(project, 'manifests/cert-manager.yaml'), 'utf8')).map(
    (document) => document.toJS() as Document,
  );

describe('source: cert-manager', () => {
  it('makes neither key nor Secret, and asks cert-manager for each in the right order', async () => {
    await inProject(config, (project) => {
      expect(readdirSync(join(project, 'certs'))).toEqual([]);
      expect(readdirSync(join(project, 'secrets'))).toEqual([]);
      const documents = readManifest(project);
      expect(documents.map(({ kind, metadata: { name } }) => `${kind} ${name}`)).toEqual([
        'Issuer ic3-self-signing',
        'Certificate ic3-ca',
        'Issuer ic3-ca',
        `Certificate ${shared}`,
        'Certificate ic3-svc8-tls',
        'Certificate ic3-svc8-upstream-ca',
        'Certificate ic3-svc9-tls',
      ]);
      const find = (name: string): Document['spec'] | undefined =>
        documents.find(({ kind, metadata }) => kind === 'Certificate' && metadata.name === name)?.spec;
      expect(find('ic3-ca')).toMatchObject({ isCA: true, privateKey: { rotationPolicy: 'Never' } });
      expect(find(shared)).toMatchObject({
        ...{ secretName: shared, dnsNames: ['*.example.test', 'example.test'], duration: '2160h' },
        ...{ privateKey: { algorithm: 'ECDSA', size: 256, rotationPolicy: 'Always' } },
        usages: ['digital signature', 'server auth'],
      });
      expect(find('ic3-svc8-tls')).toMatchObject({
        dnsNames: ['ic3-svc8.default.svc', 'ic3-svc8.default.svc.cluster.local'],
      });
      // What the controller reads holds no key by which it could pass for the pod.
      expect(find('ic3-svc8-upstream-ca')).toMatchObject({ usages: ['digital signature', 'client auth'] });
      expect(find('ic3-svc9-tls')).toMatchObject({ dnsNames: ['svc9.example.test'] });
      for (const { kind, spec } of documents)
        if (kind === 'Certificate')
          expect(spec['commonName']).toBe(spec['isCA'] === true ? 'example.test ingress-tls CA' : undefined);
      expect(readFileSync(join(project, 'charts/svc8/values.yaml'), 'utf8')).toContain('ic3-svc8-upstream-ca');
    });
  });

  it('takes an issuer of yours, and makes none then', async () => {
    const text = `${noServices}  source: cert-manager\n  issuerRef: {name: company, kind: ClusterIssuer}\n${services}`;
    await inProject(text, (project) => {
      const documents = readManifest(project);
      expect(new Set(documents.map(({ kind }) => kind))).toEqual(new Set(['Certificate']));
      for (const { spec } of documents)
        expect(spec['issuerRef']).toEqual({ name: 'company', kind: 'ClusterIssuer', group: 'cert-manager.io' });
    });
  });

  it('is refused where the cluster has no cert-manager, before anything is sent', async () => {
    await inCluster(config, [], (run, cluster) => {
      const apply = run('apply', '--timeout', '10s');
      expect(apply.exitCode, apply.stderr).toBe(2);
      expect(apply.stderr).toContain('the cluster does not serve cert-manager.io/v1/Certificate');
      expect(apply.stderr).toContain('install cert-manager there first');
      expect(cluster.calls().filter(isWrite)).toEqual([]);
      expect(run('doctor').stdout).toContain('does not serve cert-manager.io/v1/Certificate');
    });
  });

  it.each([
    ['somebody made', config, secret('', ''), 'is there already and was made by somebody else'],
    [
      'another Certificate keeps',
      config,
      secret('other', ''),
      'is there already and is kept by cert-manager for Certificate other',
    ],
    [
      'cert-manager keeps, with another source',
      `${noServices}${services.replaceAll(/ +certificate: .*\n/g, '')}`,
      secret(shared, 'ic3'),
      `is kept by cert-manager for Certificate ${shared}, which would undo what apply writes there`,
    ],
  ])('never writes over a Secret that %s', async (_title, text, answer, expected) => {
    await inCluster(text, [served, answer], (run, cluster) => {
      const apply = run('apply', '--timeout', '10s');
      expect(apply.exitCode, apply.stderr).toBe(2);
      expect(apply.stderr).toContain(`nothing was applied: Secret default/${shared} ${expected}`);
      expect(cluster.calls().filter(isWrite)).toEqual([]);
    });
  });

  it('waits for the Certificates before anything that needs them', async () => {
    await inCluster(config, [served], (run) => {
      const { stdout, exitCode, stderr } = run('apply', '--dry-run');
      expect(exitCode, stderr).toBe(0);
      const places = ['cert-manager.yaml', '--for=condition=Ready', 'upgrade --install'].map((text) =>
        stdout.indexOf(text),
      );
      expect(places.every((place) => place >= 0)).toBe(true);
      expect(places).toEqual([...places].sort((one, other) => one - other));
    });
  });
});
