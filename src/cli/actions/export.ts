import { canAsk } from '../../app/asking.ts';
import {
  prepareExport,
  readPassword,
  refusePassword,
  writeExport,
  type Export,
  type ExportWish,
} from '../../app/export.ts';
import { parsePairName } from '../../app/renew.ts';
import { exitCodes, UsageError } from '../../errors.ts';
import { alternatives } from '../../text/alternatives.ts';
import { quote } from '../../text/escape.ts';
import type { CommandSession } from '../session.ts';

export interface ExportOptions {
  readonly name: string;
  readonly output?: string;
  readonly passwordFile?: string;
  readonly trustStore?: boolean;
  readonly format: string;
  readonly legacy?: boolean;
  readonly force?: boolean;
  readonly json?: boolean;
  readonly input: boolean;
}

const formats = ['pkcs12', 'pem', 'der'] as const;

/** Writes a pair, or what clients have to trust, in a form that browsers and Java import. */
export async function exportPair(session: CommandSession, options: ExportOptions): Promise<number> {
  const { name, output, trustStore = false, legacy = false, force = false } = options;
  const format = formats.find((known) => known === options.format);
  if (format === undefined) {
    throw new UsageError(`unknown --format ${quote(options.format)}: expected ${alternatives(formats)}`, {
      remedy: 'ingress-tls export --help',
    });
  }
  if (output === '-' && options.json === true) {
    throw new UsageError('--json and --output - both write to standard output', { remedy: 'leave one of them out' });
  }
  refuseUseless(options, format);
  const prepared = await prepareExport(session, {
    name: parsePairName(name),
    isTrust: trustStore,
    format,
    isLegacy: legacy,
    isForced: force,
    ...(output !== undefined && { output }),
  });
  const { report } = session;
  for (const notice of prepared.notices) report.notice(notice);
  await writeExport(session, prepared, await choosePassword(session, options, prepared.wish));
  tell(session, prepared);
  return exitCodes.done;
}

/** Where nothing is encrypted no password is asked for, and none is taken in silence. */
function refuseUseless({ passwordFile, legacy }: ExportOptions, format: ExportWish['format']): void {
  const useless = passwordFile !== undefined ? '--password-file' : legacy === true ? '--legacy' : undefined;
  if (format === 'pkcs12' || useless === undefined) return;
  throw new UsageError(`${useless} does nothing with --format ${format}: nothing in it is encrypted`, {
    remedy: `leave it out, or leave out --format ${format} for a PKCS#12 store`,
  });
}

function tell({ report }: CommandSession, { path, subjects, wish }: Export): void {
  if (path === undefined) return;
  const what = wish.isTrust ? (wish.format === 'pkcs12' ? 'trust-store' : 'authority') : 'key-store';
  report.say({
    json: () => ({ file: path, kind: what, format: wish.format, certificates: subjects }),
    text: () => {
      report.result(`exported   ${path}`);
    },
  });
  if (wish.isTrust) report.message(`Whoever imports it trusts ${subjects.join(' and ')}.`);
  else {
    report.message(
      `It holds the private key of ${subjects[0] ?? wish.name}. Hand it over by one way and the password by another, and delete it here once it is imported.`,
    );
  }
}

async function choosePassword(session: CommandSession, options: ExportOptions, wish: ExportWish): Promise<string> {
  if (wish.format !== 'pkcs12') return '';
  const { world } = session;
  if (options.passwordFile !== undefined) return readPassword(session, options.passwordFile);
  if (!canAsk(world, options)) {
    throw new UsageError('missing --password-file: a PKCS#12 store has a password, and nobody is here to be asked', {
      remedy: 'write the password into a file of mode 0600 and add --password-file FILE',
    });
  }
  const { askSecret } = await import('../prompts.ts');
  const password = await askSecret(world, 'Password of the new store');
  refusePassword(password);
  if ((await askSecret(world, 'The same once more')) === password) return password;
  throw new UsageError('nothing was written: the two passwords differ', { remedy: 'run the same command again' });
}
