import type { ExistingController } from '../../model/controller-profile.ts';
import { parseArguments } from '../ingress/controller-arguments.ts';
import { nameOther, needAddress, needNamespaces, needNoReuse, readsClass } from '../ingress/existing-controller.ts';

const provider = 'providers.kubernetesIngressNGINX';

/**
 * A Traefik with the provider kubernetesIngressNGINX that somebody else brought. What stands in a file or in the environment is not seen.
 * Routes need no allowCrossNamespaceResources: the Secrets that they name lie beside them.
 */
export const existing: ExistingController = {
  nameOther,
  readSettings: (workload, config, classController) => {
    const normalize = (name: string): string => name.toLowerCase();
    const { all, text } = parseArguments(workload, normalize);
    const start = normalize(provider);
    const isOn =
      all.get(start) !== 'false' && [...all.keys()].some((name) => name === start || name.startsWith(`${start}.`));
    return isOn && readsClass(text, argumentNames, config, classController) ? { argument: text } : undefined;
  },
  needs: (config) => [
    ...needNamespaces(config, {
      namespace: `${provider}.watchNamespace`,
      selector: `${provider}.watchNamespaceSelector`,
    }),
    ...needAddress(config),
    // It lies in a file that Traefik reads, wherever that comes from.
    ...needNoReuse(config, 'alpnProtocols: [http/1.1] in its tls.options.default', () => undefined),
  ],
};

const argumentNames = {
  controllerClass: `${provider}.controllerClass`,
  ingressClass: `${provider}.ingressClass`,
  byName: `${provider}.ingressClassByName`,
};
