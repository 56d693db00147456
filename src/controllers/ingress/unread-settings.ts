import { fieldAt, isMap } from '../../kube/object-fields.ts';
import { indexObjects, type ObjectIndex } from '../../kube/object-index.ts';
import type { Complaint, NamedObject } from '../../model/gateway.ts';
import type { KubeObject } from '../../model/kube-object.ts';
import { readArguments } from './controller-arguments.ts';
import { complainOf } from '../complaint.ts';

/** What preview knows of a controller's settings. */
export interface KnownSettings {
  /** Names of flags and keys of the ConfigMap that are read. */
  readonly flags: ReadonlySet<string>;
  readonly keys: ReadonlySet<string>;
  /** Where the profile writes something else than what holds without it. */
  readonly defaults: Readonly<Record<string, string>>;
  /** Deployment and ConfigMap as the profile writes them, which is what preview imitates. */
  readonly imitated: readonly KubeObject[];
}

/**
 * Says of which flags and settings preview shows no effect, so that silence is no promise: those that it does not read and that
 * are not as the profile writes them.
 */
export function reportUnreadSettings(
  index: ObjectIndex,
  deployment: NamedObject,
  known: KnownSettings,
): readonly Complaint[] {
  const given = readSettings(index, deployment);
  const imitated = readSettings(indexObjects(known.imitated), deployment);
  const flags = [...given.flags].filter(
    ([name, value]) => !known.flags.has(name) && imitated.flags.get(name) !== value,
  );
  const settings = Object.entries({ ...known.defaults, ...given.data }).flatMap(([key, value]) => {
    if (typeof value !== 'string') return [`${key} is no text (quote it), so no cluster would take it`];
    if (known.keys.has(key) || imitated.data[key] === value) return [];
    return [`preview does not imitate ${key in given.data ? '' : 'the lack of '}${key}`];
  });
  return [
    ...flags.map(([name]) => complainOf('Deployment', deployment, `preview does not imitate --${name}`)),
    ...settings.map((text) =>
      given.configMap === undefined
        ? { text: `ConfigMap (none): ${text}` }
        : complainOf('ConfigMap', given.configMap, text),
    ),
  ];
}

function readSettings(index: ObjectIndex, deployment: NamedObject) {
  const given = readArguments(index, deployment);
  const configMap = given?.object('configmap');
  const data = configMap === undefined ? undefined : fieldAt(index.find('ConfigMap', configMap), 'data');
  return {
    flags: given?.all ?? new Map<string, string>(),
    configMap,
    data: isMap(data) ? data : {},
  };
}
