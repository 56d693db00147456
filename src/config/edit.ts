import { selectGiven } from './given-fields.ts';
import type { ExistingService } from '../model/config.ts';
import { isScalar, isSeq } from 'yaml';
import type { Pair } from 'yaml';
import { UsageError } from '../errors.ts';
import type { Mode } from '../model/mode.ts';
import { printYamlLines } from './print-yaml.ts';
import { contentEnd, findPair, lineEnd, skipDeeperComments } from './service-list.ts';
import {
  appendFlowItem,
  appendItem,
  columnOf,
  edit,
  endOfColon,
  flowText,
  insertLines,
  NotEditable,
  rangeOf,
  readEditable,
  removeItem,
  usesAnchorsItself,
} from './splices.ts';
import type { EditableFile, Splice } from './splices.ts';
import { escapeControls, quote } from '../text/escape.ts';

export { createConfigText } from './new-config.ts';
export type { ConfigIntent } from './new-config.ts';

/** The fields of a new service; only those given are written. */
export interface ServiceFields {
  readonly name: string;
  readonly mode: Mode;
  readonly host?: string;
  readonly hosts?: readonly string[];
  readonly hostCertificate?: string;
  readonly namespace?: string;
  readonly service?: ExistingService;
  readonly image?: string;
  readonly port?: number;
  readonly replicas?: number;
  readonly clientAuth?: boolean | { readonly mode: 'optional' };
  readonly annotations?: Readonly<Record<string, string>>;
}

/**
 * Adds a service behind the last one. Every other byte stays: comments, order, blank lines, line ends, byte order mark. A list
 * in brackets gets its item in brackets; `services: []`, an empty or a missing `services:` becomes a block.
 * @throws UsageError when the name is taken, or when the list uses anchors or aliases or is written in a way that cannot be
 * edited safely; `details` then are the lines to add by hand.
 */
export function addService(text: string, fileName: string, fields: ServiceFields): string {
  const file = readEditable(text, fileName);
  const service = toData(fields);
  const before = listOf(file.data);
  if (before.some((item) => nameOf(item) === fields.name)) {
    throw new UsageError(`cannot add ${quote(fields.name)}: ${fileName} has a service of this name`, {
      remedy: 'choose another name, or edit the service there',
    });
  }
  return edit(text, file, { ...file.data, services: [...before, service] }, () => planAddition(file, service), {
    what: `cannot add ${quote(fields.name)}`,
    remedy: `add these lines to services in ${fileName} by hand`,
    details: printYamlLines([service], 0).map(escapeControls),
  });
}

/**
 * Removes a service with its own comments: those directly above it at the column of its dash and those directly below it that
 * are indented deeper; in brackets, where it has lines of its own, also the one behind it. Comments behind a blank line stay,
 * and so does that line. The last service leaves `services: []`.
 * @throws UsageError when there is no such service, or when it cannot be removed safely (anchors, aliases, comments in brackets
 * of which it is unclear whose they are).
 */
export function removeService(text: string, fileName: string, name: string): string {
  const file = readEditable(text, fileName);
  const before = listOf(file.data);
  const index = before.findIndex((item) => nameOf(item) === name);
  if (index === -1) {
    throw new UsageError(`cannot remove ${quote(name)}: ${fileName} has no service of this name`, {
      remedy: 'ingress-tls list shows the services',
    });
  }
  return edit(text, file, { ...file.data, services: before.toSpliced(index, 1) }, () => planRemoval(file, index), {
    what: `cannot remove ${quote(name)}`,
    remedy: `remove its lines from services in ${fileName} by hand`,
    details: [],
  });
}

function planAddition(file: EditableFile, service: object): Splice[] {
  const { text, root } = file;
  const pair = findPair(root, 'services');
  if (pair === undefined) return [appendSection(file, service)];
  const { value } = pair;
  if (usesAnchorsItself(value)) throw new NotEditable('the list of services uses an anchor or an alias');
  if (isSeq(value)) {
    if (value.flow !== true) return [appendItem(file, pair, value, service)];
    const [start, end] = rangeOf(value);
    const isBareAndEmpty = /^\[[ \t]*\]$/.test(text.slice(start, end));
    const colon = endOfColon(text, pair);
    if (root.flow !== true && isBareAndEmpty && !text.slice(colon, start).includes('\n')) {
      return [{ from: colon, to: end, insert: '' }, fillSection(file, pair, end, service)];
    }
    return [appendFlowItem(value, flowText(service))];
  }
  if (isScalar(value) && value.value === null && root.flow !== true) {
    const [start, end] = rangeOf(value);
    const colon = endOfColon(text, pair);
    if (start === end) return [fillSection(file, pair, colon, service)];
    if (!text.slice(colon, start).includes('\n')) {
      return [{ from: colon, to: end, insert: '' }, fillSection(file, pair, end, service)];
    }
  }
  throw new NotEditable('services is written in a form that cannot be edited safely');
}

/** The first item below an empty `services:`; comments that are indented deeper than it keep their place before it. */
function fillSection(file: EditableFile, pair: Pair, from: number, service: object): Splice {
  const indent = columnOf(file.text, pair) + 2;
  const offset = skipDeeperComments(file.text, lineEnd(file.text, from), indent);
  return insertLines(file, offset, printYamlLines([service], indent));
}

/** A `services:` of its own at the end of the file, before a `...` that ends the document. */
function appendSection(file: EditableFile, service: object): Splice {
  const { text, root } = file;
  const first = root.items[0];
  if (root.flow === true || first === undefined) throw new NotEditable('the file is written in braces');
  const indent = columnOf(text, first);
  const contentsEnd = contentEnd(root);
  const marker = /^\.\.\.(?=\s|$)/m.exec(text.slice(contentsEnd));
  const offset = marker === null ? text.length : contentsEnd + marker.index;
  return insertLines(file, offset, [`${' '.repeat(indent)}services:`, ...printYamlLines([service], indent + 2)]);
}

function planRemoval(file: EditableFile, index: number): Splice[] {
  const pair = findPair(file.root, 'services');
  if (pair === undefined) throw new NotEditable('the service uses an anchor or an alias');
  return removeItem(file.text, pair, index);
}

function toData({ annotations, ...given }: ServiceFields): object {
  const { name, mode, host, hosts, hostCertificate, namespace, service, image, port, replicas, clientAuth } = given;
  const own = annotations === undefined ? undefined : { ...annotations };
  return selectGiven({
    ...{ name, mode, host, hosts, hostCertificate, namespace, service, image, port, replicas, clientAuth },
    annotations: own,
  });
}

/** The services, whatever they are. */
export function listOf(data: Readonly<Record<string, unknown>>): readonly unknown[] {
  const services = data['services'];
  return Array.isArray(services) ? (services as unknown[]) : [];
}

/** The name of one, whatever it is. */
export function nameOf(item: unknown): unknown {
  return typeof item === 'object' && item !== null && 'name' in item ? item.name : undefined;
}
