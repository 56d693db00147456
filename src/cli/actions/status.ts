import { exitCodes, KnownError } from '../../errors.ts';
import { bindToContext, openCluster } from '../../app/cluster/tools.ts';
import { loadProject } from '../../app/project.ts';
import { refuseUnknownService } from '../../app/select-services.ts';
import type { CommandSession } from '../session.ts';
import { lookAtStatus } from '../../app/status/look.ts';
import { printStatus } from '../output/status-report.ts';
import { statusToJson } from '../output/status-document.ts';
import { createScreen, watchStatus } from '../output/status-screen.ts';

export interface StatusOptions {
  /** Empty: all services. */
  readonly names: readonly string[];
  readonly watch?: boolean;
  /** Seconds between two looks. */
  readonly interval: number;
  readonly context?: string;
  readonly kubeconfig?: string;
  /** Seconds. */
  readonly timeout?: number;
}

/** Shows how the cluster is and what to do about what is wrong. Reads only; exit 1 when something is wrong. */
export async function status(session: CommandSession, options: StatusOptions): Promise<number> {
  const { report, world } = session;
  // Before the cluster is asked: it takes longer.
  const project = loadProject(session);
  refuseUnknownService(project, options.names);
  const unbound = openCluster(session, options, true);
  if (options.watch === true) return watch(session, options, unbound);
  const cluster = await unbound.kubectl.readCluster();
  const found = await lookAtStatus(session, bindToContext(unbound, cluster), cluster, project, options.names);
  report.say({
    json: () => statusToJson(found),
    text: () => { report.results(printStatus(found, { stream: world.stdout, style: report.style })); },
  });
  return found.well ? exitCodes.done : exitCodes.no;
}

async function watch(session: CommandSession, { names, interval }: StatusOptions, unbound: ReturnType<typeof openCluster>): Promise<number> {
  const { world, stop, listener } = session;
  // Whoever reads has gone away (`| head`): nobody sees what comes.
  world.stdout.once('error', stop.end);
  try {
    const cluster = await unbound.kubectl.readCluster();
    const tools = bindToContext(unbound, cluster);
    // Loaded anew each time: it may be edited meanwhile.
    const look = async (): ReturnType<typeof lookAtStatus> => lookAtStatus(session, tools, cluster, loadProject(session), names);
    // What is shown stands while the next look is taken.
    let isFirst = true;
    const lookOn: typeof look = () => (isFirst ? look() : listener.waiting.silently(look));
    const screen = createScreen(session, interval);
    const show: typeof screen.show = (status) => {
      isFirst = false;
      screen.show(status);
    };
    await watchStatus({ look: lookOn, screen: { ...screen, show }, interval, enough: stop.asked });
  } catch (error) {
    // The tools were stopped as well.
    if (!(stop.isStopped() && error instanceof KnownError)) throw error;
  } finally {
    world.stdout.off('error', stop.end);
  }
  return exitCodes.done;
}
