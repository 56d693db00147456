import type { GatewayPlainHttp } from '../../model/gateway.ts';
import type { ControllerArguments } from '../ingress/controller-arguments.ts';
import { page } from './behaviour.ts';
import { readPlainHttp, type ReadPlainHttp, type WayIn } from '../plain-http.ts';

/**
 * How the entry point for plain HTTP redirects, whatever a request asks for (v3.7.13 pkg/provider/traefik/internal.go,
 * redirection). Without that routes decide, which preview does not imitate.
 */
export function readRedirection(wayIn: WayIn, given: ControllerArguments): ReadPlainHttp {
  // The provider of Gateways has no such options: it finds entry points by their ports.
  const usual = given.isOn('providers.kubernetesGateway')
    ? { http: 'web', https: 'websecure' }
    : { http: '', https: '' };
  const entryPoint = (option: 'http' | 'https'): string =>
    given.text(`providers.kubernetesIngressNGINX.${option}EntryPoint`) ?? usual[option];
  const portOf = (name: string): number =>
    Number(/:(\d+)$/.exec(given.text(`entryPoints.${name}.address`) ?? '')?.[1] ?? 0);
  const [web, secure] = [entryPoint('http'), entryPoint('https')];
  const option = (name: string): string | undefined =>
    given.text(`entryPoints.${web}.http.redirections.entryPoint.${name}`);
  const to = option('to') ?? '';
  const leadsTo = to.startsWith(':') ? Number(to.slice(1)) : portOf(to);
  const isWhole =
    leadsTo > 0 &&
    (option('scheme') ?? 'https') === 'https' &&
    option('priority') === undefined &&
    !given.isOn(`entryPoints.${web}.allowACMEByPass`);
  return readPlainHttp(
    wayIn,
    { http: portOf(web), https: portOf(secure) },
    isWhole ? redirectTo(leadsTo, option('permanent')?.toLowerCase() !== 'false') : undefined,
  );
}

/** v3.7.13 pkg/middlewares/redirect/redirect.go, ServeHTTP of moveHandler; Go guesses the type of what it writes. */
function redirectTo(leadsTo: number, isPermanent: boolean): Omit<GatewayPlainHttp, 'clientPort'> {
  const [get, others] = isPermanent
    ? [page(301, 'Moved Permanently'), page(308, 'Permanent Redirect')]
    : [page(302, 'Found'), page(307, 'Temporary Redirect')];
  return { redirects: 'everything', answers: { get, others }, leadsTo };
}
