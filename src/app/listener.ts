import type { ExternalCommand } from '../world/exec/exec.ts';
import type { Notice } from '../model/notice.ts';
import type { Stage } from './run/stage.ts';
import type { Stopping } from './run/stopping.ts';

/**
 * Hears what a use case has to say while it works; whoever shows it decides how, and may show nothing. What a use case found is not said
 * here: it is returned.
 */
export interface Listener {
  /** A sentence for the person. */
  readonly message: (text: string) => void;
  readonly notice: (notice: Notice) => void;
  /** What another program says to the person, as it comes. */
  readonly talk: (text: string) => void;
  /** A tool is started; absent where nobody wants to know. */
  readonly command?: (command: ExternalCommand) => void;
  readonly waiting: Waiting;
  /**
   * Has stages run one after the other (run/stage.ts, runStage), and shows them. After a failure, or when a stop was asked for, no further
   * step is begun; those that run come to their end, and then the first failure is thrown.
   */
  readonly showStages: (stages: readonly Stage[], stopping: Stopping) => Promise<void>;
}

/** Tells the person which answer of a tool is waited for. */
export interface Waiting {
  /** A tool was asked something; `what` is how its failure would be told: `cannot look for namespaces`. Returns how to say that it has answered. */
  readonly begin: (command: ExternalCommand, what: string | undefined) => () => void;
  /** Something else says meanwhile what is at work. */
  readonly silently: <Result>(work: () => Promise<Result>) => Promise<Result>;
}
