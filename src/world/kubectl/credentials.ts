import { ToolError } from '../../errors.ts';
import { buildKubectlArgs, kubectlQuestion } from '../../kube/commands.ts';
import { printCommand } from '../../kube/command-line.ts';
import { fieldAt, textField } from '../../kube/object-fields.ts';
import type { ClusterAccess } from './ask-kubectl.ts';
import type { Exec, ToolResult } from '../exec/exec.ts';
import { quoteOutput, redact } from '../exec/redaction.ts';
import { explainFailure, findText, hasFailed } from '../exec/tool-failure.ts';

export interface CredentialPlugin {
  readonly command: string;
  /** Whether it may ask the person for something. */
  readonly mayTalk: boolean;
}

/** What is known of whoever runs us. */
export interface PersonSettings {
  /** Why no kubeconfig says where to go. */
  readonly explainNoContext?: () => string;
  /** Passes on what a credential plugin says; absent where nobody could answer it. */
  readonly onTalk?: (text: string) => void;
}

/** Milliseconds for a person to answer: codes for devices are good for about a quarter of an hour. */
const personLimit = 15 * 60_000;

/**
 * The program that is started for a user's credentials.
 *
 * @param user an entry of the kubeconfig's `users`. @param kubeconfig the file that was named for it.
 * @throws ToolError when it wants the terminal each time: kubectl gives it none while objects come on standard input
 * (cli-runtime@v0.35.4:pkg/resource/builder.go, withStdinUnavailable).
 */
export function readCredentialPlugin(
  context: string,
  user: unknown,
  kubeconfig: string | undefined,
): CredentialPlugin | undefined {
  const exec = fieldAt(user, 'user', 'exec');
  if (exec === undefined) {
    const provider = textField(user, 'user', 'auth-provider', 'name');
    return provider === undefined ? undefined : { command: redact(provider), mayTalk: false };
  }
  const command = redact(textField(exec, 'command') ?? '');
  const mode = textField(exec, 'interactiveMode');
  if (mode === 'Always') {
    const name = textField(user, 'name') ?? '';
    throw new ToolError(
      `cannot use context ${context}: ${command}, the program that gives its credentials, wants the terminal each time (interactiveMode: Always), and kubectl gets objects on standard input`,
      {
        remedy: `Let it do without where it can: ${printCommand({ tool: 'kubectl', args: buildKubectlArgs({ ...(kubeconfig !== undefined && { kubeconfig }) }, ['config', 'set-credentials', name, '--exec-interactive-mode=IfAvailable']) })}`,
      },
    );
  }
  return { command, mayTalk: mode !== 'Never' };
}

/**
 * Asks a cluster something for the first time: a program that gives credentials may have to ask the person for something before, and keeps what
 * it got for the calls that follow. It has the terminal then, where there is one, and what it says is passed on while it waits.
 * @throws ToolError when it, kubectl or the cluster fails.
 */
export async function askForCredentials(
  exec: Exec,
  access: ClusterAccess,
  {
    what,
    plugin,
    person,
    context,
  }: {
    readonly what: string;
    readonly plugin: CredentialPlugin;
    readonly person: PersonSettings;
    readonly context: string;
  },
  args: readonly string[],
): Promise<ToolResult> {
  const { connection, requestTimeout } = access;
  const command = kubectlQuestion({ ...connection, requestTimeout }, args);
  const ask = (): Promise<ToolResult> => exec.run(command, { what });
  const { onTalk } = person;
  const isTalking = plugin.mayTalk && onTalk !== undefined;
  let result = isTalking ? await exec.run(command, { what, timeoutMs: personLimit, onTalk }) : await ask();
  // What the program took counts as time of the request, which has failed for that when it is sent
  // (client-go@v0.35.4:plugin/pkg/client/auth/exec/exec.go, RoundTrip). By now it has its credentials.
  const wasSlow =
    result.exitCode !== 0 &&
    !result.timedOut &&
    result.signal === undefined &&
    result.durationMs >= requestTimeout * 1000;
  if (wasSlow) result = await ask();
  if (!hasFailed(result)) return result;
  if (!result.timedOut || result.stillRunning !== undefined) throw explainFailure(command, what, result);
  const line = printCommand(kubectlQuestion({ ...connection, context }, ['version']));
  throw new ToolError(
    `${what}: ${plugin.command}, the program that gives credentials, had none within ${Math.round(result.durationMs / 1000)} s`,
    {
      details: quoteOutput(result.stderr).map((text) => `${plugin.command}: ${text}`),
      remedy: isTalking
        ? 'Run the same command again and do what it asks for.'
        : `It may wait for a person. Log in on a terminal (${line}), then run the same command again.`,
    },
  );
}

/** Why kubectl could not say where it would go. */
export function explainNoTarget(what: string, result: ToolResult, { explainNoContext }: PersonSettings): ToolError {
  const error = explainFailure({ tool: 'kubectl', isLocal: true }, what, result);
  if (explainNoContext === undefined || !findText(result, 'no-context')) return error;
  return new ToolError(`${what}: no cluster is chosen: ${explainNoContext()}`, {
    ...(error.remedy !== undefined && { remedy: error.remedy }),
  });
}
