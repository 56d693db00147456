import type { FoundNamespace, Kubectl } from '../../world/kubectl/kubectl.ts';
import { isStopped, poll } from '../../world/poll.ts';
import { ToolError } from '../../errors.ts';
import type { Session } from '../session.ts';

const pauseMs = 1000;

/**
 * Waits until namespaces that are being deleted are gone: nothing can be made in them before. Ends early when the person wants the run
 * to stop, which the caller has to look at.
 *
 * @param names those to wait for; one that is not being deleted any more counts as gone.
 * @param timeoutSeconds how long to wait for all of them.
 * @throws ToolError that says what holds a namespace that is still there, in the API's words.
 */
export async function awaitTerminating(
  { listener }: Pick<Session, 'listener'>,
  { kubectl }: { readonly kubectl: Pick<Kubectl, 'findNamespaces'> },
  names: readonly string[],
  timeoutSeconds: number,
  stop: AbortSignal,
): Promise<void> {
  if (stop.aborted) return;
  let isTold = false;
  const subject = (left: readonly string[]): string =>
    left.length === 1 ? `namespace ${left.join('')} is` : `namespaces ${left.join(', ')} are`;
  const look = async (): Promise<{
    readonly found: ReadonlyMap<string, FoundNamespace>;
    readonly left: readonly string[];
  }> => {
    const found = await kubectl.findNamespaces(names);
    const left = names.filter((name) => found.get(name)?.isTerminating === true);
    if (left.length > 0 && !isTold) {
      listener.message(
        `${subject(left).replace('n', 'N')} being deleted: waiting at most ${timeoutSeconds} s until ${left.length === 1 ? 'it is' : 'they are'} gone.`,
      );
    }
    isTold = true;
    return { found, left };
  };
  const { found, left } = await poll(look, (seen) => seen.left.length === 0, {
    longest: timeoutSeconds * 1000,
    pause: pauseMs,
    stop,
  });
  const [first] = left;
  if (first === undefined || isStopped(stop)) return;
  throw new ToolError(`${subject(left)} still being deleted after ${timeoutSeconds} s`, {
    details: left.flatMap((name) => (found.get(name)?.heldBy ?? []).map((reason) => `${name}: ${reason}`)),
    remedy: `kubectl get namespace ${first} -o yaml shows what it waits for; then run the same command again, with a longer --timeout if that is all it needs.`,
  });
}
