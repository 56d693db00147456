import { escapeControls } from '../../text/escape.ts';
import type { ControllerStatus, PodCount, ServiceStatus, Status, StatusProblem } from '../../model/status.ts';
import { printStatusTable, type StatusOutput } from './status-table.ts';
import type { Style } from './style.ts';
import { wrapBehind } from './wrap.ts';
import { plural } from '../../text/plural.ts';

/** Where the text of a head line begins. */
const headWidth = 'Controller  '.length;

/** The lines of a status for a person, none with a line break in it. What stands there of the cluster cannot steer the terminal. */
export function printStatus(status: Status, output: StatusOutput): readonly string[] {
  const { cluster, services, problems } = status;
  const { style } = output;
  const lines = [
    head(
      'Cluster',
      escapeControls(
        `context ${cluster.context}${cluster.ownContext === undefined ? '' : ` (the project belongs to ${cluster.ownContext})`}, server ${cluster.server}, Kubernetes ${cluster.version}`,
      ),
      output,
    ),
    ...printController(status, output),
    '',
    ...(services.length === 0
      ? ['There are no services yet: ingress-tls add-service']
      : printStatusTable(services, output)),
    '',
    ...problems.flatMap((problem) => printProblem(problem, services, output)),
  ];
  return [...lines, ...(problems.length === 0 ? [style.success('All is well.')] : [])].flatMap((line) =>
    line.split('\n'),
  );
}

function head(label: string, text: string, { stream, style }: StatusOutput): string {
  return wrapBehind(stream, `${style.strong(label)}${' '.repeat(headWidth - label.length)}`, text, headWidth);
}

function printController({ controller, services }: Status, output: StatusOutput): readonly string[] {
  const { name, profile, workloads } = controller;
  const { style } = output;
  const more = (text: string): string => wrapBehind(output.stream, ' '.repeat(headWidth), text, headWidth);
  // An address proves nothing (a route that nobody serves any more keeps its own), so it stands apart from what does.
  const addresses = [...new Set(services.flatMap(({ route }) => route.addresses))];
  return [
    head('Controller', escapeControls(`${name} (profile ${profile})${printEntry(controller)}`), output),
    ...workloads.map(({ kind, name: workload, pods, image }) =>
      more(
        `${kind} ${workload}: ${pods === null ? style.error('missing') : `${paintPods(pods, style)} ready`}${image === null ? '' : `, ${escapeControls(image)}`}`,
      ),
    ),
    ...formatClass(controller, style).map(more),
    ...(addresses.length === 0
      ? []
      : [
          more(
            style.faint(
              `${[...new Set(services.map(({ route }) => plural(route.kind)))].join(', ')} show ${escapeControls(addresses.join(', '))}, which proves nothing`,
            ),
          ),
        ]),
  ];
}

function printEntry({ nodePort, service }: ControllerStatus): string {
  if (service !== undefined) {
    const { type, addresses, port } = service;
    if (type === 'ClusterIP') return `, cluster IP, port ${port}`;
    return `, load balancer ${addresses.length === 0 ? 'without an address' : addresses.join(', ')}, port ${port}`;
  }
  if (nodePort === null) return '';
  return nodePort.found === null ? ', no node port' : `, node port ${nodePort.found}`;
}

function formatClass({ class: routeClass, classNote }: ControllerStatus, style: Style): readonly string[] {
  if (routeClass === null) return classNote === null ? [] : [classNote];
  const { kind, name, controller, agrees, evidence, seen } = routeClass;
  if (!seen) return [`${kind} ${name}: ${style.warning('not looked at')}`];
  if (controller === null) return [`${kind} ${name}: ${style.error('missing')}`];
  return [`${kind} ${name} -> ${escapeControls(controller)}: ${agrees ? evidence : style.error(evidence)}`];
}

function paintPods({ ready, wanted, rolledOut }: PodCount, style: Style): string {
  const text = `${ready}/${wanted}`;
  return rolledOut ? text : ready < wanted ? style.error(text) : style.warning(text);
}

/** Names are left out where it is so for all services. */
function printProblem(
  { level, services: concerned, message, details, remedy }: StatusProblem,
  services: readonly ServiceStatus[],
  { stream, style }: StatusOutput,
): readonly string[] {
  const label = level === 'error' ? style.error('error:') : style.warning('warning:');
  const isAll = services.length > 3 && concerned.length === services.length;
  const subject = concerned.length === 0 ? '' : isAll ? 'all services: ' : `${nameSome(concerned)}: `;
  return [
    wrapBehind(stream, `${label} `, escapeControls(`${subject}${message}`), 7),
    ...details.map((line) => wrapBehind(stream, ' '.repeat(7), escapeControls(line), 9)),
    wrapBehind(stream, `${' '.repeat(7)}${style.hint('->')} `, escapeControls(remedy), 10),
  ];
}

/** The table above tells the others. */
const mostNamed = 5;

function nameSome(names: readonly string[]): string {
  return names.length <= mostNamed
    ? names.join(', ')
    : `${names.slice(0, mostNamed - 1).join(', ')} and ${names.length - mostNamed + 1} more`;
}
