import { describe, expect, it } from 'vitest';
import { profiles } from '../../support/profiles.ts';
import type { RunStep } from '../../../src/model/plan.ts';
import { selectTouched } from '../../../src/cluster/touched-services.ts';
import { buildDesiredProject } from '../../../src/project/desired-project.ts';
import { config, svc7, svc8, svc9 } from '../verify/samples.ts';

const desired = buildDesiredProject(
  { ...config, services: [svc7, svc8, svc9].map(({ service }) => service) },
  profiles['ingress-nginx']!,
);
const step = (phase: RunStep['phase'], more: Partial<RunStep> = {}): RunStep => ({
  title: phase,
  phase,
  command: { tool: 'kubectl', effect: 'write', args: [] },
  timeout: 1,
  ...more,
});
const secret = (name: string): RunStep =>
  step('secrets', { command: { tool: 'kubectl', effect: 'write', args: [], stdinFiles: [`secrets/${name}.yaml`] } });
const touchedBy = (...commands: readonly RunStep[]): readonly string[] =>
  selectTouched(desired, commands).map(({ name }) => name);

describe('selectTouched', () => {
  it.each<readonly [string, readonly RunStep[], readonly string[]]>([
    ['nothing', [], []],
    ['what is removed', [step('clean-up')], []],
    ['the controller', [step('controller')], ['svc7', 'svc8', 'svc9']],
    ['its pods', [step('rollout')], ['svc7', 'svc8', 'svc9']],
    ['its IngressClass or roles', [step('namespaces-and-rbac')], ['svc7', 'svc8', 'svc9']],
    ['the certificate that hosts share', [secret('demo-tls')], ['svc7', 'svc8']],
    ["a pod's certificate", [secret('ic3-svc9-tls')], ['svc9']],
    ["a pod's clients", [secret('ic3-svc9-client-ca')], ['svc9']],
    ['the authority of a hop', [secret('ic3-svc8-upstream-ca')], ['svc8']],
    ['a release', [step('services', { release: { name: 'ic3-svc7', namespace: 'default' } })], ['svc7']],
    ["another namespace's release", [step('services', { release: { name: 'ic3-svc7', namespace: 'other' } })], []],
    [
      'pods that were waited for',
      [step('readiness', { waitsFor: [{ kind: 'Deployment', name: 'ic3-svc8', namespace: 'default' }] })],
      ['svc8'],
    ],
  ])('takes %s', (_title, commands, names) => {
    expect(touchedBy(...commands)).toEqual(names);
  });
});
