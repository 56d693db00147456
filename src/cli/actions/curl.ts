import { handOver } from '../../world/exec/hand-over.ts';
import { InternalError, UsageError } from '../../errors.ts';
import { printCommand } from '../../kube/command-line.ts';
import type { ProbeAddress } from '../../model/probe.ts';
import { buildCurlArgs, folderSeenFrom } from '../../app/curl-line.ts';
import { loadProject } from '../../app/project.ts';
import { selectServices } from '../../app/select-services.ts';
import type { CommandSession } from '../session.ts';
import { encodePath } from '../url-path.ts';
import { findAddress, printAddress } from '../../app/verify/address.ts';

export interface CurlOptions {
  /** NAME, PATH where it was given, and what came after `--`. */
  readonly words: readonly string[];
  readonly address?: ProbeAddress;
  readonly context?: string;
  readonly kubeconfig?: string;
}

/** Runs the real curl; its exit code is ours. */
export async function curl(session: CommandSession, options: CurlOptions): Promise<number> {
  const { world, root, report } = session;
  const { name, path, curlOptions } = splitWords(options.words, world.argv);
  const project = loadProject(session);
  const [service] = selectServices(project, [name]);
  if (service === undefined) throw new InternalError(`service ${name} was selected and is not there`);
  const { address, origin } = await findAddress(session, project, options);
  report.message(`Address: ${printAddress(address)} (${origin})`);
  const build = (ownOptions: readonly string[]): readonly string[] =>
    buildCurlArgs({
      service,
      address,
      path,
      folder: folderSeenFrom(world.currentFolder, root),
      isStrict: true,
      options: [...avoidProxy(world.environment), ...ownOptions],
    });
  // Among a person's options may be a password, and what is printed here stays in the log of a CI run.
  const shown = build(curlOptions.length === 0 ? [] : ['...']);
  report.verbatim(report.messageStyle.faint(`$ ${printCommand({ tool: 'curl', args: shown })}`));
  // It hears the signals itself, and decides when it ends.
  session.stop.hold();
  return handOver(world, 'curl', build(curlOptions), world.currentFolder);
}

/**
 * NAME and PATH come before `--`, all else after it; commander drops the `--`, after which everything is taken as it is.
 */
function splitWords(words: readonly string[], argv: readonly string[]): { readonly name: string; readonly path: string; readonly curlOptions: readonly string[] } {
  const marker = argv.indexOf('--');
  const count = words.length - (marker < 0 ? 0 : argv.length - marker - 1);
  const [name, path = '/', ...rest] = words.slice(0, count);
  if (name === undefined || rest.length > 0) {
    throw new UsageError(name === undefined ? 'which service? NAME comes before --' : 'too many arguments: options of curl come after --', { remedy: 'ingress-tls curl NAME [PATH] -- OPTIONS' });
  }
  return { name, path: encodePath(path), curlOptions: words.slice(count) };
}

/** A proxy would look the host up by itself, and does not know it. */
function avoidProxy(environment: CommandSession['world']['environment']): readonly string[] {
  // curl@8.17.0 docs: ENVIRONMENT.
  const names = ['https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY'];
  return names.some((name) => (environment[name] ?? '') !== '') ? ['--noproxy', '*'] : [];
}
