import { describe, expect, it } from 'vitest';
import { createExec, type ExternalCommand } from '../../../src/world/exec/exec.ts';
import { keepsRecordsInCluster, listReleaseRecords } from '../../../src/world/helm/release-records.ts';
import { ToolError } from '../../../src/errors.ts';
import type { ReleaseRecord } from '../../../src/model/changes.ts';
import { answering, failureOf, installStandIns, makeTemporaryFolder } from '../../support/effects/stand-in.ts';

interface Answer {
  readonly stdout?: string;
  readonly stderr?: string;
  readonly exitCode?: number;
}

async function listThat(
  answer: Answer,
  driver?: string,
): Promise<{ readonly records: readonly ReleaseRecord[]; readonly commands: readonly ExternalCommand[] }> {
  const commands: ExternalCommand[] = [];
  const env = installStandIns({ kubectl: answering([{ when: [], ...answer }]) });
  const exec = createExec({ env, cwd: makeTemporaryFolder(), onCommand: (command) => commands.push(command) });
  return {
    records: await listReleaseRecords(exec, { connection: { context: 'prod' }, requestTimeout: 10, driver }),
    commands,
  };
}

// Captured from kubectl 1.35.2 against Kubernetes 1.35.4; helm 4.1.4 wrote the records, and was killed while it wrote the second one of `cap`.
const digest = '852a90cc939af27d4dbc352d75ba80c762f4efd2';
const secrets = [
  `b-h3    sh.helm.release.v1.icb-svc7.v1   helm.sh/release.v1   1     33m   modifiedAt=1795417787,name=icb-svc7,owner=helm,status=deployed,version=1`,
  `t-cap   sh.helm.release.v1.cap.v1        helm.sh/release.v1   1     11s   ingress-tls/controller=ict,ingress-tls/digest=${digest}.1,modifiedAt=1795419895,name=cap,owner=helm,status=deployed,version=1`,
  `t-cap   sh.helm.release.v1.cap.v2        helm.sh/release.v1   1     10s   createdAt=1795419896,ingress-tls/controller=ict,ingress-tls/digest=${digest}.2,modifiedAt=1795419895,name=cap,owner=helm,status=pending-upgrade,version=2`,
];
const configMap =
  't-cap   sh.helm.release.v1.capc.v1   1     1s    ingress-tls/controller=ict,modifiedAt=1795419906,name=capc,owner=helm,status=uninstalled,version=1';

const lines = (...texts: readonly string[]): string => texts.map((text) => `${text}\n`).join('');
const line = (labels: string): string => `shop   sh.helm.release.v1.a.v1   helm.sh/release.v1   1   1m   ${labels}`;

