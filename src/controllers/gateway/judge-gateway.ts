import { fieldAt, findNamed, listField, textField } from '../../kube/object-fields.ts';
import type { PlannedService } from '../../model/chart.ts';
import type { Config } from '../../model/config.ts';
import type { LiveObjectQuestion, LiveRoutes } from '../../model/controller-profile.ts';
import type { ClassStatus, RouteStatus } from '../../model/status.ts';
import { printable } from '../../text/escape.ts';
import { gatewayPlace, listenerOf } from './names.ts';

/** What is read of classes, Gateways, routes and policies; their status is read in any case. */
export const gatewayLiveObjects: LiveObjectQuestion = {
  fields: [{ path: ['spec', 'controllerName'], as: 'text' }],
  classKinds: ['GatewayClass'],
  wholeKinds: ['Gateway', 'Service'],
};

export function judgeGatewayClass(
  { controller: { name } }: Config,
  { objects, hasUnseenClasses }: LiveRoutes,
): ClassStatus {
  const found = findNamed(objects, 'GatewayClass', { name });
  const facts = { kind: 'GatewayClass', name, seen: !hasUnseenClasses };
  if (found === undefined) {
    return {
      ...facts,
      controller: null,
      agrees: false,
      evidence: 'missing',
      complaint: `there is no GatewayClass ${name}: no Gateway of it is served`,
    };
  }
  const lack = hasUnseenClasses ? undefined : findLack(listField(found, 'status', 'conditions'), 'Accepted');
  const controller = printable(textField(found, 'spec', 'controllerName') ?? '');
  return lack === undefined
    ? { ...facts, controller, agrees: true, evidence: 'it is Accepted', complaint: null }
    : { ...facts, controller, agrees: false, evidence: lack, complaint: `GatewayClass ${name} is ${lack}` };
}

/** By what the implementation wrote into the status of Gateway, route and policy: it proves that they were read, and nothing about traffic. */
export function judgeGatewayRoute(
  config: Config,
  service: PlannedService,
  { objects, controller }: LiveRoutes,
  isRunning: boolean,
): RouteStatus {
  const { kind, listener } = listenerOf(service.mode);
  const place = gatewayPlace(config);
  const named = { name: service.release, namespace: service.namespace };
  const facts = { kind, className: place.name, controller: null, reason: null, addresses: [] };
  const route = findNamed(objects, kind, named);
  if (route === undefined) return { ...facts, state: 'missing' };
  const gateway = findNamed(controller, 'Gateway', place);
  if (gateway === undefined) return { ...facts, state: 'ignored', reason: `there is no Gateway ${place.name}` };
  const addresses = listField(gateway, 'status', 'addresses')
    .flatMap((each) => textField(each, 'value') ?? [])
    .map((each) => printable(each));
  if (!isRunning)
    return { ...facts, addresses, state: 'stopped', reason: `no pod of controller ${config.controller.name} is ready` };
  const parent = listField(route, 'status', 'parents').find(
    (each) => textField(each, 'parentRef', 'name') === place.name,
  );
  const ofListener = listField(
    listField(gateway, 'status', 'listeners').find((each) => textField(each, 'name') === listener),
    'conditions',
  );
  const ofPolicy = listField(
    findNamed(objects, 'BackendTLSPolicy', named),
    'status',
    ...(['ancestors', 0, 'conditions'] as const),
  );
  const lacks = [
    () => about(`listener ${listener} of Gateway ${place.name}`, findLack(ofListener, 'Programmed')),
    () => (parent === undefined ? `Gateway ${place.name} has not taken it up` : undefined),
    () => findLack(listField(parent, 'conditions'), 'Accepted'),
    () => findLack(listField(parent, 'conditions'), 'ResolvedRefs'),
    () => (service.mode === 'reencrypt' ? about('its BackendTLSPolicy', findLack(ofPolicy, 'Accepted')) : undefined),
  ];
  for (const find of lacks) {
    const reason = find();
    if (reason !== undefined) return { ...facts, addresses, state: 'ignored', reason };
  }
  return { ...facts, addresses, state: 'admitted' };
}

function about(subject: string, lack: string | undefined): string | undefined {
  return lack === undefined ? undefined : `${subject} is ${lack}`;
}

/** Why a condition of this type is not True, in a few words; undefined where it is. */
function findLack(conditions: readonly unknown[], type: string): string | undefined {
  const condition = conditions.find((each) => textField(each, 'type') === type);
  if (fieldAt(condition, 'status') === 'True') return undefined;
  return condition === undefined
    ? `not said to be ${type}`
    : printable(`not ${type}: ${textField(condition, 'reason') ?? 'no reason'}`);
}
