import { className, type Config, type ServiceIntent } from '../../model/config.ts';
import type { ControllerNeed, ControllerSettings } from '../../model/controller-profile.ts';
import type { KubeObject } from '../../model/kube-object.ts';
import { endsInPod } from '../../model/mode.ts';
import { findServicesAtRisk } from './connection-reuse.ts';
import { listWords, parseArguments } from './controller-arguments.ts';
import { listAddressKeys } from './guard-notices.ts';
import { listNames, listServices } from './list-names.ts';
import { nginxKey, nginxPrefix } from './nginx-annotations.ts';

/** spec.controller of ingress-nginx where nobody chose another, and of Traefik that reads its annotations. */
const usualController = 'k8s.io/ingress-nginx';

/** Beginnings of spec.controller that other controllers chose, none of which reads annotations of ingress-nginx; by their documentation. */
const others: Readonly<Record<string, string>> = {
  'traefik.io/ingress-controller':
    "Traefik's provider kubernetesIngress, which does not read the annotations of ingress-nginx",
  'nginx.org/ingress-controller': 'the NGINX Ingress Controller of F5',
  'haproxy.org/ingress-controller': 'the HAProxy Kubernetes Ingress Controller',
  'haproxy-ingress.github.io/': 'HAProxy Ingress',
  'ingress.k8s.aws/': 'the AWS Load Balancer Controller',
  'ingress-controllers.konghq.com/': 'Kong',
  'projectcontour.io/': 'Contour',
  'istio.io/': 'Istio',
  'cilium.io/': 'Cilium',
  'azure/application-gateway': 'Azure Application Gateway',
  'openshift.io/ingress-to-route': 'OpenShift',
};

export function nameOther(classController: string): string | undefined {
  return Object.entries(others).find(([start]) => classController.startsWith(start))?.[1];
}

/** Of a controller whose program is `nginx-ingress-controller`. @param readsClass whether its arguments say that it reads the class. */
export function readNginxSettings(
  workload: KubeObject,
  readsClass: (settings: ControllerSettings) => boolean,
): ControllerSettings | undefined {
  if (!listWords(workload).some((word) => /(?:^|\/)nginx-ingress-controller$/.test(word))) return undefined;
  const { text, object } = parseArguments(workload, (name) => name);
  const configMap = object('configmap');
  const settings = { argument: text, ...(configMap !== undefined && { configMap }) };
  return readsClass(settings) ? settings : undefined;
}

/** Whether a controller reads a class, by the names that its arguments give itself. */
export function readsClass(
  argument: ControllerSettings['argument'],
  names: Readonly<Record<'controllerClass' | 'ingressClass' | 'byName', string>>,
  config: Config,
  classController: string | undefined,
): boolean {
  const isNamed = (argument(names.ingressClass) ?? 'nginx') === className(config);
  if (classController === undefined) return isNamed;
  const own = argument(names.controllerClass) ?? usualController;
  return own === classController || (isNamed && argument(names.byName)?.toLowerCase() === 'true');
}

/** @param names of the arguments that narrow what it watches; `selector` absent: it has no such argument. */
export function needNamespaces(
  config: Config,
  names: { readonly namespace: string; readonly selector?: string },
): readonly ControllerNeed[] {
  const wanted = [...new Set(config.services.map(({ namespace = config.namespace }) => namespace))].sort();
  if (wanted.length === 0) return [];
  return [
    {
      setting: `--${names.namespace}${names.selector === undefined ? '' : ` and --${names.selector}`} so that it watches ${listNames(wanted)}, with the right to read Secrets there`,
      otherwise: 'it would not read the routes of another namespace',
      isMet: ({ argument }) => {
        const only = argument(names.namespace) ?? '';
        const selector = names.selector === undefined ? '' : (argument(names.selector) ?? '');
        if (only !== '') return wanted.every((namespace) => namespace === only);
        return selector === '' ? true : judgeSelector(selector, wanted);
      },
    },
  ];
}

