import { printable } from '../text/escape.ts';
import { textField } from '../kube/object-fields.ts';
import type { StatusProblem } from '../model/status.ts';
import type { StatusFacts } from './status-facts.ts';

/** A Secret whose type is another one than the project's: no apply can mend it. */
export interface WrongTypeSecret {
  readonly namespace: string;
  readonly name: string;
  readonly problem: StatusProblem;
}

/** Secrets of the right name and a wrong type. The API server lets nobody change a type ("field is immutable", tried on Kubernetes 1.35.4). */
export function listWrongTypes({
  desired,
  services,
  live,
}: Pick<StatusFacts, 'desired' | 'services' | 'live'>): readonly WrongTypeSecret[] {
  const shown = new Set(services.map(({ name }) => name));
  return desired.objects.flatMap(({ content: { object }, service }): readonly WrongTypeSecret[] => {
    const { name, namespace = desired.config.namespace } = object.metadata;
    const [wanted, found] = [textField(object, 'type'), live.secrets.get(`${namespace}/${name}`)?.type];
    if (object.kind !== 'Secret' || wanted === undefined || found === undefined || found === wanted) return [];
    if (service !== undefined && !shown.has(service)) return [];
    const message = `Secret ${namespace}/${name} is of type ${printable(found)}, not ${wanted}: a type cannot be changed`;
    const remedy = `kubectl delete secret ${name} --namespace ${namespace}, then ingress-tls apply`;
    return [
      {
        namespace,
        name,
        problem: {
          level: 'error',
          code: 'secret-type',
          services: service === undefined ? [] : [service],
          message,
          details: [],
          remedy,
        },
      },
    ];
  });
}
