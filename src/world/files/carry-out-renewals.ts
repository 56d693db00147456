import { areSameAuthority } from '../../certs/own-form.ts';
import { UsageError } from '../../errors.ts';
import type { Renewal } from '../../model/plan.ts';
import type { ProjectFiles } from './files.ts';
import { issue, keepCopy, readRequired, startKeys, type CarryOutTools } from './carry-out.ts';
import { replacePair } from './renewal.ts';

/**
 * Makes certificates anew in their places: issuers come before what they issue. All are made before the first is written, and what was there
 * is kept first. @returns the copies. @throws UsageError, with nothing changed, for what cannot be issued and for an authority that would
 * become another one.
 */
export async function carryOutRenewals(renewals: readonly Renewal[], tools: CarryOutTools): Promise<readonly string[]> {
  const { files } = tools;
  const keys = startKeys(
    renewals.flatMap(({ keepsKey, keyPath, request: { keyType } }) => (keepsKey ? [] : [{ path: keyPath, keyType }])),
  )[Symbol.asyncIterator]();
  const made = new Map<string, { readonly certificate: string; readonly key: string }>();
  for (const renewal of renewals) {
    const next = renewal.keepsKey ? undefined : await keys.next();
    const key = next?.done === false ? next.value.text : readRequired(files, renewal.keyPath);
    const issuer = made.get(renewal.issuer?.certificatePath ?? '')?.certificate;
    const certificate = await issue(renewal, key, tools, issuer);
    if (renewal.request.usage === 'authority') refuseAnother(renewal, certificate, files);
    made.set(renewal.path, { certificate, key });
  }
  const backups: string[] = [];
  for (const { path, keyPath, keepsKey } of renewals) {
    const pair = made.get(path);
    if (pair === undefined) continue;
    backups.push(keepCopy(path, tools));
    if (keepsKey) {
      files.writeAtomic(path, pair.certificate, { mode: 0o644, durable: true });
      continue;
    }
    backups.push(keepCopy(keyPath, tools));
    replacePair(files, { certificate: path, key: keyPath }, pair);
  }
  return backups;
}

function refuseAnother({ path }: Renewal, certificate: string, files: ProjectFiles): void {
  if (areSameAuthority(certificate, readRequired(files, path))) return;
  throw new UsageError(
    `${path} not renewed: its name is not the one that ingress-tls.yaml leads to, so what it signed would be refused`,
    {
      remedy: 'Set domain and names in ingress-tls.yaml back to what they were when the authority was made.',
    },
  );
}
