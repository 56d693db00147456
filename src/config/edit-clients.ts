import { isMap, isScalar, isSeq } from 'yaml';
import type { Pair, YAMLMap } from 'yaml';
import { quote } from '../text/escape.ts';
import { listOf, nameOf } from './edit.ts';
import { printYamlLines } from './print-yaml.ts';
import { afterContent, contentEnd, findPair, lineStart } from './service-list.ts';
import {
  appendFlowItem,
  appendItem,
  edit,
  insertLines,
  NotEditable,
  rangeOf,
  readEditable,
  removeItem,
} from './splices.ts';
import type { EditableFile, Splice } from './splices.ts';
import { toList, toRecord } from './trusted.ts';

/**
 * Names a person among the clients of a service, behind the last. Every other byte stays. `clientAuth: true`, and none at all, becomes
 * `clientAuth: {clients: [PERSON]}`, which asks for a certificate as they do.
 * @throws UsageError where that is written in a way that cannot be edited safely; `details` then are the lines to write by hand.
 */
export function addClient(text: string, fileName: string, service: string, person: string): string {
  return changeClients(text, fileName, {
    service,
    person,
    change: (clients) => [...clients, person],
    plan: planAddition,
  });
}

/** Takes a person out of them, with a comment of their own. @throws as addClient. */
export function removeClient(text: string, fileName: string, service: string, person: string): string {
  const change = (clients: readonly unknown[]): readonly unknown[] => clients.filter((each) => each !== person);
  return changeClients(text, fileName, { service, person, change, plan: planRemoval });
}

interface Change {
  readonly service: string;
  readonly person: string;
  readonly change: (clients: readonly unknown[]) => readonly unknown[];
  readonly plan: (file: EditableFile, service: YAMLMap, person: string) => readonly Splice[];
}

function changeClients(text: string, fileName: string, { service, person, change, plan }: Change): string {
  const file = readEditable(text, fileName);
  const before = listOf(file.data);
  const index = before.findIndex((item) => nameOf(item) === service);
  const own = toRecord(before[index]);
  const details = toRecord(own['clientAuth']);
  const clientAuth = { ...details, clients: change(toList(details['clients'])) };
  const intended = { ...file.data, services: before.with(index, { ...own, clientAuth }) };
  const findService = (): YAMLMap => {
    const list = findPair(file.root, 'services')?.value;
    const node = isSeq(list) ? list.items[index] : undefined;
    if (!isMap(node)) throw new NotEditable('the service uses an anchor or an alias');
    return node;
  };
  return edit(text, file, intended, () => plan(file, findService(), person), {
    what: `cannot change the clients of ${quote(service)}`,
    remedy: `write these lines into ${quote(service)} in ${fileName} by hand`,
    details: printYamlLines({ clientAuth }, 4),
  });
}

function planAddition(file: EditableFile, service: YAMLMap, person: string): readonly Splice[] {
  const asked = findPair(service, 'clientAuth');
  if (asked === undefined) return [appendPair(file, service, 'clientAuth', { clients: [person] })];
  const { value } = asked;
  if (isScalar(value)) {
    const [from, to] = rangeOf(value);
    return [{ from, to, insert: inBraces(file, { clients: [person] }) }];
  }
  if (!isMap(value)) throw new NotEditable('clientAuth uses an anchor or an alias');
  const clients = findPair(value, 'clients');
  if (clients === undefined) return [appendPair(file, value, 'clients', [person])];
  const { value: list } = clients;
  if (!isSeq(list)) throw new NotEditable('clients is written in a form that cannot be edited safely');
  if (list.flow !== true) return [appendItem(file, clients, list, person)];
  return [appendFlowItem(list, inBraces(file, person))];
}

function planRemoval({ text }: EditableFile, service: YAMLMap, person: string): readonly Splice[] {
  const clients = findClients(service);
  const list = clients?.value;
  const index = isSeq(list) ? list.items.findIndex((item) => isScalar(item) && item.value === person) : -1;
  if (clients === undefined || index === -1) throw new NotEditable('clientAuth uses an anchor or an alias');
  return removeItem(text, clients, index);
}

function findClients(service: YAMLMap): Pair | undefined {
  const value = findPair(service, 'clientAuth')?.value;
  return isMap(value) ? findPair(value, 'clients') : undefined;
}

/** Behind the last pair of a mapping, in lines of its own or within the braces. */
function appendPair(file: EditableFile, map: YAMLMap, key: string, value: object): Splice {
  const { text } = file;
  const [first, last] = [map.items[0], map.items.at(-1)];
  if (map.flow === true) {
    const pair = inBraces(file, { [key]: value }).slice(1, -1);
    const [start] = rangeOf(map);
    if (last === undefined) return { from: start + 1, to: start + 1, insert: pair };
    const end = rangeOf(last.value ?? last.key)[1];
    return { from: end, to: end, insert: `, ${pair}` };
  }
  if (first === undefined) throw new NotEditable('the service is written in a form that cannot be edited safely');
  const start = rangeOf(first.key)[0];
  const indent = ' '.repeat(start - lineStart(text, start));
  return insertLines(file, afterContent(text, contentEnd(map)), [`${indent}${key}: ${inBraces(file, value)}`]);
}

/** One line, as JSON where the whole file is. Keys and names of persons need no quotes, unless YAML 1.1 reads a word in them. */
function inBraces({ root }: EditableFile, value: unknown): string {
  if (root.flow === true) return JSON.stringify(value);
  const inner = (part: unknown): string => {
    if (Array.isArray(part)) return `[${part.map(inner).join(', ')}]`;
    if (typeof part !== 'object' || part === null) return printYamlLines(part, 0).join('');
    return `{${Object.entries(part)
      .map(([key, each]) => `${key}: ${inner(each)}`)
      .join(', ')}}`;
  };
  return inner(value);
}
