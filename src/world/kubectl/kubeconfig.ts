import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { KnownError, UsageError } from '../../errors.ts';
import { textField } from '../../kube/object-fields.ts';
import { readDocuments } from '../../kube/parse-yaml.ts';
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

/** @param path absolute; @param asNamed as the person wrote it. @throws UsageError when there is no such file: kubectl would take it for an empty one. */
export function requireKubeconfig(path: string, asNamed: string): void {
  if (existsSync(path)) return;
  throw new UsageError(`cannot use --kubeconfig ${asNamed}: there is no such file`, {
    remedy: 'Name a file that is there; without --kubeconfig, KUBECONFIG or ~/.kube/config counts.',
  });
}