/** Of selectors the form by name, which every namespace has as a label; of any other nothing is known here. */
function judgeSelector(selector: string, wanted: readonly string[]): boolean | undefined {
  const [, single, several] =
    /^kubernetes\.io\/metadata\.name\s*(?:==?\s*(\S+)|in\s*\(([^)]*)\))$/.exec(selector.trim()) ?? [];
  const names = single === undefined ? several?.split(',').map((name) => name.trim()) : [single];
  return names === undefined ? undefined : wanted.every((namespace) => names.includes(namespace));
}

export function needPrefix(): ControllerNeed {
  return {
    setting: `--annotations-prefix=${nginxPrefix.slice(0, -1)}, which is the default`,
    otherwise: 'it would read none of the annotations that make a mode',
    isMet: ({ argument }) => `${argument('annotations-prefix') ?? nginxPrefix.slice(0, -1)}/` === nginxPrefix,
  };
}

export function needPassthrough(config: Config): readonly ControllerNeed[] {
  const names = listServices(config, 'passthrough');
  if (names === '') return [];
  return [
    {
      setting: '--enable-ssl-passthrough',
      otherwise: `TLS of ${names} would end at the controller, with its own certificate`,
      isMet: ({ argument }) => argument('enable-ssl-passthrough')?.toLowerCase() === 'true',
    },
  ];
}

/**
 * A service of gRPC that ends at the controller needs what should be off for others: then nothing is to be set there.
 * @param setting that turns HTTP/2 off. @param isOff whether it is, as far as the settings tell.
 */
export function needNoReuse(
  config: Config,
  setting: string,
  isOff: (data: Readonly<Record<string, string>> | undefined) => boolean | undefined,
): readonly ControllerNeed[] {
  const atRisk = findServicesAtRisk(config);
  if (atRisk.length === 0) return [];
  const grpc = config.services.filter(needsHttp2);
  const conflict =
    `HTTP/2 both on, for the gRPC of ${listNames(grpc.map(({ name }) => name))}, and off: as no controller has both, the passthrough ` +
    `service needs a host that *.${config.domain} does not cover, for instance ${atRisk[0]?.name ?? ''}.direct.${config.domain}`;
  return [
    {
      setting: grpc.length === 0 ? setting : conflict,
      otherwise:
        `a browser could send requests for ${listNames(atRisk.map(({ host }) => host))} down a connection of HTTP/2 ` +
        `that ends at the controller, past the pod's own TLS` +
        (grpc.length === 0 ? `; a host that *.${config.domain} does not cover needs no such setting` : ''),
      // As verify judges it: a warning.
      isAdvice: true,
      isMet: (_settings, data) => (grpc.length === 0 ? isOff(data) : false),
    },
  ];
}

/** The same of ingress-nginx, whose ConfigMap says it. */
export function needHttp2Off(config: Config): readonly ControllerNeed[] {
  return needNoReuse(config, 'use-http2: "false" in its ConfigMap', (data) =>
    data === undefined ? undefined : data['use-http2']?.toLowerCase() === 'false',
  );
}

function needsHttp2({ mode, protocol, annotations }: ServiceIntent): boolean {
  const speaks = protocol === 'grpc' || annotations[nginxKey('backend-protocol')]?.toUpperCase() === 'GRPC';
  return speaks && !endsInPod(mode);
}

/** Behind most node ports and some load balancers the address is another; nothing of the controller's arguments tells. */
export function needAddress({ services }: Config): readonly ControllerNeed[] {
  const guarded = services.filter((service) => listAddressKeys(service).length > 0);
  if (guarded.length === 0) return [];
  return [
    {
      setting: "a way in that keeps the client's address, such as externalTrafficPolicy: Local on its Service",
      otherwise: `${listNames(guarded.map(({ name }) => name))} would let in or shut out all clients alike`,
      isMet: () => undefined,
    },
  ];
}
