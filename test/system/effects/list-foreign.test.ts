import { expect, it } from 'vitest';
import { createExec } from '../../../src/world/exec/exec.ts';
import { createKubectl } from '../../../src/world/kubectl/kubectl.ts';
import { answering, installStandIns, makeTemporaryFolder } from '../../support/effects/stand-in.ts';

/** Kind, name, uid, uids of the owners, deletion, type, Service of an EndpointSlice: as kubectl prints them. */
function line(kind: string, name: string, uid: string, owners = '', deletion = '', type = '', service = ''): string {
  return `${[kind, name, uid, owners, deletion, type, service].join('\t')}\n`;
}

const token = 'kubernetes.io/service-account-token';

const ours = line('Deployment', 'ic3', 'u1');

it.each<readonly [string, string, readonly string[]]>([
  ['ours and what belongs to it', line('ReplicaSet', 'ic3-1', 'u2', 'u1') + line('Pod', 'ic3-1-a', 'u3', 'u2'), []],
  [
    'what every namespace has',
    line('ConfigMap', 'kube-root-ca.crt', 'u4') +
      line('ServiceAccount', 'default', 'u5') +
      line('Secret', 'default-token-x', 'u6', '', '', token),
    [],
  ],
  ['a token that somebody made for a service account', line('Secret', 'ci', 'u12', '', '', token), ['Secret/ci']],
  [
    "the controller's election and somebody else's",
    line('Lease', 'ic3-leader', 'u13') + line('Lease', 'operator', 'u14') + line('ConfigMap', 'ic3-leader', 'u15'),
    ['Lease/operator', 'ConfigMap/ic3-leader'],
  ],
  [
    'a Service and its addresses',
    line('Service', 's', 'u16') + line('Endpoints', 's', 'u17') + line('EndpointSlice', 's-1', 'u18', '', '', '', 's'),
    ['Service/s'],
  ],
  ['addresses that follow their Service', line('EndpointSlice', 's-1', 'u19', 'gone', '', '', 's'), []],
  [
    'addresses of no Service',
    line('Endpoints', 'db', 'u20') +
      line('EndpointSlice', 'db', 'u21') +
      line('EndpointSlice', 'db-1', 'u22', '', '', '', 'db'),
    ['Endpoints/db', 'EndpointSlice/db', 'EndpointSlice/db-1'],
  ],
  ['what is being deleted already', line('Pod', 'late', 'u7', '', '2026-11-23T07:11:00Z'), []],
  [
    'a volume claim and a custom resource',
    line('PersistentVolumeClaim', 'data', 'u8') + line('Certificate', 'mine', 'u9'),
    ['PersistentVolumeClaim/data', 'Certificate/mine'],
  ],
  [
    'what belongs to something outside of the namespace',
    line('ConfigMap', 'made', 'u10', 'elsewhere'),
    ['ConfigMap/made'],
  ],
  ['another object with the name of ours', line('ConfigMap', 'ic3', 'u11'), ['ConfigMap/ic3']],
])('in a namespace with %s', async (_, others, foreign) => {
  const env = installStandIns({
    kubectl: answering([
      { when: ['api-resources'], stdout: 'configmaps\npods\nevents\ndeployments.apps\nleases.coordination.k8s.io\n' },
      { when: ['serviceaccounts'], stdout: 'default-token-x default-dockercfg\n\n' },
      { when: ['--selector=ingress-tls/controller=ic3'], stdout: ours },
      { when: ['configmaps,pods,deployments.apps,leases.coordination.k8s.io'], stdout: ours + others },
    ]),
  });
  const kubectl = createKubectl(createExec({ env, cwd: makeTemporaryFolder() }), { requestTimeout: 10 });
  expect(await kubectl.listForeign('ns', 'ingress-tls/controller=ic3', ['Lease/ic3-leader'])).toEqual(foreign);
});
