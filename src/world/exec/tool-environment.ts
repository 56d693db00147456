import type { Tool } from '../../model/plan.ts';

/** The programs of others that we start. */
export type ExternalTool = Tool | 'openssl' | 'curl' | TrustTool;

/** What changes the stores of trusted authorities (world/trust/stores.ts). */
type TrustTool = 'certutil' | 'install' | 'rm' | 'security' | 'trust' | 'update-ca-certificates' | 'update-ca-trust';

/** Sets a variable, or takes those away whose names fit. */
interface Rule {
  readonly tools: readonly ExternalTool[];
  readonly variable: string | RegExp;
  readonly value?: string;
  /** Whether what the person set counts. */
  readonly isDefault?: true;
}

/**
 * What kubectl and helm are given differently from a person's own shell: what we write on their command lines is the whole command. Read in
 * kubernetes/kubectl@v0.35.4, client-go@v0.35.4, helm@4.1.4 and 3.22.0, all that they read from the environment. What is not here is the
 * person's to decide and changes neither what a command does nor what it prints: proxies, SSL_CERT_FILE, KUBECONFIG, KUBECACHEDIR, KUBE_FEATURE_*,
 * HELM_DRIVER, HELM_MAX_HISTORY, HELM_QPS, HELM_BURST_LIMIT, the places of helm's files, and whatever credential plugins read.
 */
const rules: readonly Rule[] = [
  // The two live for a moment: with fewer garbage collections they take up to a third less time and some 20 MiB more (tried, kubectl 1.35.2
  // and helm 4.1.4).
  { tools: ['kubectl', 'helm'], variable: 'GOGC', value: '400', isDefault: true },
  // kuberc gives options other defaults: with `delete: interactive=true` kubectl asks, takes the closed input for a no and exits 0 (tried,
  // 1.35.2). Since 1.34, with KUBECTL_KUBERC=true since 1.33 (kubectl@v0.35.4:pkg/kuberc/kuberc.go). For what else it says see kuberc.ts.
  { tools: ['kubectl'], variable: 'KUBERC', value: 'off' },
  { tools: ['kubectl'], variable: 'KUBECTL_KUBERC', value: 'false' },
  // They would send helm to another cluster, as another user or to another namespace than kubectl: the context that a person was told is
  // the one that changes (helm@4.1.4:pkg/cli/environment.go).
  { tools: ['helm'], variable: /^HELM_(?:KUBE.*|NAMESPACE)$/ },
  // With it helm prints what it cannot read as YAML, and stacks and log lines between the words by which failures are known
  // (helm@4.1.4:pkg/cmd/template.go, 3.22.0:cmd/helm/helm.go).
  { tools: ['helm'], variable: 'HELM_DEBUG' },
  // `always` colours even what goes to a pipe (helm@4.1.4:pkg/cli/environment.go, envColorMode).
  { tools: ['helm'], variable: 'HELM_COLOR' },
  // No command of ours is a plugin's. Where one is broken, or named like a command, helm 4 logs that to stderr each time (tried, 4.1.4).
  { tools: ['helm'], variable: 'HELM_NO_PLUGINS', value: '1' },
];

/** @param kuberc a file that kubectl reads in place of the person's. */
export function environmentFor(
  tool: ExternalTool,
  env: Readonly<Record<string, string | undefined>>,
  kuberc?: string,
): Record<string, string> {
  const given = new Map(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined));
  for (const { tools, variable, value, isDefault } of rules) {
    if (!tools.includes(tool)) continue;
    if (typeof variable !== 'string') for (const name of given.keys()) if (variable.test(name)) given.delete(name);
    if (typeof variable !== 'string' || (isDefault === true && given.has(variable))) continue;
    if (value === undefined) given.delete(variable);
    else given.set(variable, value);
  }
  if (tool === 'kubectl' && kuberc !== undefined) {
    given.set('KUBERC', kuberc);
    given.delete('KUBECTL_KUBERC');
  }
  return Object.fromEntries(given);
}
