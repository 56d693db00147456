import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { currentAnswers, type Answer, type StandInTool } from './stand-in-answers.ts';

/** One start of a stand-in program. */
export interface Call {
  readonly tool: StandInTool;
  readonly args: readonly string[];
  readonly stdin: string;
}

/** Programs named kubectl, helm and openssl that record how they are called and answer with captured texts. */
export interface StandInCluster {
  /** The environment in which these programs, and no others, are on PATH. */
  readonly env: Readonly<Record<string, string>>;
  /** Puts answers before those that the programs give already. */
  readonly answer: (...answers: readonly Answer[]) => void;
  /** The calls until now, in order. */
  readonly calls: (tool?: StandInTool) => readonly Call[];
  /** What became of the calls: `begin kubectl apply`, `end kubectl apply`, `SIGINT helm upgrade`. */
  readonly events: () => readonly string[];
  /** The tools that run now, or have left something running: `kubectl config`. */
  readonly running: () => readonly string[];
  /** Forgets the calls. */
  readonly forget: () => void;
}

/**
 * A program for sh, not for Node: an apply starts some thirty of them, and each would take longer than all else together.
 * Texts are separated by the unit and record separators of ASCII, which no argument holds.
 */
function writeProgram(tool: StandInTool, home: string): string {
  return String.raw`#!/bin/sh
tool=${tool}
home='${home}'
PATH=/usr/bin:/bin
us=$(printf '\037')
log() {
  record=
  for part do record=$record$part$us; done
  # One write: others log at the same time.
  printf '%s\036' "$record" >> "$home/calls"
}
cat > "$home/stdin.$$"
log call "$tool" $$ "$@"
all=$us
name=
for arg do
  all=$all$arg$us
  case $name$arg in -*) ;; *) name=${'${name:-$arg}'} ;; esac
done
match() { for word do case $all in *"$us$word$us"* | *"$us$word="*) ;; *) return 1 ;; esac; done; }
. "$home/answers.sh"
stop() { log event "$1 $tool $name"; echo 'Error: release cancelled' >&2; exit 1; }
if [ "$deaf" = true ]; then
  trap '' INT TERM
else
  trap 'stop SIGINT' INT
  trap 'stop SIGTERM' TERM
fi
log event "begin $tool $name"
if [ "$seconds" != 0 ]; then sleep "$seconds" > /dev/null 2>&1 & wait $!; fi
if [ "$echoes" = true ]; then
  printf '{"apiVersion":"v1","kind":"List","items":['
  paste -sd, "$home/stdin.$$"
  printf ']}'
else
  cat "$home/stdout.$answer"
fi
cat "$home/stderr.$answer" >&2
log event "end $tool $name"
exit "$exit_code"
`;
}

function quote(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

/**
 * Writes the choice of an answer as a chain of conditions, and the texts of each beside it. A program that has chosen may read the text
 * of its choice when there are others before it by then: its number is that from the end, and stays.
 */
function writeAnswers(home: string, answers: readonly Answer[]): void {
  const branches = answers.map(
    ({ tool, when, stdout = '', stderr = '', exitCode = 0, seconds = 0, echoes = false, deaf = false }, index) => {
      const number = answers.length - index;
      writeFileSync(join(home, `stdout.${number}`), stdout);
      writeFileSync(join(home, `stderr.${number}`), stderr);
      return `if [ $tool = ${tool} ] && match ${when.map(quote).join(' ')}; then answer=${number} exit_code=${exitCode} seconds=${seconds} echoes=${echoes} deaf=${deaf}\n`;
    },
  );
  const otherwise = `else echo "the stand-in has no answer to: $*" >&2; exit 99; fi\n`;
  writeFileSync(join(home, 'answers.next'), branches.join('el') + otherwise);
  renameSync(join(home, 'answers.next'), join(home, 'answers.sh'));
}

/** Installs the programs in `folder`/stand-ins; they stand for a current cluster with nothing of ours on it. */
export function installStandInCluster(
  folder: string,
  tools: readonly StandInTool[] = ['kubectl', 'helm', 'openssl'],
): StandInCluster {
  const home = join(folder, 'stand-ins');
  const bin = join(home, 'bin');
  mkdirSync(bin, { recursive: true });
  for (const tool of tools) writeFileSync(join(bin, tool), writeProgram(tool, home), { mode: 0o755 });
  let answers: readonly Answer[] = currentAnswers;
  const forget = (): void => {
    writeFileSync(join(home, 'calls'), '');
  };
  writeAnswers(home, answers);
  forget();
  /** The records until now, as lists of texts; the last one is empty, or is being written. */
  const read = (kind: 'call' | 'event'): readonly (readonly string[])[] =>
    readFileSync(join(home, 'calls'), 'utf8')
      .split('\u001e')
      .slice(0, -1)
      .map((record) => record.split('\u001f').slice(0, -1))
      .filter(([first]) => first === kind);
  return {
    env: { PATH: bin, KUBECONFIG: join(home, 'kubeconfig') },
    answer: (...more) => {
      answers = [...more, ...answers];
      writeAnswers(home, answers);
    },
    calls: (tool) =>
      read('call').flatMap(([, name, id = '', ...args]) => {
        const call = { tool: name as StandInTool, args, stdin: readFileSync(join(home, `stdin.${id}`), 'utf8') };
        return tool === undefined || tool === name ? [call] : [];
      }),
    running: () => {
      const groups = new Set(listGroups());
      return read('call').flatMap(([, name = '', id = '', ...args]) =>
        groups.has(id) ? [`${name} ${args.find((arg) => !arg.startsWith('-')) ?? ''}`] : [],
      );
    },
    events: () => read('event').map(([, event = '']) => event),
    forget,
  };
}

/** The process groups of this machine in which anything runs; each tool leads one of its own. */
function listGroups(): readonly string[] {
  const lines = execFileSync('ps', ['-eo', 'pgid=,stat='], { encoding: 'utf8' }).split('\n');
  return lines.flatMap((line) => {
    const [group = '', state = 'Z'] = line.trim().split(/\s+/);
    return state.startsWith('Z') ? [] : [group];
  });
}

const writingWords: ReadonlySet<string> = new Set([
  'apply',
  'create',
  'replace',
  'delete',
  'upgrade',
  'uninstall',
  'rollback',
  'install',
]);

/** Whether a call changes the cluster. */
export function isWrite({ args }: Call): boolean {
  return args.some((arg) => writingWords.has(arg)) && !args.includes('--dry-run=server');
}
