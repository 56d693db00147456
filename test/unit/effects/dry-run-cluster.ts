import type { Exec, ExternalCommand, ToolResult } from '../../../src/world/exec/exec.ts';
import type { KubeObject } from '../../../src/model/kube-object.ts';

// Texts captured from kubectl 1.35.2 against Kubernetes 1.35.4. One object alone and one of several are worded differently.

const advice = `Please review the fields above--they currently have other managers. Here
are the ways you can resolve this warning:
* If you intend to manage all of these fields, please re-run the apply
  command with the \`--force-conflicts\` flag.
* If you do not intend to manage all of the fields, please edit your
  manifest to remove references to the fields that should keep their
  current managers.
* You may co-own fields by updating your manifest to match the existing
  value; in this case, you'll become the manager if the other manager(s)
  stop managing the field (remove it from their configuration).
See https://kubernetes.io/docs/reference/using-api/server-side-apply/#conflicts
`;

export const oneConflict = `Apply failed with 1 conflict: conflict with "kubectl" with subresource "scale" using apps/v1: .spec.replicas\n${advice}`;
export const manyConflicts = `Apply failed with 5 conflicts: conflicts with "one":
- .data.a
- .data.b
conflicts with "two" using v1:
- .data.c
- .data.d
- .metadata.annotations.x.y/z
${advice}`;

export const quota =
  'Error from server (Forbidden): configmaps "b-over" is forbidden: exceeded quota: b-quota, requested: configmaps=1, used: configmaps=4, limited: configmaps=1\n';
export const podSecurity =
  'Error from server (Forbidden): pods "priv" is forbidden: violates PodSecurity "restricted:latest": privileged (container "x" must not set securityContext.privileged=true), runAsNonRoot != true (pod or container "x" must set securityContext.runAsNonRoot=true)\n';
export const invalidAlone =
  'The Service "taken" is invalid: spec.ports[0].nodePort: Invalid value: 31092: provided port is already allocated\n';
export const invalidAmongOthers =
  'Error from server (Invalid): Service "taken" is invalid: spec.ports[0].nodePort: Invalid value: 31092: provided port is already allocated\n';
export const unknownKind =
  'error: resource mapping not found for name: "x" namespace: "b-svc" from "STDIN": no matches for kind "Nothing" in version "foo.example/v1"\nensure CRDs are installed first\n';
export const unknownField =
  'Error from server: failed to create typed patch object (b-svc/unknownfield; /v1, Kind=ConfigMap): .dta: field not declared in schema\n';
export const mayNot =
  'Error from server (Forbidden): configmaps "x" is forbidden: User "nobody" cannot patch resource "configmaps" in API group "" in the namespace "b-svc"\n';
const warning = 'Warning: would violate PodSecurity "restricted:latest": allowPrivilegeEscalation != false\n';
export const unreachable =
  'The connection to the server 127.0.0.1:6443 was refused - did you specify the right host or port?\n';

export interface ClusterState {
  /** Existing namespaces; `default` when absent. */
  readonly namespaces?: readonly string[];
  readonly live?: readonly KubeObject[];
  /** Why an object is not taken; an object whose words are about conflicts is taken by force. */
  readonly words?: (object: KubeObject) => string | undefined;
  /** What the server makes of an object. */
  readonly merge?: (object: KubeObject) => KubeObject;
  /** Fails every call with these words. */
  readonly down?: string;
}

export interface RecordedExec extends Exec {
  readonly calls: { readonly args: readonly string[]; readonly objects: readonly KubeObject[] }[];
}

const key = ({ kind, metadata }: KubeObject): string => `${kind} ${metadata.namespace ?? ''} ${metadata.name}`;

/** kubectl in front of a cluster of that state: it goes on past failing objects, and prints nothing when one fails. */
export function kubectlOf({
  namespaces = ['default'],
  live = [],
  words = () => undefined,
  merge = (object) => object,
  down,
}: ClusterState): RecordedExec {
  const calls: RecordedExec['calls'] = [];
  const end = (exitCode: number, stdout: string, stderr = ''): ToolResult => ({
    exitCode,
    signal: undefined,
    stdout,
    stderr,
    isCut: false,
    durationMs: 1,
    timedOut: false,
    stillRunning: undefined,
  });
  const answer = ({ args }: ExternalCommand, objects: readonly KubeObject[]): ToolResult => {
    if (down !== undefined) return end(1, '', down);
    if (args.includes('namespaces'))
      return end(
        0,
        args
          .slice(args.indexOf('--') + 1)
          .filter((name) => namespaces.includes(name))
          .map((name) => `namespace/${name}\n`)
          .join(''),
      );
    if (args.includes('get')) {
      const found = objects.flatMap((object) => live.filter((other) => key(other) === key(object)));
      return end(
        0,
        found.length === 0 ? '' : JSON.stringify({ apiVersion: 'v1', items: found, kind: 'List', metadata: {} }),
      );
    }
    const isForced = args.includes('--force-conflicts');
    const failures = objects.flatMap((object) => {
      const said = words(object);
      return said === undefined || (isForced && said.includes('Apply failed')) ? [] : [said];
    });
    const alone = failures.length === 1 && failures[0]?.startsWith('Apply failed') === true ? 'error: ' : '';
    if (failures.length > 0) return end(1, '', warning + alone + failures.join(''));
    const merged = objects.map(merge);
    return end(
      0,
      JSON.stringify(merged.length === 1 ? merged[0] : { kind: 'List', apiVersion: 'v1', metadata: {}, items: merged }),
      warning,
    );
  };
  return {
    calls,
    run: (command, { stdin = '' }) => {
      const objects = stdin
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as KubeObject);
      calls.push({ args: command.args, objects });
      return Promise.resolve(answer(command, objects));
    },
  };
}
