import { printCommand } from '../../kube/command-line.ts';
import { identifyObject } from '../../cluster/orphans.ts';
import type { Findings } from '../../cluster/apply-plan.ts';
import { UsageError } from '../../errors.ts';
import { printName } from '../../kube/object-index.ts';
import type { NamedObject } from '../../model/gateway.ts';
import { places } from '../../project/places.ts';
import type { CertificateSecret } from '../../world/kubectl/certificate-secrets.ts';
import type { Project } from '../project.ts';
import type { ClusterFacts } from './facts.ts';
import { seeSecrets } from './kept-secrets.ts';

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
  const live = await seeSecrets(tools, [...brought, ...issued]);
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

function refuseBrought(place: NamedObject, live: CertificateSecret | null | undefined): readonly Refusal[] {
  if (!live?.issuedFor) return [];
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

function refuseIssued(
  place: NamedObject,
  live: CertificateSecret | null | undefined,
  controller: string,
): readonly Refusal[] {
  if (!live || live.issuedFor === place.name) return [];
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
