import { readPreviewState, removePreviewState, writePreviewState } from '../../world/files/preview-state.ts';
import { createObjectReader } from '../../world/helm/rendered-objects.ts';
import { isReaderGone } from '../../world/standard-streams.ts';
import { watchProject } from '../../world/files/watch.ts';
import { UsageError } from '../../errors.ts';
import type { Notice } from '../../model/notice.ts';
import type { Plan } from '../../model/plan.ts';
import type { AccessEntry } from '../../model/preview.ts';
import { places } from '../../project/places.ts';
import { startGateway, type Gateway } from '../../preview/gateway.ts';
import { createGatewayInput } from '../../preview/input.ts';
import { startPods, type Pods } from '../../preview/pods.ts';
import { openCluster } from '../cluster/tools.ts';
import { selectNewNotices } from '../new-notices.ts';
import type { Session } from '../session.ts';
import { makeFallback } from './fallback.ts';
import { loadServed, renderForPreview, type Served } from './load.ts';
import { choosePorts, complainOfPorts, type PreviewPorts } from './ports.ts';
import { createReloader, type Reloader } from './reload.ts';

export interface PreviewSettings {
  /** Absent: the controller's node port, or its default where it has none. 0: any free one, for plain HTTP as well. */
  readonly port?: number;
}

/** Hears what a preview does, as it does it. */
export interface PreviewEvents {
  /** What the person has not read before. */
  readonly noticed: (notices: readonly Notice[]) => void;
  readonly started: (served: Served, ports: PreviewPorts) => void;
  readonly reloaded: (served: Served, paths: readonly string[]) => void;
  /** Tells complaints that were not told before; those that are gone may be told again. */
  readonly complaints: (complaints: readonly string[]) => void;
  /** Names edited files, each once. */
  readonly kept: (plan: Plan) => void;
  /** Something did not work and what was served is served on. */
  readonly trouble: (message: string, details?: readonly string[], remedy?: string) => void;
  readonly entry: (entry: AccessEntry) => void;
  readonly ended: () => void;
}

const host = '127.0.0.1';

/** So many are read in a moment. */
const manyCharts = 20;

/** Milliseconds that running answers may take once the preview is told to end. */
const closingMs = 1_500;

/** Serves the rendered project on loopback until it is told to stop. */
export async function preview(session: Session, settings: PreviewSettings, events: PreviewEvents): Promise<void> {
  refuseSecond(session);
  const { stop, listener } = session;
  const { project, plan } = await renderForPreview(session);
  events.noticed(selectNewNotices(project.desired.notices, plan.notices));
  const { exec, helm } = openCluster(session, project, {}, true);
  const reader = createObjectReader({ files: session.files, exec, helm });
  const { length } = project.desired.services;
  if (length > manyCharts)
    listener.message(`Reading ${length} charts: with helm this takes a while, some ten a second.`);
  const served = await loadServed(reader, project);
  const problems: string[] = [];
  const pods = await startPods(served.pods, (text) => problems.push(text));
  const gateway = await open(session, served, pods, settings, events);
  let current = served;

  const reloader = createReloader({
    render: async () => {
      const rendered = await renderForPreview(session);
      current = { ...current, project: rendered.project };
      events.kept(rendered.plan);
    },
    serve: async (paths, isAfterTrouble) => {
      const next = await listener.waiting.silently(() => loadServed(reader, current.project));
      if (next.digest === current.digest) {
        if (isAfterTrouble) events.reloaded(next, paths);
        return;
      }
      current = next;
      const podProblems = await pods.update(next.pods);
      const ofGateway = gateway.update(createGatewayInput({ ...next, findPod: (backend) => pods.find(backend) }));
      events.reloaded(next, paths);
      events.complaints([
        ...next.complaints,
        ...podProblems,
        ...ofGateway,
        ...complainOfPorts(next.project.config, next.table, gateway, settings),
      ]);
    },
    onTrouble: ({ message, details, remedy }) => {
      if (!stop.asked.aborted) events.trouble(message, details, remedy);
    },
    onBug: (error) => {
      end.fail(error);
    },
  });
  const end = listenForEnd(session);
  let unwatch: (() => Promise<void>) | undefined;
  try {
    unwatch = await watchProject({
      root: session.root,
      names: [places.config, places.certificates, places.charts, places.secrets, places.manifests],
      onChange: (paths) => {
        reloader.changed(paths);
      },
      onTrouble: ({ message, details, remedy }) => {
        events.trouble(message, details, remedy);
      },
    });
    refuseSecond(session);
    const { port, plainPort } = gateway;
    const ports = { port, ...(plainPort === undefined ? {} : { plainPort }) };
    writePreviewState(session.files, { pid: session.world.pid, hostname: session.world.hostname, host, ...ports });
    events.started(served, ports);
    events.kept(plan);
    events.complaints([...served.complaints, ...problems, ...gateway.complaints]);
    // What changed after it was read and before it was watched.
    reloader.changed([
      places.charts,
      ...(session.files.readText(places.config) === project.text ? [] : [places.config]),
    ]);
    await end.asked;
  } finally {
    removePreviewState(session.files);
    stop.end();
    await Promise.all([unwatch?.(), endAll(reloader, gateway, pods)]);
  }
  events.ended();
}

async function open(
  session: Session,
  served: Served,
  pods: Pods,
  settings: PreviewSettings,
  events: PreviewEvents,
): Promise<Gateway> {
  try {
    return await startGateway({
      host,
      ...choosePorts(served.project.config, settings),
      input: createGatewayInput({ ...served, findPod: (backend) => pods.find(backend) }),
      fallback: await makeFallback(session, served.behaviour),
      now: session.world.now,
      onEntry: events.entry,
      limits: { closingMs },
    });
  } catch (error) {
    await pods.close();
    throw error;
  }
}

/** @throws UsageError naming the other one's port, by which it can be used as well. */
function refuseSecond({ files }: Session): void {
  const other = readPreviewState(files);
  if (other === undefined) return;
  throw new UsageError(`a preview of this project runs already: port ${other.port}, process ${other.pid}`, {
    remedy: `use that one, or end it first: kill ${other.pid}`,
  });
}

interface End {
  /** Fulfilled by Ctrl-C, SIGTERM or a terminal that is gone, rejected by a bug. */
  readonly asked: Promise<void>;
  readonly fail: (error: unknown) => void;
}

function listenForEnd({ stop, world }: Session): End {
  let fail: (error: unknown) => void = () => undefined;
  const asked = new Promise<void>((resolve, reject) => {
    fail = reject;
    if (stop.asked.aborted) resolve();
    stop.asked.addEventListener('abort', () => {
      resolve();
    });
    // Nobody could be told of what it serves, or end it at a terminal.
    const endIfLost = (error: unknown): void => {
      if (!isReaderGone(error)) resolve();
    };
    for (const stream of [world.stdout, world.stderr]) {
      stream.on('error', endIfLost);
      // A stream says so once.
      if (stream.errored !== null) endIfLost(stream.errored);
    }
  });
  // Whoever waits for it sees the failure; while nobody does yet it is no unhandled one.
  asked.catch(() => undefined);
  return { asked, fail };
}

async function endAll(reloader: Reloader, gateway: Gateway, pods: Pods): Promise<void> {
  await Promise.all([reloader.end(), gateway.close()]);
  await pods.close();
}
