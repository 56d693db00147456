import {
  deepJournalPath,
  readDeepJournal,
  removeDeepJournal,
  type DeepJournal,
} from '../../world/files/deep-journal.ts';
import { escapeControls } from '../../text/escape.ts';
import { ToolError } from '../../errors.ts';
import type { ClusterOptions } from '../cluster/tools.ts';
import type { Project } from '../project.ts';
import { withLock, type Session } from '../session.ts';
import { openForChange } from './address.ts';
import { describe, nameJournal, authoritiesOfPreview, authoritiesOnCluster, type AuthorityStore } from './swap.ts';

/**
 * Puts back what a `verify --deep` that was killed left broken. To be called while holding the lock: the journal of one that
 * is still at work is not a stopped one's.
 *
 * @param options as given to this command; the journal names a context, and the person's own kubeconfig leads to it.
 * @throws ToolError or UsageError when it cannot be put back; the journal then stays.
 */
export async function repairUnderLock(session: Session, project: Project, options: ClusterOptions): Promise<void> {
  const { listener, files } = session;
  const journal = readDeepJournal(files);
  if (journal === undefined) return;
  const secret = project.desired.objects.find(({ path }) => path === journal.secretPath);
  if (secret === undefined) {
    listener.message(
      `A stopped verify --deep left ${escapeControls(journal.secretPath)} broken, which no service has any more: nothing to put back.`,
    );
    removeDeepJournal(files);
    return;
  }
  const place = await openPlace(session, project, journal, options);
  const refusal = await place.refuse(secret).catch((error: unknown) => {
    throw error instanceof ToolError ? nameJournal(error) : error;
  });
  // A file that is gone is made anew; a Secret that is gone or somebody else's is left alone.
  if (refusal !== undefined && journal.target.kind === 'cluster') {
    listener.message(`A stopped verify --deep left ${describe(secret)} broken, and it cannot be put back: ${refusal}`);
  } else {
    await place.putBack(secret);
    listener.message(
      `Put ${describe(secret)} back${formatPlace(journal)}: a verify --deep was stopped before it could.`,
    );
  }
  removeDeepJournal(files);
}

/** The same for a command that does not hold the lock. */
export async function repair(session: Session, project: Project, options: ClusterOptions): Promise<void> {
  if (!session.files.exists(deepJournalPath)) return;
  await withLock(session, 'verify', () => repairUnderLock(session, project, options));
}

async function openPlace(
  session: Session,
  project: Project,
  { target }: DeepJournal,
  options: ClusterOptions,
): Promise<AuthorityStore> {
  if (target.kind === 'preview') return authoritiesOfPreview(session.files);
  const { profile, config } = project;
  const { kubeconfig, timeout } = options;
  const remedy = `name the kubeconfig that leads to context ${escapeControls(target.context)} with --kubeconfig; if that cluster is gone, delete ${deepJournalPath}`;
  const explain = (why: string, details: readonly string[] = []): ToolError =>
    new ToolError(
      `cannot put back what a stopped verify --deep left broken on the cluster of context ${escapeControls(target.context)}: ${why}`,
      { remedy, details },
    );
  const cluster = await openForChange(session, project, {
    context: target.context,
    ...(kubeconfig !== undefined && { kubeconfig }),
    ...(timeout !== undefined && { timeout }),
  }).catch((error: unknown) => {
    throw error instanceof ToolError ? explain(error.message, error.details) : error;
  });
  if (cluster.found.server !== target.server) {
    throw explain(`it now leads to ${cluster.found.server} and not to ${escapeControls(target.server)}`);
  }
  return authoritiesOnCluster(cluster, { files: session.files, profile, controllerName: config.controller.name });
}

function formatPlace({ target }: DeepJournal): string {
  return target.kind === 'preview' ? '' : ` on the cluster of context ${escapeControls(target.context)}`;
}
