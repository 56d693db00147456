import { textField } from '../../kube/object-fields.ts';
import { findProcess, readBootTime, readProcessSpace, type ProcessSpace } from './process-table.ts';

/** What a file says of a process that was at work: by it a later run tells whether it still is. */
export interface ProcessMark extends ProcessSpace {
  readonly pid: number;
  readonly hostname: string;
  readonly startTicks?: string | undefined;
  /** A moment at which it was at work, in milliseconds since 1970; absent where a machine's earlier boots do not matter. */
  readonly since?: number;
}

/** What is to be kept of a process of this machine, besides its number and the name of the machine. */
export function markProcess(pid: number): ProcessSpace & Pick<ProcessMark, 'startTicks'> {
  const startTicks = findProcess(pid)?.startTicks;
  return { ...(startTicks !== undefined && { startTicks }), ...readProcessSpace() };
}

/** What `markProcess` said, out of the JSON value of a file. */
export function parseProcessMark(value: unknown): ReturnType<typeof markProcess> {
  const texts = (['startTicks', 'bootId', 'pidNamespace'] as const).map((key) => [key, textField(value, key)] as const);
  return Object.fromEntries(texts.filter(([, text]) => text !== undefined));
}

/**
 * Whether a marked process still runs; `started` says where it was started when that cannot be seen from here.
 * @param hostname the name of this machine.
 */
export function lookUpProcess(mark: ProcessMark, hostname: string): 'running' | 'gone' | { readonly started: string } {
  const { bootId, pidNamespace } = readProcessSpace();
  const areBootsKnown = mark.bootId !== undefined && bootId !== undefined;
  if (mark.hostname !== hostname && !(areBootsKnown && mark.bootId === bootId)) {
    return { started: 'on another machine, or on this one under another name' };
  }
  if (areBootsKnown && mark.bootId !== bootId) {
    // A second machine of this name that has been at work since before we booted is none to expect; we ourselves are.
    return (mark.since ?? Number.NaN) < (readBootTime() ?? Number.NaN)
      ? 'gone'
      : { started: 'on another machine of the same name' };
  }
  if (mark.pidNamespace !== undefined && mark.pidNamespace !== pidNamespace)
    return { started: 'in another container of this machine' };
  const running = findProcess(mark.pid);
  if (running === undefined) return 'gone';
  // The number may be another process's by now.
  return mark.startTicks === undefined || running.startTicks === undefined || mark.startTicks === running.startTicks
    ? 'running'
    : 'gone';
}
