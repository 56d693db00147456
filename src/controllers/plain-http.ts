import { fieldAt, listField, numberField, textField } from '../kube/object-fields.ts';
import type { ObjectIndex } from '../kube/object-index.ts';
import type { Complaint, GatewayPlainHttp, NamedObject } from '../model/gateway.ts';
import { complainOf } from './complaint.ts';

/** Where clients reach a controller, as its rendered objects say it. */
export interface WayIn {
  readonly index: ObjectIndex;
  readonly service: NamedObject;
  readonly deployment: NamedObject;
}

/** What is known of plain HTTP, and what is wrong with it. */
export interface ReadPlainHttp {
  readonly plainHttp?: GatewayPlainHttp;
  readonly complaints: readonly Complaint[];
}

/**
 * Reads whether the controller's Service leads to its port for plain HTTP, and what clients see as the port for HTTPS.
 * @param listens on which of its own ports the controller speaks what.
 * @param redirect how it redirects; undefined: it does something else there, which is complained about.
 */
export function readPlainHttp(
  { index, service, deployment }: WayIn,
  listens: { readonly http: number; readonly https: number },
  redirect: Omit<GatewayPlainHttp, 'clientPort'> | undefined,
): ReadPlainHttp {
  const found = index.find('Service', service);
  const pod = fieldAt(index.find('Deployment', deployment), 'spec', 'template', 'spec');
  const containerPorts = listField(pod, 'containers').flatMap((container) => listField(container, 'ports'));
  const portTo = (target: number): unknown =>
    listField(found, 'spec', 'ports').find((port) => {
      const name = textField(port, 'targetPort');
      const named = containerPorts.find((each) => name !== undefined && textField(each, 'name') === name);
      return (numberField(port, 'targetPort') ?? numberField(named, 'containerPort')) === target;
    });
  const complain = (text: string): Complaint => complainOf('Service', service, text);
  if (portTo(listens.http) === undefined) return { complaints: [] };
  if (redirect === undefined)
    return {
      complaints: [
        complain('it leads to plain HTTP, of which not every request is redirected; preview opens no port for it'),
      ],
    };
  const field = textField(found, 'spec', 'type') === 'NodePort' ? 'nodePort' : 'port';
  const clientPort = numberField(portTo(listens.https), field);
  return {
    plainHttp: { ...redirect, ...(clientPort === undefined ? {} : { clientPort }) },
    complaints:
      clientPort === redirect.leadsTo
        ? []
        : [complain(`plain HTTP is redirected to port ${redirect.leadsTo}, where clients do not reach HTTPS`)],
  };
}
