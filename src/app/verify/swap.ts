import { ToolError, UsageError } from '../../errors.ts';
import { deepJournalPath, type DeepJournal } from '../../world/files/deep-journal.ts';
import type { ToolResult } from '../../world/exec/exec.ts';
import { explainFailure, hasFailed } from '../../world/exec/tool-failure.ts';
import type { ProjectFiles } from '../../world/files/files.ts';
import type { FoundData, Kubectl } from '../../world/kubectl/kubectl.ts';
import { printObject, readOwnData } from '../../world/files/object-text.ts';
import { applyCommand } from '../../kube/commands.ts';
import { ownerLabel } from '../../kube/ownership.ts';
import { printYaml } from '../../kube/yaml.ts';
import type { ControllerProfile } from '../../model/controller-profile.ts';
import type { DesiredObject } from '../../project/desired-objects.ts';
import type { ClusterTools } from '../cluster/tools.ts';
import type { OpenedCluster } from './address.ts';

/** Where the Secrets or ConfigMaps lie that `verify --deep` changes. */
export interface AuthorityStore {
  readonly journalTarget: DeepJournal['target'];
  /** Milliseconds in which whoever reads the Secrets has read a changed one. */
  readonly longestWait: number;
  /** Why a Secret must not be touched, because it is not ours or not there; undefined when it may. */
  readonly refuse: (secret: DesiredObject) => Promise<string | undefined>;
  /** Why a Secret must not be changed for a moment: also because it does not hold what would be put back. */
  readonly refuseChange: (secret: DesiredObject) => Promise<string | undefined>;
  /**
   * Puts another text in the place of each of the Secret's data.
   * @returns why that was refused, when it is known that nothing was changed.
   * @throws ToolError when it failed and may have changed something all the same.
   */
  readonly replace: (secret: DesiredObject, text: string) => Promise<ToolError | undefined>;
  /** Puts back what was replaced, or, after another run's death, the project's own. @throws ToolError or UsageError when that fails. */
  readonly putBack: (secret: DesiredObject) => Promise<void>;
}

/** Milliseconds for sending one Secret. */
const sendLimitMs = 60_000;

/** The Secrets on a cluster, changed as apply does: on standard input, never in an argument. */
export function authoritiesOnCluster(
  { tools, found }: OpenedCluster,
  {
    files,
    profile,
    controllerName,
  }: { readonly files: ProjectFiles; readonly profile: ControllerProfile; readonly controllerName: string },
): AuthorityStore {
  const originals = new Map<string, string>();
  /** @returns how it ended, and why it failed; `what`: as for explainFailure. */
  const send = async (
    { path }: DesiredObject,
    stdin: string,
    what: string,
  ): Promise<{ readonly result: ToolResult; readonly failure?: ToolError }> => {
    const command = applyCommand({
      files: [path],
      method: profile.applyMethod,
      forceConflicts: false,
      ...tools.connection,
    });
    const result = await tools.exec.run(command, { timeoutMs: sendLimitMs, stdin });
    return { result, ...(hasFailed(result) && { failure: explainFailure(command, what, result) }) };
  };
  const refuseChange = (secret: DesiredObject): Promise<string | undefined> =>
    refuseDifferent(tools, secret, controllerName, files);
  return {
    journalTarget: { kind: 'cluster', context: found.context, server: found.server },
    longestWait: profile.noticesChangesWithin,
    refuse: (secret) => refuseOthers(tools, secret, controllerName),
    refuseChange,
    replace: async (secret, text) => {
      // What is in certs/ may change while the hop is broken.
      originals.set(secret.path, printOwn(files, secret));
      const { result, failure } = await send(
        secret,
        printFilled(files, secret, text),
        `cannot replace ${describe(secret)}`,
      );
      if (failure === undefined) return undefined;
      // A kubectl that was cut off, or lost the connection, may have got its request through.
      const isUnchanged =
        result.exitCode !== undefined && !result.timedOut && (await refuseChange(secret).catch(() => '')) === undefined;
      if (isUnchanged) return failure;
      throw failure;
    },
    putBack: async (secret) => {
      const { failure } = await send(
        secret,
        originals.get(secret.path) ?? printOwn(files, secret),
        `cannot put ${describe(secret)} back`,
      );
      if (failure !== undefined) throw nameJournal(failure);
    },
  };
}

