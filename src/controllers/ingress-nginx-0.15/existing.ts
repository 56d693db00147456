import { className } from '../../model/config.ts';
import type { ExistingController } from '../../model/controller-profile.ts';
import {
  nameOther,
  needAddress,
  needHttp2Off,
  needNamespaces,
  needPassthrough,
  needPrefix,
  readNginxSettings,
} from '../ingress/existing-controller.ts';

/** A controller of 2018 that somebody else brought. Routes name its class by annotation: there is no object for it. */
export const existing: ExistingController = {
  nameOther,
  readSettings: (workload, config) =>
    readNginxSettings(
      workload,
      ({ argument }) =>
        (argument('ingress-class') ?? '') === className(config) && argument('controller-class') === undefined,
    ),
  needs: (config) => [
    ...needPassthrough(config),
    ...needNamespaces(config, { namespace: 'watch-namespace' }),
    needPrefix(),
    ...needAddress(config),
    ...needHttp2Off(config),
    {
      setting: `the label name: ${config.controller.namespace} on namespace ${config.controller.namespace}`,
      otherwise: 'the NetworkPolicies of the charts would let none of its requests in',
      isMet: () => undefined,
    },
  ],
};
