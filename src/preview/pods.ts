import { printName } from '../kube/object-index.ts';
import type { GatewayBackend } from '../model/gateway.ts';
import type { PodDescription } from '../model/preview.ts';
import { startPod, type Pod } from './pod.ts';

/** The demo backends of a preview. */
export interface Pods {
  /** The loopback port behind a Service port; undefined where no pod stands behind it. */
  find(backend: GatewayBackend): number | undefined;
  /**
   * Starts, changes and stops pods until they are as described. A changed pod keeps its port and the connections that it has.
   * @returns why pods did not start.
   */
  update(descriptions: readonly PodDescription[]): Promise<readonly string[]>;
  close(): Promise<void>;
}

interface Running {
  readonly description: PodDescription;
  readonly pod: Pod;
}

/** Starts demo backends, which only this machine can reach. Those whose key pair cannot be used are told by `onProblem`. */
export async function startPods(
  descriptions: readonly PodDescription[],
  onProblem: (text: string) => void,
): Promise<Pods> {
  let running = new Map<string, Running>();
  const pods: Pods = {
    find({ service, port }) {
      for (const { description, pod } of running.values())
        if (printName(description.service) === printName(service) && description.ports.includes(port)) return pod.port;
      return undefined;
    },
    async update(wanted) {
      const problems: string[] = [];
      const next = new Map<string, Running>();
      for (const description of wanted) {
        const name = `${printName(description.service)}:${description.ports.join()}`;
        if (next.has(name)) continue;
        try {
          next.set(name, { description, pod: await bring(running.get(name), description) });
        } catch (error) {
          problems.push(`the pod of Service ${printName(description.service)} does not start: ${explain(error)}`);
        }
      }
      const ended = [...running].filter(([name]) => !next.has(name)).map(([, { pod }]) => pod);
      running = next;
      await Promise.all(ended.map((pod) => pod.close()));
      return problems;
    },
    async close() {
      const ended = [...running.values()];
      running = new Map();
      await Promise.all(ended.map(({ pod }) => pod.close()));
    },
  };
  for (const problem of await pods.update(descriptions)) onProblem(problem);
  return pods;
}

async function bring(present: Running | undefined, description: PodDescription): Promise<Pod> {
  if (present === undefined) return startPod(description);
  if (JSON.stringify(present.description) !== JSON.stringify(description)) present.pod.update(description);
  return present.pod;
}

/** The system's code, as EMFILE; OpenSSL's own words may quote a key. */
function explain(error: unknown): string {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
  return /^E[A-Z]+$/.test(code)
    ? `the system says ${code}`
    : 'its certificate, key and client authority cannot be used';
}
