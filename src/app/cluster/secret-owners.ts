import { printCommand } from '../../kube/command-line.ts';
import { identifyObject } from '../../cluster/orphans.ts';
import type { Findings } from '../../cluster/apply-plan.ts';
import { UsageError } from '../../errors.ts';
import { printName } from '../../kube/object-index.ts';
import type { NamedObject } from '../../model/gateway.ts';
import { places } from '../../project/places.ts';
import { unlessForbidden } from '../../world/exec/tool-failure.ts';
import { readCertificateSecrets, type CertificateSecret } from '../../world/kubectl/certificate-secrets.ts';
import type { Project } from '../project.ts';
import type { ClusterFacts } from './facts.ts';

/** Secrets that one kubectl is asked for: their names must fit a command line. */
const asksAtOnce = 100;

/**
 * Refuses to begin where two would write one Secret: cert-manager undoes within seconds what is written over a Secret of its own, and writes
 * over certificate and key of one that somebody made (tried with 1.21.2). Only what apply is about to make or change is looked at.
 * @throws UsageError naming each.
 */
export async function refuseContestedSecrets(
  { tools, existingNamespaces }: Pick<ClusterFacts, 'tools' | 'existingNamespaces'>,
  { desired, config, profile }: Project,
  { changes }: Pick<Findings, 'changes'>,
): Promise<void> {
  // cert-manager's API of today came after server-side apply.
  if (profile.applyMethod === 'client-side') return;
  const same = new Set(
    changes?.objects.flatMap(({ object, change }) =>
      change === 'unchanged' ? [identifyObject(object.kind, object)] : [],
    ),
  );
  const isTouched = (kind: string, place: NamedObject): boolean =>
    existingNamespaces.has(place.namespace) && !same.has(identifyObject(kind, place));
  const brought = desired.objects.flatMap(({ content: { object } }): readonly NamedObject[] => {
    const { name, namespace = config.namespace } = object.metadata;
    return object.kind === 'Secret' && isTouched('Secret', { name, namespace }) ? [{ name, namespace }] : [];
  });
  const issued = desired.issued.certificates.filter((place) => isTouched('Certificate', place));
  const live = await readSecrets(tools, [...brought, ...issued]);
  const lines = [
    ...brought.flatMap((place) => refuseBrought(place, live.get(printName(place)))),
    ...issued.flatMap((place) => refuseIssued(place, live.get(printName(place)), config.controller.name)),
  ];
  const [first, ...others] = lines;
  if (first === undefined) return;
  throw new UsageError(`nothing was applied: ${first.why}`, {
    details: others.map(({ why }) => why),
    remedy: first.remedy,
  });
}

interface Refusal {
  readonly why: string;
  readonly remedy: string;
}

function refuseBrought(place: NamedObject, live: CertificateSecret | undefined): readonly Refusal[] {
  if (live === undefined || live.issuedFor === '') return [];
  const { name, namespace } = place;
  // Whoever may annotate a Secret there chooses what its Certificate is called.
  const deleteCommand = (kind: string, object: string): string =>
    printCommand({ tool: 'kubectl', args: ['delete', kind, object, '--namespace', namespace] });
  return [
    {
      why: `Secret ${printName(place)} is kept by cert-manager for Certificate ${live.issuedFor}, which would undo what apply writes there`,
      remedy:
        `to leave it to cert-manager, write source: existing, or source: cert-manager, under certificate in ${places.config}; to have the project's again: ` +
        `${deleteCommand('certificate', live.issuedFor)}, then ${deleteCommand('secret', name)}`,
    },
  ];
}

function refuseIssued(place: NamedObject, live: CertificateSecret | undefined, controller: string): readonly Refusal[] {
  if (live === undefined || live.issuedFor === place.name) return [];
  // One that apply brought is made again from certs/ whenever somebody wants it.
  if (live.issuedFor === '' && live.owner === controller) return [];
  const whose =
    live.issuedFor === ''
      ? 'was made by somebody else: cert-manager would write over its certificate and key'
      : `is kept by cert-manager for Certificate ${live.issuedFor}: two of one Secret would take turns`;
  return [
    {
      why: `Secret ${printName(place)} is there already and ${whose}`,
      remedy: `to use it as it is, write source: existing under certificate in ${places.config}; else choose another certificate.secretName, or take the Secret away`,
    },
  ];
}

async function readSecrets(
  tools: ClusterFacts['tools'],
  wanted: readonly NamedObject[],
): Promise<ReadonlyMap<string, CertificateSecret>> {
  const namespaces = [...new Set(wanted.map(({ namespace }) => namespace))];
  const found = namespaces.map(async (namespace) => {
    const names = [...new Set(wanted.flatMap((each) => (each.namespace === namespace ? [each.name] : [])))];
    const groups = Array.from({ length: Math.ceil(names.length / asksAtOnce) }, (_, index) =>
      names.slice(index * asksAtOnce, (index + 1) * asksAtOnce),
    );
    const answers = await Promise.all(
      groups.map((group) => unlessForbidden(() => readCertificateSecrets(tools.exec, tools, namespace, group))),
    );
    return answers.flatMap((answer) =>
      [...(answer?.values() ?? [])].map((secret) => [`${namespace}/${secret.name}`, secret] as const),
    );
  });
  return new Map((await Promise.all(found)).flat());
}
