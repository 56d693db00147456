import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { KnownError, UsageError } from '../../errors.ts';
import { printCommand } from '../../kube/command-line.ts';
import { textField } from '../../kube/object-fields.ts';
import { readDocuments } from '../../kube/parse-yaml.ts';
import { escapeControls } from '../../text/escape.ts';
import { readPersonalFile } from '../files/personal-files.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The files that kubectl and helm read when none is named (client-go@v0.35.4:tools/clientcmd/loader.go). */
function listKubeconfigs({ KUBECONFIG: list = '', HOME: home, USERPROFILE: profile }: Environment): readonly string[] {
  return list === ''
    ? [join(home ?? profile ?? '', '.kube', 'config')]
    : list.split(delimiter).filter((path) => path !== '');
}

/** Whether these files say nothing of where to go; one that kubectl would complain of says something. */
export function chooseNothing(env: Environment): boolean {
  try {
    return listKubeconfigs(env).every((path) => {
      const documents = readDocuments(readPersonalFile(path) ?? '');
      return documents !== undefined && (textField(documents[0], 'current-context') ?? '') === '';
    });
  } catch (error) {
    if (error instanceof KnownError) return false;
    throw error;
  }
}

/** Why no file says where to go: `/home/me/.kube/config is not there`. @param chosen the one file that was named. */
export function explainNoContext(env: Environment, chosen?: string): string {
  return (chosen === undefined ? listKubeconfigs(env) : [chosen])
    .map((path) => `${path} ${existsSync(path) ? 'has no current context' : 'is not there'}`)
    .join(', ');
}

/** Why the current context is not taken. Said before that cluster is asked anything: on the wrong one a project would look like a new one. */
export function explainOtherContext(context: string, server: string, own: string): UsageError {
  const option = (name: string): string => escapeControls(printCommand({ tool: '--context', args: [name] }));
  const use = escapeControls(printCommand({ tool: 'kubectl', args: ['config', 'use-context', own] }));
  return new UsageError(
    `this project belongs to context ${escapeControls(own)}, and the current one is ${escapeControls(context)} (${server})`,
    {
      remedy: [
        `give the command ${option(own)}, or make that the current one: ${use}`,
        `if the cluster of ${escapeControls(context)} is meant all the same: ${option(context)}`,
      ].join('\n      '),
    },
  );
}

/** @param path absolute; @param asNamed as the person wrote it. @throws UsageError when there is no such file: kubectl would take it for an empty one. */
export function requireKubeconfig(path: string, asNamed: string): void {
  if (existsSync(path)) return;
  throw new UsageError(`cannot use --kubeconfig ${asNamed}: there is no such file`, {
    remedy: 'Name a file that is there; without --kubeconfig, KUBECONFIG or ~/.kube/config counts.',
  });
}
