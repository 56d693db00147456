import { join } from 'node:path';
import { KnownError, ToolError } from '../../errors.ts';
import { isMap, listField } from '../../kube/object-fields.ts';
import { readDocuments } from '../../kube/parse-yaml.ts';
import type { JsonObject } from '../../model/json.ts';
import { readPersonalFile, writeForTools } from '../files/personal-files.ts';

/** The person's own settings of kubectl (kubectl@v0.35.4:pkg/config/v1beta1/types.go). */
export interface Kuberc {
  /** As the person would name it. */
  readonly path: string;
  /** Whether it gives options of commands other defaults: in the person's shell a command of ours may then do something else. */
  readonly changesDefaults: boolean;
  /** What kubectl reads in its place, by path; absent when nothing of it holds for us. */
  readonly rest?: string;
}

/**
 * Reads the kuberc that kubectl would read. Defaults and aliases are for what the person types. Which programs may be run for
 * credentials is another matter: that policy holds for the kubectl that we run, and so, as it comes first, before any helm.
 *
 * @param resolvePath makes a path absolute that is meant from where the person stands.
 * @throws ToolError when it is there and cannot be read: what it forbids is then not known.
 */
export function readKuberc(
  env: Readonly<Record<string, string | undefined>>,
  resolvePath: (path: string) => string,
): Kuberc | undefined {
  const { KUBERC: chosen = '', KUBECTL_KUBERC: gate = '', HOME: home = env['USERPROFILE'] ?? '' } = env;
  if (chosen === 'off' || gate.toLowerCase() === 'false') return undefined;
  const path = chosen === '' ? join(home, '.kube', 'kuberc') : chosen;
  const documents = readPreferences(resolvePath(path), chosen !== '');
  if (documents === undefined) return undefined;
  const policies = documents.map(selectPolicy);
  // Without a policy there is nothing to keep, whatever version the file has.
  const hasPolicy = policies.some((policy) => Object.keys(policy).some((key) => key.startsWith(policyPrefix)));
  return {
    path,
    changesDefaults: documents.some(
      (document) => [...listField(document, 'defaults'), ...listField(document, 'overrides')].length > 0,
    ),
    ...(hasPolicy && {
      rest: writeForTools('kuberc', policies.map((policy) => JSON.stringify(policy)).join('\n---\n')),
    }),
  };
}

function readPreferences(path: string, isChosen: boolean): readonly JsonObject[] | undefined {
  const remedy = 'Correct the file, or have no kuberc: KUBERC=off.';
  let text: string | undefined;
  try {
    text = readPersonalFile(path);
  } catch (error) {
    if (!(error instanceof KnownError)) throw error;
    // kubectl goes on without the one in the home folder: a container may run as a user who cannot enter it.
    if (!isChosen) return undefined;
    throw new ToolError(error.message, { remedy, cause: error });
  }
  if (text === undefined) return undefined;
  const documents = readDocuments(text);
  if (documents === undefined) throw new ToolError(`cannot read ${path}: it is no YAML`, { remedy });
  return documents.filter(isMap);
}

const policyPrefix = 'credentialPlugin';

/** kubectl takes the first document that it understands: as many stay as there are. */
function selectPolicy(document: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(document).filter(([key]) => key === 'apiVersion' || key === 'kind' || key.startsWith(policyPrefix)),
  );
}
