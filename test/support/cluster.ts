import { resolve } from 'node:path';

/** The cluster that the tests of test/cluster may change. */
export interface Cluster {
  /** Absolute path. Tests hand it to each program they start; the KUBECONFIG of their own environment names no file. */
  readonly kubeconfig: string;
  /**
   * What to run as the ingress controller, instead of the profile's image. A plain tag where images are only loaded into
   * the node and no digest can be looked up; it may be the stand-in, which answers its health probe and nothing else.
   */
  readonly controllerImage?: string;
  /** Which helm the programs find: the first one of the machine (absent), or one of major version 3. */
  readonly helm?: 'helm3';
}

/** Returns the cluster that INGRESS_TLS_TEST_KUBECONFIG names, or undefined: a person's KUBECONFIG alone is no consent. */
export function clusterUnderTest(): Cluster | undefined {
  const kubeconfig = process.env['INGRESS_TLS_TEST_KUBECONFIG'];
  const controllerImage = process.env['INGRESS_TLS_TEST_CONTROLLER_IMAGE'];
  if (!kubeconfig) return undefined;
  return { kubeconfig: resolve(kubeconfig), ...(controllerImage ? { controllerImage } : {}) };
}