describe('listReleaseRecords', () => {
  it('reads the newest revision of each release, whoever owns it', async () => {
    expect((await listThat({ stdout: lines(...secrets) })).records).toEqual([
      { name: 'icb-svc7', namespace: 'b-h3', revision: 1, status: 'deployed', modifiedAt: 1795417787 },
      // Made a second after what it says that it was modified.
      {
        name: 'cap',
        namespace: 't-cap',
        revision: 2,
        status: 'pending-upgrade',
        modifiedAt: 1795419896,
        owner: 'ict',
        digest,
      },
    ]);
  });

  it('asks once, for names and labels alone', async () => {
    const { commands } = await listThat({ stdout: lines(...secrets) });
    expect(commands).toEqual([
      {
        tool: 'kubectl',
        effect: 'read',
        args: [
          ...['--context=prod', '--request-timeout=10s', 'get', 'secrets', '--all-namespaces', '--selector=owner=helm'],
          ...[
            '--field-selector=type=helm.sh/release.v1',
            '--show-labels=true',
            '--no-headers=true',
            '--ignore-not-found=true',
          ],
        ],
      },
    ]);
  });

  it.each(['configmap', 'configmaps', 'ConfigMap'])('reads ConfigMaps where HELM_DRIVER is %s', async (driver) => {
    const { records, commands } = await listThat({ stdout: lines(configMap) }, driver);
    expect(records).toEqual([
      { name: 'capc', namespace: 't-cap', revision: 1, status: 'uninstalled', modifiedAt: 1795419906, owner: 'ict' },
    ]);
    expect(commands[0]?.args).toContain('configmaps');
  });

  it('counts revisions as numbers, in whatever order they come', async () => {
    const revision = (number: number): string =>
      line(`name=a,owner=helm,status=${number === 10 ? 'deployed' : 'superseded'},version=${number}`);
    for (const order of [
      [9, 10, 2],
      [10, 9, 2],
      [2, 9, 10],
    ]) {
      expect((await listThat({ stdout: lines(...order.map(revision)) })).records).toEqual([
        { name: 'a', namespace: 'shop', revision: 10, status: 'deployed' },
      ]);
    }
  });

  it.each<readonly [string, readonly string[], boolean]>([
    [
      'a rollback by helm, which carries the labels of the revision that it goes back to',
      [`${digest}.1`, `${digest.replace('8', '9')}.2`, `${digest}.1`],
      true,
    ],
    ['an upgrade by hand, which carries those of the revision before', [`${digest}.1`, `${digest}.1`], false],
    ['a second upgrade by hand', [`${digest}.1`, `${digest}.1`, `${digest}.1`], false],
    [
      'an upgrade by hand after a rollback',
      [`${digest}.1`, `${digest.replace('8', '9')}.2`, `${digest}.1`, `${digest}.1`],
      false,
    ],
    ['a rollback of which the revision before is not there any more', ['', '', `${digest}.1`], false],
  ])('knows what it was made from: %s', async (_, made, isKnown) => {
    const revisions = made
      .map((label, index) =>
        line(
          `ingress-tls/controller=ict,ingress-tls/digest=${label},ingress-tls/project=a.test,name=a,owner=helm,status=deployed,version=${index + 1}`,
        ),
      )
      .filter((text) => !text.includes('digest=,'));
    const known = {
      name: 'a',
      namespace: 'shop',
      revision: made.length,
      status: 'deployed',
      owner: 'ict',
      project: 'a.test',
    };
    expect((await listThat({ stdout: lines(...revisions) })).records).toEqual([isKnown ? { ...known, digest } : known]);
  });

  it('tells releases of one name apart by their namespaces', async () => {
    const labels = 'name=a,owner=helm,status=deployed,version=1';
    const { records } = await listThat({ stdout: lines(line(labels), line(labels).replace('shop', 'other')) });
    expect(records.map(({ namespace }) => namespace)).toEqual(['shop', 'other']);
  });

  it('finds nothing in an empty answer', async () => {
    expect((await listThat({ stdout: '' })).records).toEqual([]);
  });

  it.each([
    ['no labels', line('<none>')],
    ['no status', line('name=a,owner=helm,version=1')],
    ['no name', line('owner=helm,status=deployed,version=1')],
    ['a revision that is no number', line('name=a,owner=helm,status=deployed,version=one')],
    ['a revision beyond all numbers', line('name=a,owner=helm,status=deployed,version=99999999999999999999')],
  ])('passes over a row with %s, as anybody can make one', async (_, row) => {
    const good = line('name=b,owner=helm,status=deployed,version=1');
    expect((await listThat({ stdout: lines(row, good) })).records).toEqual([
      { name: 'b', namespace: 'shop', revision: 1, status: 'deployed' },
    ]);
  });

  it.each([
    ['of the revision before', `${digest}.1`],
    ['without a revision', digest],
    ['that is none', 'abc.2'],
  ])('does not take a digest %s for the newest revision’s: helm hands labels on', async (_, value) => {
    const { records } = await listThat({
      stdout: lines(line(`ingress-tls/digest=${value},name=a,owner=helm,status=deployed,version=2`)),
    });
    expect(records).toEqual([{ name: 'a', namespace: 'shop', revision: 2, status: 'deployed' }]);
  });

  it.each([
    ['text of another program', '<html>Welcome</html>'],
    ['a line that broke off', lines(secrets[0] ?? '').slice(0, 40)],
  ])('says that %s is no answer', async (_, stdout) => {
    const error = await failureOf(() => listThat({ stdout: `${stdout}\n` }));
    expect(error).toBeInstanceOf(ToolError);
    expect((error as ToolError).message).toBe('cannot list the helm releases: kubectl answered something unexpected');
  });

  it('takes no time from a record whose times are garbage', async () => {
    const { records } = await listThat({
      stdout: lines(line('createdAt=never,modifiedAt=1,name=a,owner=helm,status=deployed,version=1')),
    });
    expect(records).toEqual([{ name: 'a', namespace: 'shop', revision: 1, status: 'deployed' }]);
  });

  it('passes a failure of the cluster on', async () => {
    const stderr =
      'Error from server (Forbidden): secrets is forbidden: User "me" cannot list resource "secrets" in API group "" at the cluster scope\n';
    const error = await failureOf(() => listThat({ stderr, exitCode: 1 }));
    expect((error as ToolError).message).toContain('your user of the cluster may not do this');
  });
});

it.each([
  [undefined, true],
  ['', true],
  ['secret', true],
  ['secrets', true],
  ['configmap', true],
  ['sql', false],
  ['memory', false],
] as const)('keepsRecordsInCluster: HELM_DRIVER %j: %s', (driver, expected) => {
  expect(keepsRecordsInCluster(driver)).toBe(expected);
});
