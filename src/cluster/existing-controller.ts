import { fieldAt, listField, numberField, textField, textMapField } from '../kube/object-fields.ts';
import type { FoundController } from '../controllers/find-controller.ts';
import type { ControllerNeed, ServiceEntry } from '../model/controller-profile.ts';
import type { KubeObject } from '../model/kube-object.ts';

/** What it must have set and has not; and what is left to the person, because nobody could look, or because it is advice. @param data of its ConfigMap; undefined where it was not read. */
export function sortNeeds(
  needs: readonly ControllerNeed[],
  found: FoundController | undefined,
  data: Readonly<Record<string, string>> | undefined,
): { readonly unmet: readonly ControllerNeed[]; readonly open: readonly ControllerNeed[] } {
  const judged = needs.map((need) => ({
    need,
    isMet: found === undefined ? undefined : need.isMet(found.settings, data),
  }));
  const isRefused = ({ need, isMet }: (typeof judged)[number]): boolean => isMet === false && need.isAdvice !== true;
  return {
    unmet: judged.filter(isRefused).map(({ need }) => need),
    open: judged.filter((each) => each.isMet !== true && !isRefused(each)).map(({ need }) => need),
  };
}

/** Where clients come in: by the Service that leads to its pods with a port for HTTPS, a load balancer first. */
export function findEntry({ workload }: FoundController, services: readonly KubeObject[]): ServiceEntry | undefined {
  const labels = textMapField(workload, 'spec', 'template', 'metadata', 'labels');
  const entries = services.flatMap((service): readonly ServiceEntry[] => {
    const selector = Object.entries(textMapField(service, 'spec', 'selector'));
    if (selector.length === 0 || !selector.every(([key, value]) => labels[key] === value)) return [];
    const entry = readEntry(service);
    return entry === undefined ? [] : [entry];
  });
  return order.flatMap((kind) => entries.filter((entry) => entry.kind === kind))[0];
}

const order = ['load-balancer', 'node-port', 'cluster-ip'] as const;

const kinds: Readonly<Record<string, ServiceEntry['kind']>> = {
  LoadBalancer: 'load-balancer',
  NodePort: 'node-port',
  ClusterIP: 'cluster-ip',
};

function readEntry(live: KubeObject): ServiceEntry | undefined {
  const kind = kinds[textField(live, 'spec', 'type') ?? 'ClusterIP'];
  const ports = listField(live, 'spec', 'ports');
  const numberOf = (port: unknown): number | undefined => numberField(port, kind === 'node-port' ? 'nodePort' : 'port');
  const port = numberOf(ports.find(isForHttps));
  const plainPort = numberOf(ports.find(isForHttp));
  const { name, namespace = '' } = live.metadata;
  if (kind === undefined || port === undefined) return undefined;
  return { kind, service: { name, namespace }, port, isOthers: true, ...(plainPort !== undefined && { plainPort }) };
}

/** By what Services of both controllers have: `https` in the chart of ingress-nginx, `websecure` in that of Traefik. */
function isForHttps(port: unknown): boolean {
  return (
    ['https', 'websecure'].includes(textField(port, 'name') ?? '') ||
    textField(port, 'appProtocol') === 'https' ||
    fieldAt(port, 'port') === 443
  );
}

/** Likewise `http` and `web`. */
function isForHttp(port: unknown): boolean {
  return ['http', 'web'].includes(textField(port, 'name') ?? '') || fieldAt(port, 'port') === 80;
}
