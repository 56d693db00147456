import { UsageError } from '../../errors.ts';
import { printName } from '../../kube/object-index.ts';
import type { NamedObject } from '../../model/gateway.ts';
import { unlessForbidden } from '../../world/exec/tool-failure.ts';
import { readCertificateSecrets, type CertificateSecret } from '../../world/kubectl/certificate-secrets.ts';
import type { Project } from '../project.ts';
import type { ClusterTools } from './tools.ts';

/** By `namespace/name`; null: it is not there. Those that the user may not read are left out. */
export type SeenSecrets = ReadonlyMap<string, CertificateSecret | null>;

/** Secrets that one kubectl is asked for: their names must fit a command line. */
const asksAtOnce = 100;

/** Looks at Secrets for their certificates, by few calls for each namespace. @throws ToolError when kubectl or the cluster fails. */
export async function seeSecrets(tools: ClusterTools, wanted: readonly NamedObject[]): Promise<SeenSecrets> {
  const namespaces = [...new Set(wanted.map(({ namespace }) => namespace))];
  const questions = namespaces.flatMap((namespace) => {
    const names = [...new Set(wanted.flatMap((each) => (each.namespace === namespace ? [each.name] : [])))];
    return Array.from({ length: Math.ceil(names.length / asksAtOnce) }, (_, index) => ({
      namespace,
      names: names.slice(index * asksAtOnce, (index + 1) * asksAtOnce),
    }));
  });
  const seen = questions.map(async ({ namespace, names }) => {
    const found = await unlessForbidden(() => readCertificateSecrets(tools.exec, tools, namespace, names));
    return found === undefined ? [] : names.map((name) => [`${namespace}/${name}`, found.get(name) ?? null] as const);
  });
  return new Map((await Promise.all(seen)).flat());
}

/**
 * Refuses to go on without what hosts or pods are to show.
 * @returns whether all of them could be looked at. @throws UsageError naming each that is missing or no pair of certificate and key.
 */
export async function refuseMissingKept(tools: ClusterTools, { desired }: Project): Promise<boolean> {
  const kept = desired.kept.filter(({ isIssued }) => isIssued !== true);
  const seen = await seeSecrets(tools, kept);
  const [first, ...others] = kept.flatMap((secret) => {
    const found = seen.get(printName(secret));
    const why = found === undefined ? undefined : found === null ? 'is not there' : findFault(found);
    return why === undefined ? [] : [`Secret ${printName(secret)}, with ${secret.holds}, ${why}`];
  });
  if (first !== undefined) {
    throw new UsageError(first, {
      details: others,
      remedy:
        'bring it to the cluster first, in a namespace that you make where there is none yet: kubectl create secret tls NAME --namespace NAMESPACE ' +
        '--cert FILE --key FILE; or take source: existing out to have the project make certificate and Secret',
    });
  }
  return kept.every((secret) => seen.has(printName(secret)));
}

/** Why it is of no use, as the end of a sentence. */
function findFault({ type, keys }: CertificateSecret): string | undefined {
  if (type !== 'kubernetes.io/tls') return `is of type ${type}, not kubernetes.io/tls`;
  const missing = ['tls.crt', 'tls.key'].filter((key) => !keys.includes(key));
  return missing.length === 0
    ? undefined
    : `has no ${missing.join(' and no ')}: it has ${keys.join(', ') || 'nothing'}`;
}
