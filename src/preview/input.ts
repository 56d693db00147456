import { locateObject, printName } from '../kube/object-index.ts';
import { readObjectData } from '../kube/object-data.ts';
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
  // A ConfigMap may have the name of a Secret; only Secrets are named by a table.
  const secrets = objects.filter(({ kind }) => kind === 'Secret');
  const data = new Map(secrets.map((object) => [printName(locateObject(object)), readObjectData(object)] as const));
  return { behaviour, table, data, findPod };
}
