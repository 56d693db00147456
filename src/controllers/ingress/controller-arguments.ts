import { textListField, listField } from '../../kube/object-fields.ts';
import type { ObjectIndex } from '../../kube/object-index.ts';
import type { NamedObject } from '../../model/gateway.ts';
import type { KubeObject } from '../../model/kube-object.ts';

/** The command line of a controller, read from its Deployment. */
export interface ControllerArguments {
  /** All of them, by normalized name. */
  readonly all: ReadonlyMap<string, string>;
  /** Value of `--name=value` or `--name value`; `true` for a bare `--name`. */
  readonly text: (name: string) => string | undefined;
  readonly isOn: (name: string) => boolean;
  /** The object that `--name=namespace/name` names. */
  readonly object: (name: string) => NamedObject | undefined;
}

/**
 * Reads the arguments of the Deployment's containers; undefined where there is no such Deployment.
 * @param normalize makes one spelling of the names that the controller takes for the same.
 */
export function readArguments(
  index: ObjectIndex,
  deployment: NamedObject,
  normalize: (name: string) => string = (name) => name,
): ControllerArguments | undefined {
  const object = index.find('Deployment', deployment);
  return object === undefined ? undefined : parseArguments(object, normalize);
}

/** The words of the commands that a workload runs. */
export function listWords(workload: KubeObject): readonly string[] {
  return listField(workload, 'spec', 'template', 'spec', 'containers').flatMap((container) => [
    ...textListField(container, 'command'),
    ...textListField(container, 'args'),
  ]);
}

/** The same of a workload. */
export function parseArguments(object: KubeObject, normalize: (name: string) => string): ControllerArguments {
  const { namespace: ownNamespace = 'default' } = object.metadata;
  const words = listWords(object);
  const values = new Map<string, string>();
  words.forEach((word, position) => {
    const match = /^--?([^-=][^=]*)(?:=(.*))?$/s.exec(word);
    const [, name, value] = match ?? [];
    if (name === undefined) return;
    const next = words[position + 1];
    // The downward API's variable; no other one stands in these arguments.
    values.set(
      normalize(name),
      (value ?? (next === undefined || next.startsWith('-') ? 'true' : next)).replaceAll(
        '$(POD_NAMESPACE)',
        ownNamespace,
      ),
    );
  });
  return {
    all: values,
    text: (name) => values.get(normalize(name)),
    isOn: (name) => values.get(normalize(name))?.toLowerCase() === 'true',
    object: (name) => {
      const [namespace, objectName, rest] = (values.get(normalize(name)) ?? '').split('/');
      return namespace === undefined || objectName === undefined || rest !== undefined
        ? undefined
        : { namespace, name: objectName };
    },
  };
}
