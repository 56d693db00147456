import { withHelmJournal } from '../../world/helm/helm-journal.ts';
import type { Cluster } from '../../world/kubectl/kubectl.ts';
import { withRetries } from '../../world/exec/retry.ts';
import { useExec, type ClusterTools } from '../cluster/tools.ts';
import { repairAfterOutage } from './release-repair.ts';
import type { Session } from '../session.ts';
import type { Stopping } from './stopping.ts';

interface ResilienceSettings {
  readonly stopping: Stopping;
  /** Seconds that one step may take. */
  readonly timeout: number;
  /** Where the tools go to. */
  readonly cluster: Cluster;
}

/**
 * The same tools for a run that changes the cluster: they go on after a restart of the API server, and note each helm so that the next run
 * knows what a killed one left.
 */
export function makeResilient(
  session: Session,
  tools: ClusterTools,
  { stopping, timeout, cluster }: ResilienceSettings,
): ClusterTools {
  const { world, files } = session;
  const { context, server } = cluster;
  const noting = withHelmJournal(tools.exec, {
    files,
    place: { hostname: world.hostname, context, server },
    now: world.now,
  });
  return useExec(
    tools,
    withRetries(noting, {
      stop: stopping.asked,
      onOutage: () => {
        stopping.tell('warning: the API server does not answer; trying again for a minute.');
      },
      onReturn: () => {
        stopping.tell('The API server answers again.');
      },
      repair: (exec, release, sinceMs) =>
        repairAfterOutage(session, { exec, connection: tools.connection }, release, sinceMs, timeout),
    }),
  );
}
