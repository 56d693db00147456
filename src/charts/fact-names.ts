/** What the templates in templates/chart may name. */
export const factNames = [
  'chart',
  'mode',
  'demo',
  'tls',
  'clientAuth',
  'portName',
  'hostValue',
  'workload',
  'recentPodFields',
  'tlsDirectory',
  'clientCaDirectory',
  'service',
  'description',
  'controllerName',
  'values',
] as const;
