import { exitCodes, KnownError } from '../../errors.ts';
import { bindToContext, openCluster } from '../cluster/tools.ts';
import type { StatusOptions } from '../commands/status.ts';
import { loadProject } from '../project.ts';
import { refuseUnknownService } from '../select-services.ts';
import type { Session } from '../session.ts';
import { lookAtStatus } from '../status/look.ts';
import { printStatus } from '../status/report.ts';
import { describeStatus } from '../status/document.ts';
import { createScreen, watchStatus } from '../status/watch.ts';

/** Shows how the cluster is and what to do about what is wrong. Reads only; exit 1 when something is wrong. */
export async function status(session: Session, options: StatusOptions): Promise<number> {
  const { report, world } = session;
  // Before the cluster is asked: it takes longer.
  const project = loadProject(session);
  refuseUnknownService(project, options.names);
  const unbound = openCluster(session, options, true);
  if (options.watch === true) return watch(session, options, unbound);
  const cluster = await unbound.kubectl.readCluster();
  const found = await lookAtStatus(session, bindToContext(unbound, cluster), cluster, project, options.names);
  if (options.json === true) report.json(describeStatus(found));
  else for (const line of printStatus(found, { stream: world.stdout, style: report.style })) report.result(line);
  return found.well ? exitCodes.done : exitCodes.no;
}

async function watch(session: Session, { names, interval, json }: StatusOptions, unbound: ReturnType<typeof openCluster>): Promise<number> {
  const { world } = session;
  const enough = new AbortController();
  const stop = (): void => {
    enough.abort();
    unbound.exec.interrupt('SIGTERM');
  };
  // Only the first signal is listened to: the second one ends the process as the system does.
  const endListening = world.onStopSignal(() => {
    endListening();
    stop();
  });
  // Whoever reads has gone away (`| head`): nobody sees what comes.
  world.stdout.once('error', stop);
  try {
    const cluster = await unbound.kubectl.readCluster();
    const tools = bindToContext(unbound, cluster);
    // Loaded anew each time: it may be edited meanwhile.
    const look = async (): ReturnType<typeof lookAtStatus> => lookAtStatus(session, tools, cluster, loadProject(session), names);
    await watchStatus({ look, screen: createScreen(session, { isJson: json === true, interval }), interval, enough: enough.signal });
  } catch (error) {
    // The tools were stopped as well.
    if (!(enough.signal.aborted && error instanceof KnownError)) throw error;
  } finally {
    endListening();
    world.stdout.off('error', stop);
  }
  return exitCodes.done;
}
