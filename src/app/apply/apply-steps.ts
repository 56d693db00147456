import { runStep } from '../../world/run-step.ts';
import type { RunStep } from '../../model/plan.ts';
import type { ClusterTools } from '../cluster/tools.ts';
import { inOrder, type Note, type ProgressStep, type Stage } from '../run/stage.ts';
import type { Session } from '../session.ts';
import { awaitCertificates } from './await-certificates.ts';
import { waitForWorkloads, type UpgradedRelease } from './wait-for-workloads.ts';

export interface StageSettings {
  readonly tools: ClusterTools;
  /** Releases that are worked on side by side. */
  readonly concurrency: number;
  /** Seconds. */
  readonly timeout: number;
  /** Aborted when the person wants the run to stop. */
  readonly stop: AbortSignal;
  /** Called with what the API server warned of. */
  readonly onWarning: (text: string) => void;
}

/** What a plan's commands become when they run: in order, and releases, which do not depend on each other, side by side. */
export function arrangeSteps(
  session: Session,
  commands: readonly RunStep[],
  settings: StageSettings,
): readonly Stage[] {
  const { tools, concurrency, timeout, stop, onWarning } = settings;
  const upgraded: UpgradedRelease[] = [];
  const run = async (step: RunStep, note: Note): Promise<void> => {
    if (step.certificates !== undefined) return awaitCertificates(tools, step, stop, note);
    if (step.waitsFor !== undefined) return waitForWorkloads(session, step, { tools, upgraded, timeout, stop, note });
    if (step.phase === 'services' && step.release !== undefined)
      upgraded.push({ release: step.release, workloads: step.brings ?? [] });
    return runStep(step, { ...tools, files: session.files, onWarning });
  };
  const select = (isWanted: (step: RunStep) => boolean): readonly ProgressStep[] =>
    commands.filter(isWanted).map((step) => ({ title: step.title, run: (note) => run(step, note) }));
  const first = commands.findIndex(({ phase }) => phase === 'services');
  const before = new Set(commands.slice(0, first === -1 ? commands.length : first));
  const releases = select(({ phase }) => phase === 'services');
  return [
    ...inOrder(select((step) => before.has(step))),
    ...(releases.length === 0 ? [] : [{ title: `install ${releases.length} releases`, steps: releases, concurrency }]),
    ...inOrder(select((step) => !before.has(step) && step.phase !== 'services')),
  ];
}
