import { cpSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { expectGolden } from '../support/golden.ts';
import { inProject, threeModes } from '../support/prepared-project.ts';
import { runProgram, startProgram, type ProgramResult } from '../support/program.ts';
import { helm3, installedAnswers, oldClusterAnswers, type Answer } from '../support/stand-in-answers.ts';
import { installStandInCluster, isWrite, type Call } from '../support/stand-in-cluster.ts';
import { answersOf, readLiveCluster, type LiveCluster } from '../support/stand-in-live.ts';
import { until } from '../support/until.ts';
import { withPreview } from './preview-run.ts';
import { appliedAnswers } from './status-cluster.ts';

/** Takes away what .gitignore keeps out of a repository; returns what was taken: each key, as a file and in base64, by a line of it. */
function takeKeys(project: string): readonly string[] {
  const keys = readdirSync(join(project, 'certs')).filter((name) => name.endsWith('.key'));
  const lines = keys.flatMap((name) => {
    const text = readFileSync(join(project, 'certs', name), 'utf8');
    rmSync(join(project, 'certs', name));
    return [text.split('\n')[1] ?? '', Buffer.from(text).toString('base64').slice(40, 100)];
  });
  rmSync(join(project, 'secrets'), { recursive: true });
  expect(lines.length).toBeGreaterThan(8);
  return lines;
}

/** Runs `body` in a clone of the three modes: all files but the keys and secrets/. */
function inClone(body: (project: string, outside: string) => void): Promise<void> {
  return inProject(threeModes, (project, outside) => {
    takeKeys(project);
    body(project, outside);
  });
}

const readState = (project: string): string => readFileSync(join(project, '.ingress-tls/state.json'), 'utf8');
const listSecrets = (project: string): readonly string[] => readdirSync(join(project, 'secrets')).sort();
const authoritiesAlone = ['ic3-svc8-upstream-ca.yaml', 'ic3-svc9-client-ca.yaml'];

describe('a clone without keys, in its folder', () => {
  it('render makes what needs no key, names the rest, and leaves to git what it was', () =>
    inClone((project) => {
      const state = readState(project);
      const result = runProgram(['render'], { cwd: project });
      expectGolden('render-without-keys', ['render'], project, result);
      expect(result.exitCode).toBe(0);
      expect(listSecrets(project)).toEqual(authoritiesAlone);
      // Else the files of whoever has the keys would be nobody's once this one is committed.
      expect(readState(project)).toBe(state);
      expect(readdirSync(join(project, 'certs')).filter((name) => name.endsWith('.key'))).toEqual([]);
      const again = runProgram(['render', '--json'], { cwd: project });
      expect(JSON.parse(again.stdout)).toMatchObject({ created: [], replaced: [], removed: [], kept: [] });
    }));

  it('an authority that stands in one Secret with the certificate of the controller waits for the key as well', () =>
    inProject(
      threeModes.replace('mode: reencrypt', 'mode: reencrypt\n    upstreamClientCertificate: true'),
      (project) => {
        takeKeys(project);
        const result = runProgram(['render'], { cwd: project });
        expect(result.exitCode).toBe(0);
        expect(result.stderr).toContain('secrets/ic3-svc8-upstream-ca.yaml (certs/svc8-client.key)');
      },
    ));

  it('a Secret that is there, of whatever certificate, is neither replaced nor removed nor sent', () =>
    inProject(threeModes, (project, outside) => {
      rmSync(join(project, 'certs/svc8.key'));
      const path = join(project, 'secrets/ic3-svc8-tls.yaml');
      const before = readFileSync(path, 'utf8');
      expect(runProgram(['render', '--force'], { cwd: project }).exitCode).toBe(0);
      expect(readFileSync(path, 'utf8')).toBe(before);
      const cluster = installStandInCluster(outside);
      expect(runProgram(['apply'], { cwd: project, env: cluster.env })).toMatchObject({
        exitCode: 2,
        stderr: expect.stringContaining('certs/svc8.key') as string,
      });
    }));

  it('list says which keys are here', () =>
    inClone((project) => {
      expectGolden('list-without-keys', ['list'], project, runProgram(['list'], { cwd: project }));
      const { certificates } = JSON.parse(runProgram(['list', '--json'], { cwd: project }).stdout) as {
        readonly certificates: readonly { readonly hasKey: boolean }[];
      };
      expect(certificates.map(({ hasKey }) => hasKey)).toEqual(certificates.map(() => false));
    }));

  it('a service without a certificate of its own is added and removed; others need the key of the authority', () =>
    inClone((project) => {
      const config = (): string => readFileSync(join(project, 'ingress-tls.yaml'), 'utf8');
      expect(runProgram(['add-service', 'svc1', '--mode', 'terminate'], { cwd: project }).exitCode).toBe(0);
      const added = config();
      expect(added).toContain('svc1');
      for (const mode of ['reencrypt', 'passthrough']) {
        const refused = runProgram(['add-service', 'svc2', '--mode', mode], { cwd: project });
        expect(refused.exitCode).toBe(2);
        expect(refused.stderr).toContain('certs/ca.crt is here but its key certs/ca.key is not');
      }
      expect(config()).toBe(added);
      expect(runProgram(['remove-service', 'svc9'], { cwd: project }).exitCode).toBe(0);
      expect(listSecrets(project)).toEqual(['ic3-svc8-upstream-ca.yaml']);
    }));
});

describe('a clone without keys, and a preview', () => {
  it("verify proves what it can of a colleague's, and says what it skips", () =>
    inProject(threeModes, async (project, outside) => {
      const clone = join(outside, 'clone');
      cpSync(project, clone, { recursive: true });
      takeKeys(clone);
      await withPreview(project, { path: '/usr/bin:/bin' }, async ({ port }) => {
        const args = ['verify', '--address', `127.0.0.1:${port}`, '--json'];
        const { exitCode, stdout } = await startProgram(args, { cwd: clone }).ended;
        expect(exitCode).toBe(0);
        const { services } = JSON.parse(stdout) as {
          readonly services: readonly { readonly service: string; readonly checks: readonly object[] }[];
        };
        expect(services.find(({ service }) => service === 'svc9')?.checks).toContainEqual(
          expect.objectContaining({ check: 'client-certificate-right', status: 'skipped' }),
        );
      });
    }));

  it('preview serves what needs no key, and names what cannot be served', () =>
    inProject(threeModes, async (project) => {
      takeKeys(project);
      await withPreview(project, { path: '/usr/bin:/bin', args: [] }, async ({ stderr }) => {
        await until(() => stderr().includes('ic3-svc9-tls\n'));
        for (const [host, secret] of [
          ['svc7.example.test', 'ingress-controller-demo-tls-secret'],
          ['svc8.example.test', 'ingress-controller-demo-tls-secret'],
        ])
          expect(stderr()).toContain(`${host ?? ''}: there is no Secret default/${secret ?? ''}`);
        for (const name of ['ic3-svc8', 'ic3-svc9'])
          expect(stderr()).toContain(
            `Deployment default/${name}: its pod does not start: there is no Secret default/${name}-tls`,
          );
      });
    }));
});

describe('a clone without keys, and a cluster', () => {
  const chart = 'apiVersion: v1\nkind: Service\nmetadata:\n  name: "ic3-svc7"\n  namespace: "default"\n';
  const template: Answer = { tool: 'helm', when: ['template'], stdout: chart };

  interface Run extends ProgramResult {
    readonly calls: readonly Call[];
    readonly writes: readonly Call[];
    readonly folder: readonly string[];
  }

  /** Runs a command on a cluster that has the Secrets of whoever has the keys, and no release. */
  const run = async (
    args: readonly string[],
    change: (live: LiveCluster) => Partial<LiveCluster> = () => ({}),
    more: (project: string) => readonly Answer[] = () => [],
    config = threeModes,
  ): Promise<Run> => {
    let found: Run | undefined;
    await inProject(config, (project, outside) => {
      const cluster = installStandInCluster(outside);
      const live = readLiveCluster('helm', project, []);
      cluster.answer(...more(project), template, ...answersOf({ ...live, ...change(live) }));
      const keys = takeKeys(project);
      const result = runProgram(args, { cwd: project, env: cluster.env });
      const calls = cluster.calls();
      const told = [result.stdout, result.stderr, ...calls.flatMap((call) => [...call.args, call.stdin])].join('\n');
      for (const key of keys) expect(told).not.toContain(key);
      found = { ...result, calls, writes: calls.filter(isWrite), folder: readdirSync(project) };
    });
    if (found === undefined) throw new Error('nothing was run');
    return found;
  };
  const without =
    (...names: readonly string[]) =>
    ({ secrets }: LiveCluster): Partial<LiveCluster> => ({
      secrets: secrets.filter(({ metadata }) => !names.includes(metadata.name)),
    });
  const withAnotherCertificate = ({ secrets }: LiveCluster): Partial<LiveCluster> => {
    const [wildcard] = secrets.filter(({ metadata }) => metadata.name === 'ingress-controller-demo-tls-secret');
    return {
      secrets: secrets.map((secret) =>
        secret.metadata.name === 'ic3-svc9-tls' ? { ...secret, data: wildcard?.['data'] } : secret,
      ),
    };
  };
  /** Secrets that were sent, by the names in what kubectl was given. */
  const sent = ({ writes }: Run): readonly string[] =>
    writes.flatMap(({ stdin }) =>
      [...stdin.matchAll(/kind: "?Secret[\s\S]*?name: "?([\w-]+)/g)].map(([, name = '']) => name),
    );

  it('diff finds the Secrets as they should be', async () => {
    const result = await run(['diff', '--json']);
    expect(result).toMatchObject({ exitCode: 1, writes: [] });
    const { objects } = JSON.parse(result.stdout) as { readonly objects: readonly { readonly kind: string }[] };
    const secrets = objects.filter(({ kind }) => kind === 'Secret');
    expect(secrets.map((secret) => ({ ...secret, change: 'unchanged' }))).toEqual(secrets);
    expect(secrets).toHaveLength(5);
  });

  it('diff names the one that is not there, and the key that apply lacks', async () => {
    const result = await run(['diff'], without('ic3-svc8-tls'));
    expect(result.exitCode).toBe(1);
    expect(result.stdout).toContain(
      'create  Secret default/ic3-svc8-tls\n        apply cannot write it: certs/svc8.key',
    );
    expect(result.stderr).not.toContain('next: ingress-tls apply');
  });

  it.each([['apply'], ['apply', '--prune'], ['apply', '--dry-run']])(
    '%s %s leaves them as they are and says so',
    async (...args) => {
      const result = await run(args);
      expect(result.exitCode).toBe(0);
      expect(sent(result)).toEqual([]);
      expect(result.writes.flatMap((call) => call.args.filter((arg) => arg === 'delete'))).toEqual([]);
      expect(result.stderr).toContain('Secret default/ic3-svc8-tls (certs/svc8.key)');
      const upgrades = result.writes.filter((call) => call.args.includes('upgrade'));
      expect(upgrades).toHaveLength(args.includes('--dry-run') ? 0 : 3);
    },
  );

  it('apply brings those that hold an authority alone', async () => {
    const result = await run(['apply'], without('ic3-svc9-client-ca'));
    expect(result.exitCode).toBe(0);
    expect(sent(result)).toEqual(['ic3-svc9-client-ca']);
  });

  it.each([['apply'], ['apply', '--dry-run']])(
    '%s %s refuses before anything is changed where one is missing or of another certificate',
    async (...args) => {
      const result = await run(args, (live) => {
        const changed = withAnotherCertificate(live);
        return { ...changed, ...without('ic3-svc8-tls')({ ...live, ...changed }) };
      });
      expectGolden(`${args.join('-').replaceAll('--', '')}-without-keys`, args, '/no/folder', result);
      expect(result).toMatchObject({ exitCode: 2, writes: [] });
      expect(result.folder).not.toContain('secrets');
    },
  );

  it('takes a Secret for what it is, whoever made it', async () => {
    // The listing by our label does not show it.
    const unlisted: Answer = {
      tool: 'kubectl',
      when: ['--raw=/api/v1/namespaces/default/secrets?labelSelector'],
      stdout: '{"items":[]}',
    };
    const result = await run(['apply'], undefined, () => [unlisted]);
    expect(result.exitCode).toBe(0);
    expect([...sent(result)].sort()).toEqual(['ic3-svc8-upstream-ca', 'ic3-svc9-client-ca']);
  });

  it('without a cluster to look at, a dry run says which Secrets it would not send', async () => {
    const away: Answer = { tool: 'kubectl', when: ['config', 'view'], stderr: 'error: nothing\n', exitCode: 1 };
    const result = await run(['apply', '--dry-run'], undefined, () => [away]);
    expect(result.exitCode).toBe(0);
    expect(result.stdout).toContain('secrets/ic3-svc9-client-ca.yaml');
    expect(result.stdout).not.toMatch(/secrets\/\S*tls/);
    expect(result.stderr).toContain('secrets/ic3-svc8-tls.yaml (certs/svc8.key)');
  });

  it.each([
    [0, undefined],
    [2, without('ic3-svc8-tls')],
  ])('a cluster too old to compare is asked all the same: exit %i', async (exitCode, change) => {
    const old = threeModes.replace('certificate:', 'controller:\n  profile: ingress-nginx-0.15\ncertificate:');
    const result = await run(['apply'], change, () => [helm3, ...oldClusterAnswers], old);
    expect(result).toMatchObject({ exitCode });
    expect(sent(result).filter((name) => name.endsWith('-tls') || name.includes('demo'))).toEqual([]);
  });

  it('status finds nothing wrong with the Secrets', async () => {
    const services = ['svc7', 'svc8', 'svc9'].map((name) => ({ name }));
    const result = await run(['status', '--json'], undefined, (project) => {
      const { secrets } = readLiveCluster('helm', project, []);
      const items = secrets.map((secret) => ({ ...secret, kind: undefined, apiVersion: undefined }));
      return [
        {
          tool: 'kubectl',
          when: ['--raw=/api/v1/namespaces/default/secrets?labelSelector'],
          stdout: JSON.stringify({ kind: 'SecretList', items }),
        },
        ...appliedAnswers(project, services),
      ];
    });
    expect(result.stderr).toBe('');
    const { problems } = JSON.parse(result.stdout) as { readonly problems: readonly { readonly message: string }[] };
    expect(problems.filter(({ message }) => message.includes('Secret'))).toEqual([]);
  });

  it.each([['doctor'], ['graph']])('%s %s needs no key', async (...args) => {
    const result = await run(args);
    expect(result).toMatchObject({ exitCode: 0, writes: [] });
  });

  it('destroy takes the Secrets away as ever', async () => {
    const result = await run(['destroy', '--confirm', 'ic3'], undefined, () => installedAnswers);
    expect(result.exitCode).toBe(0);
    const deleted = result.writes.filter(({ args }) => args.includes('delete')).map(({ args }) => args.join(' '));
    expect(deleted.join('\n')).toContain('ic3-svc8-tls');
  });
});
