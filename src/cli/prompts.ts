import { isCancel, select, text } from '@clack/prompts';
import { Interrupted } from '../errors.ts';
import type { Mode } from '../model/mode.ts';
import type { World } from '../effects/world.ts';

/** Asks for a line of text; an empty answer is the default. @throws Interrupted on Ctrl-C, and the reason of `stop`. */
export async function askText(world: World, message: string, defaultValue: string, stop?: AbortSignal): Promise<string> {
  const answer = await text({
    message,
    placeholder: defaultValue,
    defaultValue,
    input: world.stdin,
    output: world.stderr,
    ...(stop === undefined ? {} : { signal: stop }),
  });
  stop?.throwIfAborted();
  return accept(answer);
}

/** Asks where TLS ends. @throws Interrupted on Ctrl-C. */
export async function askMode(world: World): Promise<Mode> {
  const answer = await select<Mode>({
    message: 'Where does TLS end?',
    options: [
      { value: 'terminate', label: 'terminate', hint: 'at the controller; plain HTTP to the pod' },
      { value: 'reencrypt', label: 'reencrypt', hint: 'at the controller, which opens a verified TLS connection to the pod' },
      { value: 'passthrough', label: 'passthrough', hint: 'in the pod, usually with client certificates' },
    ],
    initialValue: 'terminate',
    input: world.stdin,
    output: world.stderr,
  });
  return accept<Mode>(answer);
}

function accept<Value extends string>(answer: Value | symbol): Value {
  if (isCancel(answer) || typeof answer === 'symbol') throw new Interrupted('stopped: nothing was written');
  return answer;
}
