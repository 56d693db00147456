import { isCancel, password, select, text } from '@clack/prompts';
import { systemCode } from '../world/files/file-failure.ts';
import { Interrupted } from '../errors.ts';
import { makeHarmless } from './output/harmless-text.ts';
import type { ControllerProfile } from '../model/controller-profile.ts';
import type { Mode } from '../model/mode.ts';
import type { World } from '../world/world.ts';

/** Asks for a line of text; an empty answer is the default. @throws Interrupted on Ctrl-C, and the reason of `stop`. */
export async function askText(
  world: World,
  message: string,
  defaultValue: string,
  stop?: AbortSignal,
): Promise<string> {
  const asked = text({
    message: makeHarmless(message),
    placeholder: makeHarmless(defaultValue),
    defaultValue,
    input: world.stdin,
    output: world.stderr,
    ...(stop === undefined ? {} : { signal: stop }),
  });
  const answer = await unlessGone(world, asked);
  stop?.throwIfAborted();
  return accept(answer);
}

/** Asks for a text that is not shown. @throws Interrupted on Ctrl-C. */
export async function askSecret(world: World, message: string): Promise<string> {
  const asked = password({ message: makeHarmless(message), input: world.stdin, output: world.stderr });
  return accept(await unlessGone(world, asked));
}

/** Asks where TLS ends. @throws Interrupted on Ctrl-C. */
export async function askMode(world: World): Promise<Mode> {
  const answer = select<Mode>({
    message: 'Where does TLS end?',
    options: [
      { value: 'terminate', label: 'terminate', hint: 'at the controller; plain HTTP to the pod' },
      {
        value: 'reencrypt',
        label: 'reencrypt',
        hint: 'at the controller, which opens a verified TLS connection to the pod',
      },
      { value: 'passthrough', label: 'passthrough', hint: 'in the pod, usually with client certificates' },
    ],
    initialValue: 'terminate',
    input: world.stdin,
    output: world.stderr,
  });
  return accept<Mode>(await unlessGone(world, answer));
}

/** Asks which controller is brought; the recommended one is chosen by Enter. @throws Interrupted on Ctrl-C. */
export async function askProfile(
  world: World,
  profiles: readonly Pick<ControllerProfile, 'name' | 'summary' | 'isRecommended'>[],
): Promise<string> {
  const recommended = profiles.find(({ isRecommended }) => isRecommended === true)?.name;
  const answer = select<string>({
    message: 'Which controller?',
    // A hint is shown beside the chosen one only; what is retired must be read before.
    options: profiles.map(({ name, summary }) => ({ value: name, label: `${name} (${summary})` })),
    ...(recommended === undefined ? {} : { initialValue: recommended }),
    input: world.stdin,
    output: world.stderr,
  });
  return accept(await unlessGone(world, answer));
}

/** An answer that can still come. @throws Interrupted when the terminal goes away, where the prompt would wait for ever. */
function unlessGone<Answer>({ stdin }: World, answer: Promise<Answer>): Promise<Answer> {
  const setRawMode = stdin.setRawMode.bind(stdin);
  // readline puts the terminal back, gone or not, where nobody can catch what that throws (node@20.20.2 lib/internal/readline/interface.js).
  stdin.setRawMode = (mode) => {
    try {
      return setRawMode(mode);
    } catch (error) {
      if (systemCode(error) !== 'EIO') throw error;
      return stdin;
    }
  };
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      reject(new Interrupted('stopped: the terminal is gone; nothing was written'));
    };
    stdin.once('end', stop);
    // Who reads right then hears of it by a failure instead.
    stdin.once('error', (error) => {
      if (systemCode(error) === 'EIO') stop();
      else reject(error);
    });
    answer.then(resolve, reject);
  });
}

function accept<Value extends string>(answer: Value | symbol): Value {
  if (isCancel(answer) || typeof answer === 'symbol') throw new Interrupted('stopped: nothing was written');
  return answer;
}
