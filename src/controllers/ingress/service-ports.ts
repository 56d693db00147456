import { fieldAt, listField } from '../../kube/object-fields.ts';
import { printName, type ObjectIndex } from '../../kube/object-index.ts';
import type { GatewayBackend } from '../../model/gateway.ts';

/** Why a route's backend leads nowhere: no such Service or port; undefined when it leads somewhere. */
export function formatPort(index: ObjectIndex, { service, port }: GatewayBackend): string | undefined {
  const object = index.find('Service', service);
  if (object === undefined) return `there is no Service ${printName(service)}`;
  const ports = listField(object, 'spec', 'ports');
  const isThere = ports.some((each) => fieldAt(each, typeof port === 'number' ? 'port' : 'name') === port);
  return isThere ? undefined : `Service ${printName(service)} has no port ${port}`;
}
