import { isPair } from '../../certs/key-pair.ts';
import { beginOf, readSuccession, type Succession } from '../../certs/succession.ts';
import { InternalError, UsageError } from '../../errors.ts';
import type { CertificateOrder } from '../../model/plan.ts';
import { generateKey } from '../keys.ts';
import { issue, keepCopy, readRequired, type CarryOutTools } from './carry-out.ts';
import { replacePair } from './renewal.ts';

/** An authority, and where the key of the one waits that is to take its place. */
export interface RotationOrder {
  readonly order: CertificateOrder;
  readonly successorKeyPath: string;
}

/** As precise as a certificate's dates are (RFC 5280, 4.1.2.5). */
const second = 1000;

/**
 * Makes the new authority and has the file hold it behind the old one, which goes on issuing. A kill before that leaves a key that the
 * next run takes.
 */
export async function trustBoth({ order, successorKeyPath }: RotationOrder, tools: CarryOutTools): Promise<void> {
  const { files, now } = tools;
  const old = readRequired(files, order.path);
  if (!files.exists(successorKeyPath)) {
    const key = await generateKey(order.request.keyType);
    files.writeAtomic(successorKeyPath, key, { mode: 0o600, durable: true, exclusive: true });
  }
  const key = readRequired(files, successorKeyPath);
  const make = (at: Date): Promise<string> =>
    issue({ ...order, keyPath: successorKeyPath }, key, { ...tools, now: at });
  const made = await make(now);
  // By their dates it is told which of the two comes after the other.
  const tooEarly = beginOf(old) - beginOf(made);
  const successor = tooEarly < 0 ? made : await make(new Date(now.getTime() + tooEarly + second));
  files.writeAtomic(order.path, `${old.trimEnd()}\n${successor}`, { mode: 0o644, durable: true });
}

/**
 * Has the new authority issue from now on: its key takes the place of the old one's, of which a copy is kept. @returns the copy's path.
 */
export function letSuccessorIssue({ order, successorKeyPath }: RotationOrder, tools: CarryOutTools): readonly string[] {
  const { files } = tools;
  const { stage, former, successor } = readBoth(order, readRequired(files, order.path));
  if (stage === 'issuing') {
    // A killed run left it: it is the authority's own by now.
    files.remove(successorKeyPath);
    return [];
  }
  if (!files.exists(successorKeyPath)) {
    throw new UsageError(
      `${successorKeyPath} is not here: the key of the authority that is to take the place of ${order.path}`,
      {
        remedy: `bring ${successorKeyPath}, or run this where it is`,
      },
    );
  }
  const key = readRequired(files, successorKeyPath);
  if (!isPair(successor, key, successorKeyPath)) {
    throw new UsageError(`${successorKeyPath} is not the key of the new authority in ${order.path}`, {
      remedy: `bring the one that was made with it, or run this where it is`,
    });
  }
  const backup = keepCopy(order.keyPath, tools);
  replacePair(files, { certificate: order.path, key: order.keyPath }, { certificate: successor + former, key });
  files.remove(successorKeyPath);
  return [backup];
}

/** Leaves the new authority alone in its file. @returns the path of a copy of both. */
export function dropFormer({ order, successorKeyPath }: RotationOrder, tools: CarryOutTools): readonly string[] {
  const { files } = tools;
  const { successor } = readBoth(order, readRequired(files, order.path));
  const backup = keepCopy(order.path, tools);
  files.writeAtomic(order.path, successor, { mode: 0o644, durable: true });
  files.remove(successorKeyPath);
  return [backup];
}

function readBoth({ path }: CertificateOrder, text: string): Succession {
  const succession = readSuccession(text);
  if (succession === undefined) throw new InternalError(`${path} holds no two authorities`);
  return succession;
}
