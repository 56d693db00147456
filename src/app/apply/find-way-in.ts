import { ToolError } from '../../errors.ts';
import type { ServiceEntry } from '../../model/controller-profile.ts';
import type { ProbeAddress } from '../../model/probe.ts';
import { poll } from '../../world/poll.ts';
import type { ClusterFacts } from '../cluster/facts.ts';
import { printPortForward, reachService, type Reach } from '../cluster/reach-service.ts';
import type { ClusterTools } from '../cluster/tools.ts';
import type { Project } from '../project.ts';
import { inOrder } from '../run/stage.ts';
import type { Stopping } from '../run/stopping.ts';
import type { Session } from '../session.ts';

/** Where clients reach the controller; or why nobody can look from here, and what would have to run first. */
export type WayIn =
  { readonly address: ProbeAddress } | { readonly unseen: string; readonly remedy?: string; readonly before?: string };

/** Milliseconds that a load balancer that was just asked for is waited for: some come in seconds, and most in minutes. */
const longestPending = 20_000;

interface Looking {
  /** Whether this run changed anything: else what has not come before does not come now. */
  readonly isChanged: boolean;
  /** Seconds that the person allows a wait. */
  readonly timeout: number;
  readonly stopping: Stopping;
}

/** Looks for it once all is applied: a load balancer comes after its Service. */
export async function findWayIn(
  session: Session,
  { desired }: Project,
  { tools, nodeAddress, controller }: ClusterFacts,
  looking: Looking,
): Promise<WayIn> {
  const entry = controller?.entry ?? desired.entry;
  switch (entry.kind) {
    case 'node-port':
      return nodeAddress === undefined
        ? { unseen: 'no address of a node is known' }
        : { address: { host: nodeAddress, port: entry.port } };
    case 'elsewhere':
      return { unseen: `nothing that ingress-tls makes leads to the controller: ${entry.how}` };
    case 'existing':
      return { unseen: `where the controller that is there is reached could not be looked up: ${entry.how}` };
    case 'cluster-ip':
      return tell(await reachOrSay(tools, entry), { before: printPortForward(entry) });
    case 'load-balancer':
      return tell(
        looking.isChanged
          ? await awaitBalancer(session, () => reachOrSay(tools, entry), entry.service.name, looking)
          : await reachOrSay(tools, entry),
      );
  }
}

function tell(reach: Reach, more: { readonly before?: string } = {}): WayIn {
  if ('address' in reach) return { address: reach.address };
  return { unseen: reach.why, remedy: reach.remedy, ...more };
}

/** Shown as a step, which has its tick only when there is an address. */
async function awaitBalancer(
  session: Session,
  ask: () => Promise<Reach>,
  name: string,
  { timeout, stopping }: Looking,
): Promise<Reach> {
  let reach = await ask();
  if ('address' in reach) return reach;
  const run = async (): Promise<void> => {
    const longest = Math.min(longestPending, timeout * 1000);
    reach = await poll(ask, (answer) => 'address' in answer, { longest, pause: 1000, stop: session.stop.asked });
  };
  const skipped = (): string | undefined => ('why' in reach ? reach.why : undefined);
  await session.listener.showStages(
    inOrder([{ title: `wait until the load balancer of Service ${name} has an address`, run, skipped }]),
    stopping,
  );
  return reach;
}

async function reachOrSay(tools: ClusterTools, entry: ServiceEntry): Promise<Reach> {
  try {
    return await reachService(tools, entry);
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    return { why: error.message, remedy: error.remedy ?? 'ingress-tls verify' };
  }
}
