import type { ToolCommand } from '../model/plan.ts';
import { kubectlQuestion, type ClusterConnection } from './commands.ts';

/** How the cluster is reached; `requestTimeout` in seconds, for one request. */
export interface QuestionSettings extends ClusterConnection {
  readonly requestTimeout: number;
}

/** Asks which of these namespaces exist; prints `namespace/NAME` for each. */
export function existingNamespacesCommand({
  names,
  ...settings
}: QuestionSettings & { readonly names: readonly string[] }): ToolCommand {
  return kubectlQuestion(settings, ['get', 'namespaces', '--ignore-not-found=true', '-o=name', '--', ...names]);
}

/** Asks for the objects that are given on standard input, as they are, with who manages their fields; absent ones are left out. */
export function readLiveCommand(settings: QuestionSettings): ToolCommand {
  return kubectlQuestion(settings, [
    'get',
    '--ignore-not-found=true',
    '--show-managed-fields=true',
    '-o=json',
    '-f',
    '-',
  ]);
}

/**
 * Asks what would become of the objects that are given on standard input. `force`: fields that others manage are taken over.
 *
 * A server dry run goes through admission and stores nothing (kubernetes@1.35 docs: API concepts, dry-run). Webhooks are asked too, and
 * that of ingress-nginx is known to act on what it is only asked about: the controllers of this tool have none.
 *
 * Unknown fields are refused without kubectl's validation too, because server-side apply knows each field's type; for its own kubectl reads
 * all schemas first, which takes four fifths of its time (tried, Kubernetes 1.35.4 and kubectl 1.35.2).
 */
export function serverDryRunCommand({
  fieldManager,
  force,
  ...settings
}: QuestionSettings & { readonly fieldManager: string; readonly force: boolean }): ToolCommand {
  const options = [
    '--server-side',
    '--dry-run=server',
    `--field-manager=${fieldManager}`,
    ...(force ? ['--force-conflicts'] : []),
    '--validate=false',
  ];
  return kubectlQuestion(settings, ['apply', ...options, '-o=json', '-f', '-']);
}
