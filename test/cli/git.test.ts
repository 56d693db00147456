import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { inProject, threeModes } from '../support/prepared-project.ts';
import { runProgram } from '../support/program.ts';
import { installStandInCluster } from '../support/stand-in-cluster.ts';

const unchanged = { exitCode: 0, stdout: expect.stringMatching(/^unchanged {2}\d+ files\n$/) as string };

function git(folder: string, ...args: readonly string[]): string {
  const settings = [
    'user.name=a',
    'user.email=a@example.test',
    'commit.gpgSign=false',
    'init.defaultBranch=main',
  ].flatMap((setting) => ['-c', setting]);
  return execFileSync('git', [...settings, ...args], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

function commitAll(project: string, message = 'state'): void {
  git(project, 'add', '--all');
  git(project, 'commit', '-m', message);
}

/** The digests by which releases know their charts, in what helm is given. */
function findDigests(commands: string): readonly string[] {
  return [...commands.matchAll(/ingress-tls\/digest=[0-9a-f]{40}/g)].map(([text]) => text).sort();
}

describe('a project in git, checked out with core.autocrlf=true', () => {
  it.each([true, false])('is the same project (.gitattributes in the commit: %s)', async (hasAttributes) => {
    await inProject(threeModes, (project, outside) => {
      if (!hasAttributes) rmSync(join(project, '.gitattributes'));
      git(project, 'init', '-q');
      commitAll(project);
      git(outside, '-c', 'core.autocrlf=true', 'clone', '-q', project, 'laptop');
      const laptop = join(outside, 'laptop');
      expect(readFileSync(join(laptop, 'ingress-tls.yaml'), 'utf8')).toContain('\r\n');
      for (const path of [
        'charts/svc7/templates/deployment.yaml',
        'charts/svc9/.helmignore',
        'manifests/ic3-mandatory.yaml',
        'certs/ca.crt',
        'schema.json',
        '.ingress-tls/state.json',
      ]) {
        expect(readFileSync(join(laptop, path), 'utf8').includes('\r'), path).toBe(!hasAttributes);
      }
      // Keys come another way.
      for (const name of readdirSync(join(project, 'certs'))) {
        if (name.endsWith('.key')) cpSync(join(project, 'certs', name), join(laptop, 'certs', name));
      }
      expect(runProgram(['render'], { cwd: laptop })).toMatchObject(
        hasAttributes
          ? { exitCode: 0 }
          : {
              exitCode: 0,
              stdout: expect.stringMatching(
                /^created {4}\.gitattributes\n(?:.*secrets.*\n)*unchanged {2}\d+ files\n$/,
              ) as string,
            },
      );
      expect(runProgram(['render'], { cwd: laptop })).toMatchObject(unchanged);
      expect(readFileSync(join(laptop, 'secrets/ic3-svc8-tls.yaml'), 'utf8')).toBe(
        readFileSync(join(project, 'secrets/ic3-svc8-tls.yaml'), 'utf8'),
      );
      const cluster = installStandInCluster(outside);
      const planned = runProgram(['apply', '--dry-run'], { cwd: project, env: cluster.env }).stdout;
      expect(findDigests(planned)).toHaveLength(3);
      expect(runProgram(['apply'], { cwd: laptop, env: cluster.env })).toMatchObject({ exitCode: 0 });
      expect(
        findDigests(
          cluster
            .calls('helm')
            .flatMap(({ args }) => args)
            .join(' '),
        ),
      ).toEqual(findDigests(planned));
    });
  });

  it('shows of a file that was edited there what was edited', async () => {
    await inProject(threeModes, (project) => {
      const path = join(project, 'charts/svc7/templates/service.yaml');
      writeFileSync(
        path,
        readFileSync(path, 'utf8').replace('kind: Service\n', 'kind: Service # mine\n').replaceAll('\n', '\r\n'),
      );
      const { exitCode, stderr } = runProgram(['render'], { cwd: project });
      expect(exitCode).toBe(1);
      expect(stderr.split('\n').filter((line) => /^[-+](?![-+])/.test(line))).toEqual([
        '-kind: Service # mine',
        '+kind: Service',
      ]);
    });
  });
});

describe('two branches that each add a service', () => {
  it.each(['by the generated .gitattributes', 'with the marks of a conflict in every file'])(
    'make one project: merged %s',
    async (how) => {
      await inProject(threeModes, (project) => {
        const isUnion = how.startsWith('by');
        git(project, 'init', '-q');
        if (!isUnion)
          writeFileSync(
            join(project, '.gitattributes'),
            `${readFileSync(join(project, '.gitattributes'), 'utf8')}/.ingress-tls/state.json merge\n`,
          );
        commitAll(project);
        for (const [branch, mode] of [
          ['tea', 'reencrypt'],
          ['two', 'passthrough'],
        ] as const) {
          git(project, 'checkout', '-q', '-b', branch, 'main');
          expect(runProgram(['add-service', branch, '--mode', mode], { cwd: project }).exitCode).toBe(0);
          commitAll(project, branch);
        }
        // Both stand at the end of ingress-tls.yaml, and that is for a person to say; nothing else is.
        expect(() => git(project, 'merge', 'tea')).toThrow();
        expect(git(project, 'diff', '--name-only', '--diff-filter=U').trim().split('\n')).toEqual([
          ...(isUnion ? [] : ['.ingress-tls/state.json']),
          'ingress-tls.yaml',
        ]);
        const config = join(project, 'ingress-tls.yaml');
        writeFileSync(config, readFileSync(config, 'utf8').replace(/^(?:<{7}|={7}|>{7}).*\n/gm, ''));
        expect((parse(readFileSync(config, 'utf8')) as { services: readonly unknown[] }).services).toHaveLength(5);
        expect(runProgram(['render'], { cwd: project })).toMatchObject({
          exitCode: 0,
          stderr: expect.not.stringContaining('kept') as string,
        });
        const state = JSON.parse(readFileSync(join(project, '.ingress-tls/state.json'), 'utf8')) as {
          files: Readonly<Record<string, readonly string[]>>;
        };
        const recorded = Object.entries(state.files);
        expect(recorded.filter(([path, digests]) => digests.length !== 1 || !existsSync(join(project, path)))).toEqual(
          [],
        );
        expect(recorded.map(([path]) => path)).toEqual(
          expect.arrayContaining([
            'charts/tea/Chart.yaml',
            'charts/two/Chart.yaml',
            'secrets/ic3-tea-tls.yaml',
            'secrets/ic3-two-client-ca.yaml',
          ]),
        );
        expect(runProgram(['render'], { cwd: project })).toMatchObject(unchanged);
      });
    },
  );
});
