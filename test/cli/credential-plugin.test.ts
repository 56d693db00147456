import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { describeUnless, describeWithTool } from '../support/describe-with.ts';
import { inFreshFolder, runProgram, startProgram } from '../support/program.ts';
import { startAtTerminal, terminalMissing } from '../support/terminal.ts';
import { pathWith } from '../support/tools.ts';
import { serveTls, writeKubeconfig } from '../support/effects/fake-api-server.ts';

/** A program that gives credentials to whoever types the code, and keeps them. */
function writePlugin(folder: string): string {
  const path = join(folder, 'log-in');
  const credential = JSON.stringify({
    apiVersion: 'client.authentication.k8s.io/v1',
    kind: 'ExecCredential',
    status: { token: 'kept-token' },
  });
  writeFileSync(
    path,
    `#!/bin/sh
if [ ! -e '${folder}/kept' ]; then
  printf 'Open https://login.test and type the code: ' >&2
  read -r answer || { echo 'nobody is there' >&2; exit 1; }
  [ "$answer" = ABCD ] || { echo 'wrong code' >&2; exit 1; }
  touch '${folder}/kept'
  echo asked >> '${folder}/asked'
fi
echo '${credential}'
`,
    { mode: 0o755 },
  );
  return path;
}

async function writeCluster(folder: string, interactiveMode: string): Promise<Readonly<Record<string, string>>> {
  const { url, authority } = await serveTls(new Date('2049-01-01'), ({ headers }, response) => {
    const isKnown = headers.authorization === 'Bearer kept-token';
    response
      .writeHead(isKnown ? 200 : 401, { 'content-type': 'application/json' })
      .end(JSON.stringify({ major: '1', minor: '35', gitVersion: 'v1.35.0' }));
  });
  const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: writePlugin(folder), interactiveMode };
  return { PATH: pathWith('kubectl1.35'), KUBECONFIG: writeKubeconfig(url, { authority, user: { exec } }) };
}

describeWithTool('kubectl1.35', 'a credential plugin that talks to a person, with the real kubectl', () => {
  describeUnless(terminalMissing(), 'at a terminal', () => {
    it('has the terminal, is heard while it waits, and is asked once', async () => {
      await inFreshFolder(async (folder) => {
        const env = await writeCluster(folder, 'IfAvailable');
        const session = startAtTerminal(['doctor', '--no-color'], { cwd: folder, env });
        await session.waitFor('type the code: ');
        session.press('ABCD\r');
        const { text } = await session.ended;
        expect(text).toMatch(/^ok {7}cluster: context here, server https:\S+, Kubernetes v1\.35\.0/m);
        expect(text.match(/type the code/g)).toHaveLength(1);
      });
    });

    it('says why it failed', async () => {
      await inFreshFolder(async (folder) => {
        const session = startAtTerminal(['doctor', '--no-color'], {
          cwd: folder,
          env: await writeCluster(folder, 'IfAvailable'),
        });
        await session.waitFor('type the code: ');
        session.press('WXYZ\r');
        const { text } = await session.ended;
        expect(text).toContain('log-in, the program that gives credentials, failed');
        // As it waits, or with the failure: a busy machine sees its end late, and then both.
        expect(text).toContain('wrong code');
      });
    });
  });

  it('without a terminal gets none, and its words are shown', async () => {
    await inFreshFolder(async (folder) => {
      const { ended } = startProgram(['doctor'], { cwd: folder, env: await writeCluster(folder, 'IfAvailable') });
      const { stdout } = await ended;
      expect(stdout).toContain('log-in, the program that gives credentials, failed');
      expect(stdout).toContain('Open https://login.test and type the code: nobody is there');
    });
  });

  it('and wants the terminal each time is refused, with a remedy that helps', async () => {
    await inFreshFolder(async (folder) => {
      const env = await writeCluster(folder, 'Always');
      const { stdout } = await startProgram(['doctor'], { cwd: folder, env }).ended;
      expect(stdout).toContain('wants the terminal each time (interactiveMode: Always)');
      const remedy = /-> Let it do without where it can: kubectl (config .*)$/m.exec(stdout)?.[1] ?? '';
      const { spawnSync } = await import('node:child_process');
      expect(spawnSync('kubectl', remedy.split(' '), { env }).status).toBe(0);
      writeFileSync(join(folder, 'kept'), '');
      expect((await startProgram(['doctor'], { cwd: folder, env }).ended).stdout).toMatch(/^ok {7}cluster: /m);
    });
  });
});

it('a kubeconfig that is not there is named', async () => {
  await inFreshFolder((folder) => {
    const named = runProgram(['doctor', '--kubeconfig', 'nope'], { cwd: folder });
    expect(named).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('error: cannot use --kubeconfig nope: there is no such file') as string,
    });
  });
});

describeWithTool('kubectl', 'which kubeconfig, with the real kubectl', () => {
  it('is named when it says nothing', async () => {
    await inFreshFolder((folder) => {
      writeFileSync(join(folder, 'empty'), '');
      const env = { PATH: pathWith('kubectl'), KUBECONFIG: 'gone:empty' };
      const { stdout } = runProgram(['doctor'], { cwd: folder, env });
      expect(stdout).toContain(
        `no cluster is chosen: ${join(folder, 'gone')} is not there, ${join(folder, 'empty')} has no current context`,
      );
      expect(runProgram(['doctor', '--kubeconfig', 'empty'], { cwd: folder, env }).stdout).toContain(
        `no cluster is chosen: ${join(folder, 'empty')} has no current context`,
      );
    });
  });
});
