import { fieldAt, isMap, listField, textField, textListField, textMapField } from '../../kube/object-fields.ts';
import { locateObject, type ObjectIndex } from '../../kube/object-index.ts';
import type { Complaint, GatewayBackend, NamedObject } from '../../model/gateway.ts';
import type { KubeObject } from '../../model/kube-object.ts';
import type { Annotations } from './annotation-values.ts';
import { complainOf, ignore } from '../complaint.ts';

/** What an Ingress says, whichever API version it is written in. */
export interface IngressFacts {
  readonly object: NamedObject;
  readonly className?: string;
  readonly annotations: Annotations;
  readonly tls: readonly { readonly hosts: readonly string[]; readonly secretName?: string }[];
  readonly rules: readonly IngressRule[];
}

export interface IngressRule {
  /** Lower case. */
  readonly host: string;
  readonly paths: readonly { readonly path: string; readonly pathType: string; readonly backend: GatewayBackend }[];
}

export interface ReadIngresses {
  readonly ingresses: readonly IngressFacts[];
  /** About those that are left out. */
  readonly complaints: readonly Complaint[];
}

/** Reads the Ingresses of one API version, in the order given; others are not served where the controller runs. */
export function readIngresses(index: ObjectIndex, apiVersion: string): ReadIngresses {
  const ingresses: IngressFacts[] = [];
  const complaints: Complaint[] = [];
  for (const object of index.list('Ingress')) {
    const complain = (why: string): void => void complaints.push(ignore('Ingress', locateObject(object), why));
    if (object.apiVersion !== apiVersion)
      complain(`it is of ${object.apiVersion}, and the controller reads ${apiVersion}`);
    else if (!hasTextAnnotations(object)) complain('an annotation is no text (quote it), so no cluster would take it');
    else
      ingresses.push(readIngress(object, (what) => complaints.push(complainOf('Ingress', locateObject(object), what))));
  }
  return { ingresses, complaints };
}

function hasTextAnnotations(object: KubeObject): boolean {
  const annotations: unknown = fieldAt(object, 'metadata', 'annotations') ?? {};
  return isMap(annotations) && Object.values(annotations).every((value) => typeof value === 'string');
}

function readIngress(object: KubeObject, complain: (what: string) => void): IngressFacts {
  const className = textField(object, 'spec', 'ingressClassName');
  const location = locateObject(object);
  const rules = listField(object, 'spec', 'rules').flatMap((rule): readonly IngressRule[] => {
    const host = textField(rule, 'host')?.toLowerCase();
    if (host === undefined || host === '') {
      complain('a rule without a host is for every unknown one; preview leaves it out');
      return [];
    }
    return [{ host, paths: listField(rule, 'http', 'paths').flatMap((path) => readPath(path, location)) }];
  });
  return {
    object: location,
    ...(className === undefined ? {} : { className }),
    annotations: textMapField(object, 'metadata', 'annotations'),
    tls: listField(object, 'spec', 'tls').map((entry) => {
      const secretName = textField(entry, 'secretName');
      return {
        hosts: textListField(entry, 'hosts'),
        ...(secretName === undefined || secretName === '' ? {} : { secretName }),
      };
    }),
    rules,
  };
}

/** A path and its backend: `service.name` and `service.port` since networking.k8s.io/v1, `serviceName` and `servicePort` before. */
function readPath(value: unknown, { namespace }: NamedObject): IngressRule['paths'] {
  const name = textField(value, 'backend', 'service', 'name') ?? textField(value, 'backend', 'serviceName');
  const port =
    fieldAt(value, 'backend', 'service', 'port', 'name') ??
    fieldAt(value, 'backend', 'service', 'port', 'number') ??
    fieldAt(value, 'backend', 'servicePort');
  if (name === undefined || (typeof port !== 'string' && typeof port !== 'number')) return [];
  return [
    {
      path: textField(value, 'path') ?? '/',
      pathType: textField(value, 'pathType') ?? 'ImplementationSpecific',
      backend: { service: { namespace, name }, port },
    },
  ];
}
