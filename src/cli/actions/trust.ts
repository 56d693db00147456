import { changeTrust, type StoreResult, type TrustResult, type TrustWish } from '../../app/trust.ts';
import { exitCodes } from '../../errors.ts';
import { printTable } from '../../text/columns.ts';
import type { StoreKind } from '../../world/trust/stores.ts';
import type { CommandSession } from '../session.ts';

export interface TrustOptions {
  readonly store?: StoreKind;
  readonly dryRun?: boolean;
  readonly unconstrained?: boolean;
}

/** Has the stores of this machine trust the project's authority. Exit 1 when one is left for want of root. */
export function installTrust(session: CommandSession, options: TrustOptions): Promise<number> {
  return run(session, options, 'install');
}

/** Takes it out of them. Exit 1 when one is left for want of root. */
export function uninstallTrust(session: CommandSession, options: TrustOptions): Promise<number> {
  return run(session, options, 'uninstall');
}

/** Says which of them have it. Exit 1 when one has not. */
export function showTrust(session: CommandSession, options: TrustOptions): Promise<number> {
  return run(session, options, 'none');
}

async function run(session: CommandSession, options: TrustOptions, change: TrustWish['change']): Promise<number> {
  const { store, dryRun = false, unconstrained = false } = options;
  const found = await changeTrust(session, {
    change,
    isDry: dryRun,
    takesUnconstrained: unconstrained,
    ...(store !== undefined && { kind: store }),
  });
  const { report } = session;
  report.say({
    json: () => toJson(found),
    text: () => {
      tell(session, found);
    },
  });
  for (const notice of found.notices) report.notice(notice);
  for (const { failure } of found.stores) {
    if (failure === undefined) continue;
    for (const line of failure.details) report.verbatim(line);
    report.message(`${report.messageStyle.error('error:')} ${failure.message}`);
    if (failure.remedy !== undefined) report.next(failure.remedy);
  }
  if (found.stores.some(({ state }) => state === 'left'))
    report.message('The store of the system is for root to change: run the lines with sudo yourself.');
  return exitCodeOf(found, change);
}

function tell({ report }: CommandSession, { stores }: TrustResult): void {
  if (stores.length === 0) {
    report.message('There is no store here: Chromium and Firefox make theirs when they are first started.');
    return;
  }
  report.results(
    printTable(
      ['STORE', 'TRUSTED', ''],
      stores.map((store) => [store.title, tellHas(store), tellState(store)]),
    ),
  );
  for (const { state, lines } of stores)
    if (state === 'planned' || state === 'left') for (const line of lines) report.result(line);
}

function tellHas({ has, others }: StoreResult): string {
  const word = has === undefined ? 'unknown' : has ? 'yes' : 'no';
  return others === 0 ? word : `${word}, and ${others} of an earlier time or another project`;
}

function tellState({ state }: StoreResult): string {
  return { changed: 'changed', unchanged: '', planned: 'would be changed', left: 'needs root', failed: 'failed' }[
    state
  ];
}

function toJson({ fingerprint, stores }: TrustResult): unknown {
  return {
    authority: fingerprint,
    stores: stores.map(({ kind, title, has, others, state, lines, failure }) => ({
      store: kind,
      title,
      trusted: has ?? null,
      others,
      state,
      commands: lines,
      ...(failure !== undefined && { error: failure.message }),
    })),
  };
}

function exitCodeOf({ stores }: TrustResult, change: TrustWish['change']): number {
  if (stores.some(({ state }) => state === 'failed')) return exitCodes.tool;
  if (change === 'none') return stores.every(({ has }) => has === true) ? exitCodes.done : exitCodes.no;
  return stores.some(({ state }) => state === 'left') ? exitCodes.no : exitCodes.done;
}
