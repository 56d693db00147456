import { certificateNameAnnotation } from '../../cert-manager/conditions.ts';
import { ownerLabel } from '../../kube/ownership.ts';
import type { Exec } from '../exec/exec.ts';
import { garbledAnswer } from '../exec/tool-failure.ts';
import { askKubectl, splitLines, type ClusterAccess } from './ask-kubectl.ts';

/** A Secret on the cluster, without any of its keys' values but certificates. */
export interface CertificateSecret {
  readonly name: string;
  readonly type: string;
  /** Names of all that it holds. */
  readonly keys: readonly string[];
  /** PEM of tls.crt; empty: there is none. */
  readonly certificate: string;
  /** PEM of ca.crt; empty: there is none. */
  readonly authority: string;
  /** The Certificate for which cert-manager keeps it; empty: it does not. */
  readonly issuedFor: string;
  /** The controller whose apply brought it, or had cert-manager make it; empty: none's. */
  readonly owner: string;
}

/** `index` of a key that is not there prints `<no value>`, unless something asks for it first. */
function printMember(map: string, key: string): string {
  return `{{with .${map}}}{{with index . "${key}"}}{{.}}{{end}}{{end}}`;
}

const columns = [
  '{{.metadata.name}}',
  '{{.type}}',
  '{{range $key, $_ := .data}}{{$key}} {{end}}',
  printMember('data', 'tls.crt'),
  printMember('data', 'ca.crt'),
  printMember('metadata.annotations', certificateNameAnnotation),
  printMember('metadata.labels', ownerLabel),
].join('{{"\\t"}}');

/** kubectl gives a list for several names, and the object itself for one. */
const template = `{{define "secret"}}${columns}{{"\\n"}}{{end}}{{if .items}}{{range .items}}{{template "secret" .}}{{end}}{{else}}{{template "secret" .}}{{end}}`;

/**
 * Those of the Secrets of these names that are there. No private key leaves kubectl.
 * @throws ToolError when kubectl or the cluster fails, or the user may not read them.
 */
export async function readCertificateSecrets(
  exec: Exec,
  access: ClusterAccess,
  namespace: string,
  names: readonly string[],
): Promise<ReadonlyMap<string, CertificateSecret>> {
  if (names.length === 0) return new Map();
  const what = `cannot see whether Secret ${namespace}/${names.join(', ')} is there`;
  const options = [`--namespace=${namespace}`, '--ignore-not-found=true', `-o=go-template=${template}`];
  const result = await askKubectl(exec, access, what, ['get', ...options, '--', 'secrets', ...names]);
  const decode = (text: string): string => Buffer.from(text, 'base64').toString('utf8');
  return new Map(
    splitLines(result.stdout).map((line) => {
      const [name, type, keys, certificate, authority, issuedFor = '', owner = ''] = line.split('\t');
      if (name === undefined || type === undefined || keys === undefined) throw garbledAnswer('kubectl', what, result);
      return [
        name,
        {
          ...{ name, type, keys: keys.split(' ').filter((key) => key !== '') },
          certificate: decode(certificate ?? ''),
          authority: decode(authority ?? ''),
          ...{ issuedFor, owner },
        },
      ];
    }),
  );
}
