import { curl as runCurl } from '../../app/curl.ts';
import type { ClusterOptions } from '../../app/cluster/tools.ts';
import { encodePath } from '../../app/url-path.ts';
import { UsageError } from '../../errors.ts';
import { printCommand } from '../../kube/command-line.ts';
import type { ProbeAddress } from '../../model/probe.ts';
import { reportAddress } from '../output/report-address.ts';
import type { CommandSession } from '../session.ts';

export interface CurlOptions extends ClusterOptions {
  /** NAME, PATH where it was given, and what came after `--`. */
  readonly words: readonly string[];
  readonly address?: ProbeAddress;
}

/** Runs the real curl; its exit code is ours. */
export function curl(session: CommandSession, { words, ...options }: CurlOptions): Promise<number> {
  const { world, report } = session;
  return runCurl(session, { ...options, ...splitWords(words, world.argv) }, ({ found, shown, clientFault }) => {
    reportAddress(report, found);
    if (clientFault !== undefined)
      report.message(`${report.messageStyle.warning('warning:')} ${clientFault}, so whoever asks for it refuses it`);
    report.verbatim(report.messageStyle.faint(`$ ${printCommand({ tool: 'curl', args: shown })}`));
  });
}

/**
 * NAME and PATH come before `--`, all else after it; commander drops the `--`, after which everything is taken as it is.
 */
function splitWords(
  words: readonly string[],
  argv: readonly string[],
): { readonly name: string; readonly path?: string; readonly curlOptions: readonly string[] } {
  const marker = argv.indexOf('--');
  const count = words.length - (marker < 0 ? 0 : argv.length - marker - 1);
  const [name, path, ...rest] = words.slice(0, count);
  if (name === undefined || rest.length > 0) {
    throw new UsageError(
      name === undefined ? 'which service? NAME comes before --' : 'too many arguments: options of curl come after --',
      { remedy: 'ingress-tls curl NAME [PATH] -- OPTIONS' },
    );
  }
  return { name, ...(path !== undefined && { path: encodePath(path) }), curlOptions: words.slice(count) };
}
