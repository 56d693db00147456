import type { ToolError } from '../../errors.ts';
import { clusterFailures } from './cluster-failures.ts';
import type { ToolResult } from '../exec/exec.ts';
import { refusals } from './refusals.ts';
import { explainToolFailure, type KnownText, type Question } from '../exec/tool-failure.ts';

/** Puts a failure of kubectl into words: `what failed: why`, what to do, and kubectl's own words without secrets. */
export function explainKubectlFailure(what: string, result: ToolResult, question: Question = {}): ToolError {
  return explainToolFailure('kubectl', what, result, [...objectFailures, ...refusals, ...clusterFailures], question);
}

/** Failures of objects on their way into the cluster, in the words of kubectl and of the API server. */
const objectFailures: readonly KnownText[] = [
  {
    pattern: /provided port is already allocated/,
    why: () => 'the node port is taken by another Service',
    remedy: 'Set another controller.nodePort in ingress-tls.yaml, then run the same command again.',
  },
  {
    pattern: /no matches for kind "([^"\n]+)" in version "([^"\n]+)"/,
    why: (match) => `the cluster does not know ${match[1] ?? ''} of ${match[2] ?? ''}`,
    remedy: 'ingress-tls doctor shows what the profile needs; choose another controller.profile in ingress-tls.yaml.',
  },
  {
    pattern: /namespaces "([^"\n]+)" not found/,
    why: (match) => `there is no namespace ${match[1] ?? ''}`,
    remedy: 'Make it with kubectl create namespace NAME, then run the same command again.',
  },
  {
    pattern: /timed out waiting for the condition on (\S+)/,
    why: (match) => `${match[1] ?? 'it'} was not gone in time`,
    remedy: 'kubectl get with -o yaml shows what it waits for (finalizers, pods that end slowly); then run the same command again.',
  },
  {
    pattern: /timed out waiting for the condition|exceeded its progress deadline/,
    why: () => 'it did not become ready in time',
    remedy: 'kubectl get pods --all-namespaces and kubectl describe pod show what is missing; then run the same command again.',
  },
];
