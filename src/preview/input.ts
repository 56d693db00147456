import { indexObjects } from '../kube/object-index.ts';
import type { GatewayBackend, GatewayBehaviour, GatewayTable } from '../model/gateway.ts';
import type { KubeObject } from '../model/kube-object.ts';
import type { GatewayInput } from '../model/preview.ts';

/** Puts together what the gateway serves: the controller's behaviour and table, the data that the table names, the pods. */
export function createGatewayInput(given: {
  readonly behaviour: GatewayBehaviour;
  readonly table: GatewayTable;
  readonly objects: readonly KubeObject[];
  readonly findPod: (backend: GatewayBackend) => number | undefined;
}): GatewayInput {
  const { behaviour, table, objects, findPod } = given;
  const index = indexObjects(objects);
  return { behaviour, table, findData: (kind, object) => index.findData(kind, object), findPod };
}
