import { KnownError } from '../../errors.ts';
import type { Status } from '../../model/status.ts';
import { isStopped, sleep } from '../../world/poll.ts';
import { bindToContext, openCluster, type ClusterOptions } from '../cluster/tools.ts';
import { loadProject, type Project } from '../project.ts';
import { refuseUnknownService } from '../select-services.ts';
import type { Session } from '../session.ts';
import { lookAtStatus } from './look.ts';

export interface StatusSettings extends ClusterOptions {
  /** Empty: all services. */
  readonly names: readonly string[];
}

/** Shows one status after another. */
export interface StatusScreen {
  readonly show: (status: Status) => void;
  /** It could not be looked at: what was seen last still stands. */
  readonly trouble: (error: KnownError) => void;
}

/** Looks once at the project and its cluster. Reads only. */
export async function status(session: Session, settings: StatusSettings): Promise<Status> {
  const { project, open } = await prepare(session, settings);
  return (await open())(project);
}

/**
 * Looks again and again until the person has seen enough.
 * @param interval seconds between two looks.
 */
export async function watchStatus(
  session: Session,
  settings: StatusSettings,
  { screen, interval }: { readonly screen: StatusScreen; readonly interval: number },
): Promise<void> {
  const { stop, listener } = session;
  const { open } = await prepare(session, settings);
  try {
    const lookAt = await open();
    // Loaded anew each time: it may be edited meanwhile.
    const look = async (): Promise<Status> => lookAt(await loadProject(session));
    // What is shown stands while the next look is taken.
    let isFirst = true;
    const show: StatusScreen['show'] = (seen) => {
      isFirst = false;
      screen.show(seen);
    };
    await lookUntil({
      look: () => (isFirst ? look() : listener.waiting.silently(look)),
      screen: { ...screen, show },
      interval,
      enough: stop.asked,
    });
  } catch (error) {
    // The tools were stopped as well.
    if (!(stop.asked.aborted && error instanceof KnownError)) throw error;
  }
}

/** What is wrong with the project, or with what was asked for, is told before the cluster is asked: that takes longer. */
async function prepare(
  session: Session,
  { names, ...options }: StatusSettings,
): Promise<{ readonly project: Project; readonly open: () => Promise<(project: Project) => Promise<Status>> }> {
  const project = await loadProject(session);
  refuseUnknownService(project, names);
  const unbound = openCluster(session, project, options, true);
  const open = async (): Promise<(project: Project) => Promise<Status>> => {
    const cluster = await unbound.kubectl.readCluster();
    const tools = bindToContext(unbound, cluster);
    return (wanted) => lookAtStatus(session, tools, cluster, wanted, names);
  };
  return { project, open };
}

interface Watching {
  readonly look: () => Promise<Status>;
  readonly screen: StatusScreen;
  /** Seconds between two looks. */
  readonly interval: number;
  /** Aborted when the person has seen enough. */
  readonly enough: AbortSignal;
}

/**
 * A cluster that is away for a while is told and asked again.
 * @throws KnownError of the first look: a cluster that never was there is another matter.
 */
async function lookUntil({ look, screen, interval, enough }: Watching): Promise<void> {
  for (let hasSeen = false; !enough.aborted;) {
    try {
      const status = await look();
      if (isStopped(enough)) return;
      screen.show(status);
      hasSeen = true;
    } catch (error) {
      // The tools were stopped as well.
      if (isStopped(enough)) return;
      if (!(error instanceof KnownError) || !hasSeen) throw error;
      screen.trouble(error);
    }
    await sleep(interval * 1000, enough);
  }
}
