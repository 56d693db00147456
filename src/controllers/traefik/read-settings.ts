import { fieldAt, listField, textField, textListField } from '../../kube/object-fields.ts';
import type { ObjectIndex } from '../../kube/object-index.ts';
import { parseObjects } from '../../kube/parse-yaml.ts';
import type { NamedObject } from '../../model/gateway.ts';
import type { ControllerArguments } from '../ingress/controller-arguments.ts';

/** Whether HTTP/2 is offered, by the file that the arguments name; what Traefik does without one is to offer it. */
export function readHttp2(
  index: ObjectIndex,
  deployment: NamedObject,
  given: ControllerArguments,
): { readonly offersHttp2: boolean; readonly complaints: readonly string[] } {
  const path = given.text('providers.file.filename');
  if (path === undefined) return { offersHttp2: true, complaints: [] };
  const text = findMounted(index, deployment, path);
  if (text === undefined)
    return { offersHttp2: true, complaints: [`no ConfigMap brings ${path} into the pod, so Traefik does not start`] };
  try {
    // The reader takes Kubernetes objects only; the file is none, so it is read as if it were the rest of one.
    const [settings] = parseObjects(`apiVersion: v1\nkind: Settings\nmetadata: { name: settings }\n${text}`, path);
    const options = ['tls', 'options', 'default', 'alpnProtocols'];
    const protocols = textListField(settings, ...options);
    return { offersHttp2: fieldAt(settings, ...options) === undefined || protocols.includes('h2'), complaints: [] };
  } catch {
    return { offersHttp2: true, complaints: [`${path} cannot be read`] };
  }
}

/** The text of a file that a ConfigMap's volume brings into the pod. */
function findMounted(index: ObjectIndex, deployment: NamedObject, path: string): string | undefined {
  const pod = fieldAt(index.find('Deployment', deployment), 'spec', 'template', 'spec');
  const split = path.lastIndexOf('/');
  const mounts = listField(pod, 'containers').flatMap((container) => listField(container, 'volumeMounts'));
  const mount = mounts.find((each) => textField(each, 'mountPath') === path.slice(0, split));
  const volume = listField(pod, 'volumes').find((each) => textField(each, 'name') === textField(mount, 'name'));
  const name = textField(volume, 'configMap', 'name');
  return name === undefined
    ? undefined
    : index.findData('ConfigMap', { namespace: deployment.namespace, name })?.[path.slice(split + 1)];
}
