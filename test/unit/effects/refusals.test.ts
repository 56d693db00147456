import { describe, expect, it } from 'vitest';
import { readWarnings } from '../../../src/world/kubectl/api-server-words.ts';
import type { ToolResult } from '../../../src/world/exec/exec.ts';
import { explainFailure } from '../../../src/world/exec/tool-failure.ts';

function failed(stderr: string): ToolResult {
  return {
    exitCode: 1,
    signal: undefined,
    stdout: '',
    stderr,
    isCut: false,
    durationMs: 100,
    timedOut: false,
    stillRunning: undefined,
  };
}

/** What a tool said, words of our message, words of our remedy. */
type Refusal = readonly [stderr: string, words: string, remedy?: string];

const podSecurity =
  'violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false (container "c" must set securityContext.allowPrivilegeEscalation=false)';
const hook =
  'Internal error occurred: failed calling webhook "hook.c.test": failed to call webhook: Post "https://127.0.0.1:1/x?timeout=2s": dial tcp 127.0.0.1:1: connect: connection refused';
const policy =
  "ValidatingAdmissionPolicy 'c-policy' with binding 'c-policy' denied request: names must not begin with denied";
const terminating = 'is forbidden: unable to create new content in namespace c-term because it is being terminated';

// Captured from kubectl 1.35.2, helm 4.1.4 and helm 3.22.0 against Kubernetes 1.35.4; long lists shortened.
const kubectl: readonly Refusal[] = [
  [
    'Error from server (Forbidden): pods "q" is forbidden: exceeded quota: no-pods, requested: pods=1, used: pods=0, limited: pods=0\n',
    'exceeded quota: no-pods, requested: pods=1, used: pods=0, limited: pods=0',
    'resourcequota',
  ],
  [`Error from server (Forbidden): pods "rootpod" is forbidden: ${podSecurity}\n`, podSecurity],
  [`The configmaps "denied1" is invalid: : ${policy}\n`, policy],
  [`Error from server (InternalError): ${hook}\n`, 'does not answer (hook.c.test)', 'webhookconfigurations'],
  [
    'Error from server: error when creating "STDIN": admission webhook "deny.test" denied the request: no TLS, no entry\n',
    'admission webhook "deny.test" denied the request: no TLS, no entry',
  ],
  [`Error from server (Forbidden): configmaps "x" ${terminating}\n`, 'the namespace is being deleted', 'waits'],
  [
    'The Deployment "ok" is invalid: spec.selector: Invalid value: {"matchLabels":{"app":"ok","b":"c"}}: field is immutable\n',
    'spec.selector of Deployment ok cannot be changed',
  ],
  [
    'error: Apply failed with 1 conflict: conflict with "other": .data.x\nPlease review the fields above--they currently have other managers. Here\n',
    'other manages .data.x',
    '--force-conflicts',
  ],
  [
    'error: Apply failed with 3 conflicts: conflicts with "kubectl-edit":\n- .data.z\nconflicts with "other":\n- .data.x\n- .data.z\nPlease review the fields above--they currently have other managers. Here\n',
    'kubectl-edit manages .data.z of this object, other manages .data.x, .data.z of this object',
    '--force-conflicts',
  ],
  [
    'Error from server (Forbidden): secrets is forbidden: User "jane" cannot create resource "secrets" in API group "" in the namespace "x"\n',
    'your user of the cluster may not do this',
    'can-i',
  ],
  [
    'Error from server (Forbidden): pods "a" is forbidden: error looking up service account x/y: serviceaccount "y" not found\n',
    'error looking up service account x/y',
  ],
  ['error: timed out waiting for the condition on configmaps/t\n', 'configmaps/t was not gone in time', 'finalizers'],
  ['Error from server: etcdserver: leader changed\n', "the cluster's API server is not ready"],
];

