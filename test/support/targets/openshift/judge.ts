import { findNamed, listField, textField } from '../../../../src/kube/object-fields.ts';
import type { PlannedService } from '../../../../src/model/chart.ts';
import type { Config } from '../../../../src/model/config.ts';
import type { LiveObjectQuestion, LiveRoutes } from '../../../../src/model/controller-profile.ts';
import type { RouteStatus } from '../../../../src/model/status.ts';
import { printable } from '../../../../src/text/escape.ts';
import { findLack } from '../conditions.ts';

export const liveObjects: LiveObjectQuestion = { fields: [], classKinds: [], wholeKinds: [] };

/** By what a router wrote into the Route's status. */
export function judgeRoute(_config: Config, service: PlannedService, { objects }: LiveRoutes): RouteStatus {
  const facts = { kind: 'Route', className: null, controller: null, reason: null, addresses: [] };
  const route = findNamed(objects, 'Route', { name: service.release, namespace: service.namespace });
  if (route === undefined) return { ...facts, state: 'missing' };
  const [router] = listField(route, 'status', 'ingress');
  if (router === undefined) return { ...facts, state: 'ignored', reason: 'no router has taken it up' };
  const addresses = [textField(router, 'routerCanonicalHostname')].flatMap((each) =>
    each === undefined ? [] : [printable(each)],
  );
  const reason = findLack(listField(router, 'conditions'), 'Admitted');
  return reason === undefined
    ? { ...facts, addresses, state: 'admitted' }
    : { ...facts, addresses, state: 'ignored', reason };
}
