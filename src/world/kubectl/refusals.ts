import { readConflicts } from '../../kube/field-managers.ts';
import type { KnownText } from '../exec/tool-failure.ts';

const askOwner = 'Ask whoever runs the cluster about the rule that is named above.';

/**
 * Why a cluster that can be reached does not take an object: the words of the API server and of its admission plugins, which kubectl
 * and helm repeat. Captured from kubectl 1.35.2, helm 4.1.4 and helm 3.22.0 against Kubernetes 1.35.4. They come before the texts by
 * which an unreachable cluster is known: a webhook that cannot be reached is told in the same words.
 */
export const refusals: readonly KnownText[] = [
  {
    pattern: /Apply failed with \d+ conflicts?/,
    why: ({ input }) => readConflicts(input).map(({ manager, fields }) => `${manager} manages ${fields.join(', ')} of this object`).join(', ') || 'another program manages fields of this object',
    remedy: 'ingress-tls diff shows the values; ingress-tls apply --force-conflicts takes the fields over.',
  },
  {
    pattern: /(?:exceeded|failed) quota: [^\n]+/,
    why: ([words]) => `the namespace's quota does not allow it: ${words}`,
    remedy: 'Have the quota raised (kubectl describe resourcequota shows it), or remove something, then run the same command again.',
  },
  {
    pattern: /(?:minimum|maximum) [a-z-]+ (?:usage|limit to request ratio)[^\n]* per (?:Container|Pod|PersistentVolumeClaim)[^\n]*/,
    why: ([words]) => `the namespace's limits do not allow it: ${words}`,
    remedy: 'kubectl describe limitrange shows the limits: keep to them, or have them changed.',
  },
  {
    pattern: /violates PodSecurity "[^\n]+/,
    why: ([words]) => `the namespace does not take such a pod: ${words}`,
    remedy: 'What ingress-tls generates fits the level restricted: mend what was edited, or choose another namespace.',
  },
  {
    pattern: /failed calling webhook "([^"\n]+)":([^\n]*)/,
    why: (match) => `a webhook that the cluster asks first does not answer (${match[1] ?? ''}):${match[2] ?? ''}`,
    remedy: 'See that the program behind it runs: kubectl get validatingwebhookconfigurations,mutatingwebhookconfigurations',
  },
  {
    pattern: /admission webhook "[^"\n]+" denied the request[^\n]*/,
    why: ([words]) => `the rules of the cluster refuse it: ${words}`,
    remedy: askOwner,
  },
  {
    pattern: /ValidatingAdmissionPolicy '[^'\n]+' (?:with binding '[^'\n]+' )?denied request[^\n]*/,
    why: ([words]) => `the rules of the cluster refuse it: ${words}`,
    remedy: askOwner,
  },
  {
    pattern: /because it is being terminated|namespace \S+ is being terminated/,
    why: () => 'the namespace is being deleted',
    remedy: 'Run the same command again: apply waits until it is gone.',
  },
  {
    pattern: /(?:The )?(\S+) "([^"\n]+)" is invalid: ([^:\n]+): [^\n]*field is immutable/,
    why: (match) => `${match[3] ?? 'a field'} of ${match[1]?.split('.')[0] ?? 'the object'} ${match[2] ?? ''} cannot be changed (field is immutable)`,
    remedy: 'Look at the object that is named above; delete it if nothing else needs it, then run the same command again.',
  },
  {
    pattern: /field is immutable/,
    why: () => 'the object exists with a field that cannot be changed',
    remedy: 'Look at the object that is named above; delete it if nothing else needs it, then run the same command again.',
  },
  {
    pattern: /is attempting to grant RBAC permissions not currently held/,
    why: () => 'your user of the cluster may not give a role more rights than it has itself',
    remedy: 'Have somebody with these rights apply it: kubectl auth can-i --list shows those you have.',
  },
  {
    pattern: / is forbidden: (?!User )([^\n]+)/,
    why: (match) => `the cluster refuses it: ${match[1] ?? ''}`,
    remedy: askOwner,
  },
];
