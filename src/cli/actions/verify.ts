import { exitCodes, ToolError, UsageError } from '../../errors.ts';
import type { ProbeFailure } from '../../model/probe.ts';
import type { Verification } from '../../model/verification.ts';
import type { VerifyContext } from '../../verify/subject.ts';
import { showFailure } from '../../verify/words.ts';
import type { ProbeAddress } from '../../model/probe.ts';
import { loadProject } from '../../app/project.ts';
import { selectServices } from '../../app/select-services.ts';
import type { CommandSession } from '../session.ts';
import { encodePath } from '../url-path.ts';
import { findAddress, printAddress } from '../../app/verify/address.ts';
import { createForeigners } from '../../app/verify/foreign.ts';
import { repair } from '../../app/verify/repair.ts';
import { printVerification } from '../output/verify-report.ts';
import { runVerification } from '../../app/verify/run.ts';
import { describeSubjects } from '../../app/verify/subjects.ts';

export interface VerifyOptions {
  /** Empty: all services. */
  readonly names: readonly string[];
  readonly address?: ProbeAddress;
  readonly path?: string;
  readonly status?: number;
  /** Seconds for one connection, and for a question to a tool. */
  readonly timeout?: number;
  readonly deep?: boolean;
  readonly logs?: boolean;
  readonly context?: string;
  readonly kubeconfig?: string;
}

/** Connects as clients do, judges what is seen and prints it. */
export async function verify(session: CommandSession, options: VerifyOptions): Promise<number> {
  const { report, world } = session;
  const project = loadProject(session);
  const services = selectServices(project, options.names);
  refuseCombinations(options);
  const asked =
    options.path === undefined && options.status === undefined ? {} : { asked: { services, path: encodePath(options.path ?? '/'), status: options.status ?? 200 } };
  await repair(session, project, options);
  if (services.length === 0) {
    const nothing: Omit<Verification, 'address'> = { holds: true, services: [], controller: [] };
    report.say({ json: () => nothing, text: () => { report.result('There are no services to verify yet: ingress-tls add-service'); } });
    return exitCodes.done;
  }
  const foreigners = await createForeigners(world);
  const subjects = describeSubjects({ files: session.files, project, foreigners, ...asked });
  const found = await findAddress(session, project, { ...options, needsCluster: options.logs === true, changesCluster: options.deep === true });
  report.message(`Address: ${printAddress(found.address)} (${found.origin})`);
  const context: VerifyContext = { config: project.config, behaviour: project.profile.behaviour(project.config), words: project.profile.words, subjects, now: world.now() };
  const selected = subjects.filter(({ service }) => services.includes(service));
  const { verification, unreached, failures } = await runVerification(session, options, { project, context, selected, found, foreigners });
  report.say({
    json: () => verification,
    text: () => {
      if (unreached === undefined) report.results(printVerification(verification, context.behaviour.product, { stream: world.stdout, style: report.style }));
    },
  });
  if (unreached !== undefined) throw explainUnreachable(verification, unreached);
  throwAll(failures);
  return verification.holds ? exitCodes.done : exitCodes.no;
}

/** What was seen is printed by then: it is not lost because a part of the run could not be carried out. */
function throwAll(failures: readonly ToolError[]): void {
  const [first, ...others] = failures;
  if (first === undefined) return;
  const { message, details, remedy } = first;
  throw new ToolError(message, { details: [...others.flatMap((other) => [...other.details, other.message]), ...details], ...(remedy === undefined ? {} : { remedy }) });
}

/** `--deep` and `--logs` change or read more than an address leads to. */
function refuseCombinations({ address, context, kubeconfig, deep, logs, status }: VerifyOptions): void {
  if (address !== undefined && context === undefined && kubeconfig === undefined && (deep === true || logs === true)) {
    const [option, what] = deep === true ? ['--deep', 'the cluster or the preview whose Secret it changes'] : ['--logs', 'the cluster whose logs it reads'];
    throw new UsageError(`${option} needs ${what}, and --address names neither`, {
      remedy: deep === true ? 'leave --address out, or name the cluster with --context' : 'name the cluster with --context',
    });
  }
  if (status !== undefined && (status < 100 || status > 599)) throw new UsageError(`no such status: ${status}`, { remedy: 'give one from 100 to 599' });
}

/** One sentence, instead of one for each service: what was seen is the same for all of them. */
function explainUnreachable({ address }: Verification, failure: ProbeFailure): ToolError {
  const remedies = {
    option: 'check the address, and whether something listens there',
    preview: 'look at the terminal of ingress-tls preview, or start it again',
    cluster: 'look whether this machine reaches the node and its port; --address HOST:PORT names another way in',
  };
  return new ToolError(`cannot reach ${printAddress(address)}: ${showFailure(failure)}`, { remedy: remedies[address.source] });
}