/** The files in secrets/, which a preview watches. */
export function authoritiesOfPreview(files: ProjectFiles): AuthorityStore {
  const originals = new Map<string, string>();
  const write = (path: string, text: string): void => {
    files.writeAtomic(path, text, { mode: 0o600, durable: true });
  };
  const refuse: AuthorityStore['refuse'] = ({ path }) =>
    Promise.resolve(files.exists(path) ? undefined : `${path} is not there: ingress-tls render makes it`);
  return {
    journalTarget: { kind: 'preview' },
    longestWait: 8_000,
    refuse,
    // Every byte of the file is put back, whatever it holds.
    refuseChange: refuse,
    replace: (secret, text) => {
      const original = files.readText(secret.path);
      if (original !== undefined) originals.set(secret.path, original);
      write(secret.path, printFilled(files, secret, text));
      return Promise.resolve(undefined);
    },
    putBack: (secret) => {
      write(secret.path, originals.get(secret.path) ?? printOwn(files, secret));
      return Promise.resolve();
    },
  };
}

/** `Secret default/ic3-svc8-upstream-ca`. */
export function describe({ content: { object } }: DesiredObject): string {
  return `${object.kind} ${object.metadata.namespace ?? ''}/${object.metadata.name}`;
}

/** The same failure, with what to do about a Secret that stays broken. */
export function nameJournal({ message, details, remedy }: ToolError): ToolError {
  const more = `ingress-tls verify and apply try again before anything else; if you put it right yourself, delete ${deepJournalPath}`;
  return new ToolError(message, {
    details,
    remedy: [...(remedy === undefined ? [] : [remedy]), more].join('\n      '),
  });
}

async function refuseOthers(
  { kubectl }: ClusterTools,
  secret: DesiredObject,
  controllerName: string,
): Promise<string | undefined> {
  return explainOthers(await read(kubectl, secret), secret, controllerName);
}

/** What is in certs/ may be newer than the cluster, or a person may have changed the Secret: putting certs/ back would then break the hop for good. */
async function refuseDifferent(
  { kubectl }: ClusterTools,
  secret: DesiredObject,
  controllerName: string,
  files: ProjectFiles,
): Promise<string | undefined> {
  const own = readOwnData(secret.content, files);
  if (own === undefined)
    return `${Object.values(secret.content.data).join(', ')} is not there, so that it could not be put back`;
  const found = await read(kubectl, secret);
  const isOwn = Object.entries(own).every(([key, value]) => found?.data[key] === value);
  return (
    explainOthers(found, secret, controllerName) ??
    (isOwn
      ? undefined
      : `${describe(secret)} on the cluster holds something else than ${Object.values(secret.content.data).join(', ')}: ingress-tls apply brings it`)
  );
}

function read(kubectl: Kubectl, { content: { object } }: DesiredObject): Promise<FoundData | undefined> {
  return kubectl.readData(
    object.kind === 'Secret' ? 'Secret' : 'ConfigMap',
    object.metadata.namespace ?? '',
    object.metadata.name,
  );
}

function explainOthers(
  found: FoundData | undefined,
  secret: DesiredObject,
  controllerName: string,
): string | undefined {
  const isOurs = found?.labels[ownerLabel] === controllerName;
  return isOurs
    ? undefined
    : `${describe(secret)} on the cluster is not there or has no label ${ownerLabel}=${controllerName}: ingress-tls apply brings it`;
}

/** The pair that the controller shows lies beside the authority, and stays as it is. */
function printFilled(files: ProjectFiles, { content }: DesiredObject, text: string): string {
  const encoded = content.object.kind === 'Secret' ? Buffer.from(text, 'utf8').toString('base64') : text;
  const filled = Object.keys(content.data).filter((key) => !key.startsWith('tls.'));
  const data = { ...readOwnData(content, files), ...Object.fromEntries(filled.map((key) => [key, encoded])) };
  return printYaml([{ ...content.object, data }]);
}

function printOwn(files: ProjectFiles, secret: DesiredObject): string {
  const text = printObject(secret.content, files);
  if (text === undefined) {
    throw new UsageError(
      `cannot put ${describe(secret)} back: ${Object.values(secret.content.data).join(', ')} is not there`,
      {
        remedy: 'restore it from a backup, then run ingress-tls verify again',
      },
    );
  }
  return text;
}
