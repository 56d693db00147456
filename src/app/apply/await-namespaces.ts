import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import type { Kubectl } from '../../world/kubectl/kubectl.ts';
import { ToolError } from '../../errors.ts';
import type { Session } from '../session.ts';
import type { Stopping } from '../run/stopping.ts';

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
  stopping?: Pick<Stopping, 'exitCode'>,
): Promise<void> {
  const end = performance.now() + timeoutSeconds * 1000;
  for (let isTold = false; stopping?.exitCode() === undefined; isTold = true) {
    const found = await kubectl.findNamespaces(names);
    const left = names.filter((name) => found.get(name)?.isTerminating === true);
    const [first] = left;
    if (first === undefined) return;
    const subject = left.length === 1 ? `namespace ${first} is` : `namespaces ${left.join(', ')} are`;
    if (!isTold) listener.message(`${subject.replace('n', 'N')} being deleted: waiting at most ${timeoutSeconds} s until ${left.length === 1 ? 'it is' : 'they are'} gone.`);
    if (performance.now() + pauseMs > end) {
      throw new ToolError(`${subject} still being deleted after ${timeoutSeconds} s`, {
        details: left.flatMap((name) => (found.get(name)?.heldBy ?? []).map((reason) => `${name}: ${reason}`)),
        remedy: `kubectl get namespace ${first} -o yaml shows what it waits for; then run the same command again, with a longer --timeout if that is all it needs.`,
      });
    }
    await wait(pauseMs);
  }
}
