import { areSameAuthority } from '../../certs/own-form.ts';
import { UsageError } from '../../errors.ts';
import type { Renewal } from '../../model/plan.ts';
import { issue, readRequired, startKeys, type CarryOutTools } from './carry-out.ts';
import { replacePair } from './renewal.ts';

/**
 * Makes certificates anew in their places, one after the other: issuers come before what they issue. What was there is kept first.
 * @returns the copies. @throws UsageError, with nothing changed, for an authority that would become another one.
 */
export async function carryOutRenewals(renewals: readonly Renewal[], tools: CarryOutTools): Promise<readonly string[]> {
  const { files } = tools;
  const authorities = new Map<string, string>();
  for (const renewal of renewals) {
    if (renewal.request.usage === 'authority') authorities.set(renewal.path, await renewAuthority(renewal, tools));
  }
  const backups: string[] = [];
  const keep = (path: string): void => {
    const backup = `${tools.backupFolder}/${path}`;
    files.writeAtomic(backup, readRequired(files, path), { mode: 0o600, durable: true });
    backups.push(backup);
  };
  const keys = startKeys(
    renewals.flatMap(({ keepsKey, keyPath, request: { keyType } }) => (keepsKey ? [] : [{ path: keyPath, keyType }])),
  )[Symbol.asyncIterator]();
  for (const renewal of renewals) {
    const { path, keyPath, keepsKey } = renewal;
    const made = keepsKey ? undefined : await keys.next();
    const key = made?.done === false ? made.value.text : readRequired(files, keyPath);
    const certificate = authorities.get(path) ?? (await issue(renewal, key, tools));
    keep(path);
    if (keepsKey) {
      files.writeAtomic(path, certificate, { mode: 0o644, durable: true });
      continue;
    }
    keep(keyPath);
    replacePair(files, { certificate: path, key: keyPath }, { certificate, key });
  }
  return backups;
}

async function renewAuthority(renewal: Renewal, tools: CarryOutTools): Promise<string> {
  const { path, keyPath } = renewal;
  const certificate = await issue(renewal, readRequired(tools.files, keyPath), tools);
  if (areSameAuthority(certificate, readRequired(tools.files, path))) return certificate;
  throw new UsageError(
    `${path} not renewed: its name is not the one that ingress-tls.yaml leads to, so what it signed would be refused`,
    {
      remedy: 'Set domain and names in ingress-tls.yaml back to what they were when the authority was made.',
    },
  );
}
