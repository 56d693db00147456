import { printName } from '../kube/object-index.ts';
import type { Complaint, NamedObject } from '../model/gateway.ts';

/** A complaint about an object that the controller reads all the same. */
export function complainOf(kind: string, { namespace, name }: NamedObject, text: string): Complaint {
  return { object: { kind, namespace, name }, text };
}

/** An object that the controller leaves out, and why. */
export function ignore(kind: string, object: NamedObject, why: string): Complaint {
  return { ...complainOf(kind, object, why), isIgnored: true };
}

/** `Ingress default/a is ignored: there is no IngressClass b`. */
export function printComplaint({ object, isIgnored = false, text }: Complaint): string {
  return object === undefined ? text : `${object.kind} ${printName(object)}${isIgnored ? ' is ignored' : ''}: ${text}`;
}
