import { findNamed, listField, textField } from '../../../../src/kube/object-fields.ts';
import type { PlannedService } from '../../../../src/model/chart.ts';
import type { Config } from '../../../../src/model/config.ts';
import type { LiveObjectQuestion, LiveRoutes } from '../../../../src/model/controller-profile.ts';
import type { ClassStatus, RouteStatus } from '../../../../src/model/status.ts';
import { printable } from '../../../../src/text/escape.ts';
import { findLack } from '../conditions.ts';

export const liveObjects: LiveObjectQuestion = {
  fields: [{ path: ['spec', 'controllerName'], as: 'text' }],
  classKinds: ['GatewayClass'],
  wholeKinds: ['Gateway'],
};

export function judgeClass({ controller: { name } }: Config, { objects, hasUnseenClasses }: LiveRoutes): ClassStatus {
  const found = findNamed(objects, 'GatewayClass', { name });
  const facts = { kind: 'GatewayClass', name, seen: !hasUnseenClasses };
  if (found === undefined)
    return {
      ...facts,
      controller: null,
      agrees: false,
      evidence: 'missing',
      complaint: `there is no GatewayClass ${name}: no Gateway of it is served`,
    };
  const lack = hasUnseenClasses ? undefined : findLack(listField(found, 'status', 'conditions'), 'Accepted');
  const controller = printable(textField(found, 'spec', 'controllerName') ?? '');
  return lack === undefined
    ? { ...facts, controller, agrees: true, evidence: 'it is Accepted', complaint: null }
    : { ...facts, controller, agrees: false, evidence: lack, complaint: `GatewayClass ${name} is ${lack}` };
}

/** By what the controller wrote into the status of Gateway, route and policy. */
export function judgeRoute(
  { controller: { name } }: Config,
  service: PlannedService,
  { objects, controller }: LiveRoutes,
): RouteStatus {
  const kind = service.mode === 'passthrough' ? 'TLSRoute' : 'HTTPRoute';
  const named = { name: service.release, namespace: service.namespace };
  const facts = { kind, className: name, controller: null, reason: null, addresses: [] };
  const route = findNamed(objects, kind, named);
  if (route === undefined) return { ...facts, state: 'missing' };
  const gateway = findNamed(controller, 'Gateway', { name, namespace: service.namespace });
  if (gateway === undefined) return { ...facts, state: 'ignored', reason: `there is no Gateway ${name}` };
  const parent = listField(route, 'status', 'parents').find((each) => textField(each, 'parentRef', 'name') === name);
  const conditions = listField(parent, 'conditions');
  const ofPolicy =
    service.mode === 'reencrypt'
      ? listField(findNamed(objects, 'BackendTLSPolicy', named), 'status', 'ancestors', 0, 'conditions')
      : undefined;
  const reason =
    parent === undefined
      ? `Gateway ${name} has not taken it up`
      : (findLack(conditions, 'Accepted') ??
        findLack(conditions, 'ResolvedRefs') ??
        (ofPolicy === undefined ? undefined : findLack(ofPolicy, 'Accepted')));
  const addresses = listField(gateway, 'status', 'addresses')
    .flatMap((each) => textField(each, 'value') ?? [])
    .map((each) => printable(each));
  return reason === undefined
    ? { ...facts, addresses, state: 'admitted' }
    : { ...facts, addresses, state: 'ignored', reason };
}