const helm: readonly Refusal[] = [
  [
    'Error: pods "hp" is forbidden: exceeded quota: no-pods, requested: pods=1, used: pods=0, limited: pods=0\n',
    'exceeded quota: no-pods',
  ],
  [
    'Error: 1 error occurred:\n\t* pods "hp" is forbidden: exceeded quota: no-pods, requested: pods=1, used: pods=0, limited: pods=0\n\n\n',
    'exceeded quota: no-pods',
  ],
  [`Error: pods "hp" is forbidden: ${podSecurity}\n`, podSecurity],
  [`Error: configmaps "denied2" is forbidden: ${policy}\n`, policy],
  [`Error: 1 error occurred:\n\t* ${hook}\n\n\n`, 'does not answer (hook.c.test)'],
  [
    `Error: create: failed to create: secrets "sh.helm.release.v1.r4.v1" ${terminating}\n`,
    'the namespace is being deleted',
  ],
  [
    'level=WARN msg="upgrade failed" name=r5 error="conflict occurred while applying object c-svc/hcm /v1, Kind=ConfigMap: Apply failed with 1 conflict: conflict with \\"kubectl-edit\\" using v1: .data.x"\nError: UPGRADE FAILED: conflict occurred while applying object c-svc/hcm /v1, Kind=ConfigMap: Apply failed with 1 conflict: conflict with "kubectl-edit" using v1: .data.x\n',
    'kubectl-edit manages .data.x of this object',
    '--force-conflicts',
  ],
  [
    'Error: UPGRADE FAILED: cannot patch "hd" with kind Deployment: Deployment.apps "hd" is invalid: spec.selector: Invalid value: {"matchLabels":{"app":"b"}}: field is immutable\n',
    'spec.selector of Deployment hd cannot be changed',
  ],
  ['Error: uninstallation completed with 1 error(s): context deadline exceeded\n', 'its objects were not gone in time'],
];

describe('what a cluster refuses', () => {
  it.each(kubectl.map((refusal) => ({ refusal })))('kubectl: $refusal.0', ({ refusal: [stderr, words, remedy] }) => {
    const error = explainFailure({ tool: 'kubectl' }, 'cannot apply x', failed(stderr));
    expect(error.message).toContain(words);
    expect(error.message).not.toContain('\n');
    expect(error.remedy ?? '').toContain(remedy ?? '');
  });

  it.each(helm.map((refusal) => ({ refusal })))('helm: $refusal.0', ({ refusal: [stderr, words, remedy] }) => {
    const error = explainFailure(
      { tool: 'helm', release: { name: 'x', namespace: 'y' } },
      'cannot install x',
      failed(stderr),
    );
    expect(error.message).toContain(words);
    expect(error.remedy ?? '').toContain(remedy ?? '');
  });

  it('puts no control character and no key of the cluster’s words into the message', () => {
    const { message } = explainFailure(
      { tool: 'kubectl' },
      'cannot apply x',
      failed(
        'Error from server: admission webhook "a" denied the request: \u001b[2J\u0007no token=abcdefghijklmnopqrstuvwxyz\n',
      ),
    );
    expect(message).toContain('denied the request: no token=[removed]');
  });
});

describe('readWarnings', () => {
  const warning =
    'would violate PodSecurity "restricted:latest": runAsNonRoot != true (pod or container "c" must set securityContext.runAsNonRoot=true)';

  it.each([
    `Warning: ${warning}\ndeployment.apps/psa serverside-applied\n`,
    `I1123 07:10:26.009642   11123 warnings.go:107] ${JSON.stringify(`Warning: ${warning}`)}\n`,
    `W1123 07:10:26.009642   11123 warnings.go:70] ${warning}\n`,
  ])('finds %j', (stderr) => {
    expect(readWarnings({ stderr })).toEqual([warning]);
  });

  it('tells each once, not too many, and nothing of what is no warning of the API', () => {
    expect(readWarnings({ stderr: `Warning: ${warning}\n`.repeat(3) })).toEqual([warning]);
    expect(
      readWarnings({ stderr: Array.from({ length: 50 }, (_, index) => `Warning: ${index} left\n`).join('') }),
    ).toHaveLength(10);
    expect(
      readWarnings({
        stderr:
          'E1123 07:06:24.038438 28052 memcache.go:265] "Unhandled Error"\nlevel=WARN msg="upgrade failed"\nWarning: resource x is missing the kubectl.kubernetes.io/last-applied-configuration annotation\n',
      }),
    ).toEqual([]);
    expect(readWarnings({ stderr: 'Warning: \u001b[2Jgone\n' })).toEqual(['gone']);
  });
});
