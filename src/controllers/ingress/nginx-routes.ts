import { indexObjects, printName, type ObjectIndex } from '../../kube/object-index.ts';
import type { Complaint, GatewayPlainHttp, GatewayTable, NamedObject } from '../../model/gateway.ts';
import type { KubeObject } from '../../model/kube-object.ts';
import { readBoolean } from './annotation-values.ts';
import { readArguments, type ControllerArguments } from './controller-arguments.ts';
import { nginxPorts, readClear } from './nginx-plain-http.ts';
import { buildTable, type NginxReading } from './nginx-table.ts';
import { readClientAuth } from './read-client-auth.ts';
import { readIngresses, type IngressFacts } from './read-ingresses.ts';
import { reportUnread } from './unread-annotations.ts';
import { reportUnreadSettings, type KnownSettings } from './unread-settings.ts';
import { ignore } from '../complaint.ts';
import { readPlainHttp } from '../plain-http.ts';

/** What a version of ingress-nginx has read before it comes to the hosts. */
interface NginxFacts {
  readonly index: ObjectIndex;
  /** With its slash: `nginx.ingress.kubernetes.io/`. */
  readonly prefix: string;
  /** Data of the ConfigMap that `--configmap` names. */
  readonly settings: Readonly<Record<string, string>>;
  /** Those of the controller's class. */
  readonly ingresses: readonly IngressFacts[];
}

/** In what versions of ingress-nginx differ. */
export interface NginxVersion {
  readonly deployment: NamedObject;
  /** The controller's own. */
  readonly service: NamedObject;
  readonly redirect: Omit<GatewayPlainHttp, 'clientPort'>;
  readonly certifiedBy: Parameters<typeof readClear>[1];
  readonly ingressApiVersion: string;
  readonly passthroughBy: NginxReading['passthroughBy'];
  readonly hasPathTypes: boolean;
  readonly knownSettings: KnownSettings;
  /** Without the prefix. */
  readonly readAnnotations: ReadonlySet<string>;
  /** Why an Ingress is none of the controller's; undefined when it is. */
  readonly refuseClass: (index: ObjectIndex, given: ControllerArguments, ingress: IngressFacts) => string | undefined;
  readonly prepareUpstreams: (facts: NginxFacts) => NginxReading['readUpstream'];
  /** Whether an Ingress may name Secrets of other namespaces, by the settings. */
  readonly mayCrossNamespaces: (settings: NginxFacts['settings']) => boolean;
}

/** What ingress-nginx makes of objects, with the arguments of its Deployment and the settings of the ConfigMap that they name. */
export function readNginxRoutes(objects: readonly KubeObject[], version: NginxVersion): GatewayTable {
  const index = indexObjects(objects);
  const { deployment } = version;
  const given = readArguments(index, deployment);
  if (given === undefined)
    return {
      hosts: [],
      offersHttp2: true,
      complaints: [{ text: `there is no Deployment ${printName(deployment)}: no controller would run` }],
    };
  const settingsObject = given.object('configmap');
  const settings = (settingsObject === undefined ? undefined : index.findData('ConfigMap', settingsObject)) ?? {};
  const prefix = `${given.text('annotations-prefix') ?? 'nginx.ingress.kubernetes.io'}/`;
  const read = readIngresses(index, version.ingressApiVersion);
  const complaints: Complaint[] = [
    ...read.complaints,
    ...reportUnreadSettings(index, deployment, version.knownSettings),
  ];
  const ingresses = read.ingresses.filter((ingress) => {
    const refusal = version.refuseClass(index, given, ingress);
    if (refusal !== undefined) complaints.push(ignore('Ingress', ingress.object, refusal));
    return refusal === undefined;
  });
  const { plainHttp, complaints: ofPlainHttp } = readPlainHttp(
    { index, service: version.service, deployment },
    nginxPorts,
    version.redirect,
  );
  const table = buildTable({
    index,
    ingresses,
    passthroughKey: `${prefix}ssl-passthrough`,
    isPassthroughOn: given.isOn('enable-ssl-passthrough'),
    passthroughBy: version.passthroughBy,
    hasPathTypes: version.hasPathTypes,
    offersHttp2: readBoolean(settings, 'use-http2') ?? true,
    readUpstream: version.prepareUpstreams({ index, prefix, settings, ingresses }),
    ...(plainHttp !== undefined && { readClear: readClear({ index, prefix, ingresses }, version.certifiedBy) }),
    readClientAuth: (ofHost) =>
      readClientAuth({ index, prefix, mayCrossNamespaces: version.mayCrossNamespaces(settings) }, ofHost),
  });
  return {
    ...table,
    ...(plainHttp !== undefined && { plainHttp }),
    complaints: [
      ...complaints,
      ...ofPlainHttp,
      ...table.complaints,
      ...reportUnread(ingresses, prefix, version.readAnnotations),
    ],
  };
}
