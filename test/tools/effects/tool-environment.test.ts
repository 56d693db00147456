import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createExec, type ToolResult } from '../../../src/world/exec/exec.ts';
import { describeWithTool } from '../../support/describe-with.ts';
import { serve, writeKubeconfig } from '../../support/effects/fake-api-server.ts';
import { makeTemporaryFolder } from '../../support/effects/stand-in.ts';
import { pathWith } from '../../support/tools.ts';

function runWith(
  tool: 'kubectl1.35' | 'helm' | 'helm3',
  env: Readonly<Record<string, string>>,
  args: readonly string[],
): Promise<ToolResult> {
  const home = env['HOME'] ?? makeTemporaryFolder();
  const exec = createExec({ env: { PATH: pathWith(tool), HOME: home, ...env }, cwd: home });
  return exec.run({ tool: tool === 'kubectl1.35' ? 'kubectl' : 'helm', effect: 'read', args }, { timeoutMs: 60_000 });
}

describeWithTool('kubectl1.35', 'the real kubectl', () => {
  it.each([
    ['in the home folder', (home: string) => ({ HOME: home })],
    ['by KUBERC', (home: string) => ({ KUBERC: join(home, '.kube/kuberc') })],
    [
      'by KUBERC with the gate open',
      (home: string) => ({ KUBERC: join(home, '.kube/kuberc'), KUBECTL_KUBERC: 'true' }),
    ],
  ])('takes no defaults from a kuberc %s', async (_, choose) => {
    const home = makeTemporaryFolder();
    mkdirSync(join(home, '.kube'));
    const defaults = [{ command: 'version', options: [{ name: 'client', default: 'true' }] }];
    writeFileSync(
      join(home, '.kube/kuberc'),
      JSON.stringify({ apiVersion: 'kubectl.config.k8s.io/v1beta1', kind: 'Preference', defaults }),
    );
    const url = await serve((_request, response) =>
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ major: '1', minor: '35', gitVersion: 'v1.35.0' })),
    );
    const { stdout } = await runWith('kubectl1.35', { ...choose(home), KUBECONFIG: writeKubeconfig(url) }, [
      'version',
      '-o=json',
    ]);
    expect(JSON.parse(stdout)).toHaveProperty('serverVersion.gitVersion', 'v1.35.0');
  });
});

for (const tool of ['helm', 'helm3'] as const) {
  describeWithTool(tool, `the real ${tool}`, () => {
    it('says the same of a chart that is no YAML with HELM_DEBUG, and nothing of plugins', async () => {
      const folder = makeTemporaryFolder();
      mkdirSync(join(folder, 'chart/templates'), { recursive: true });
      writeFileSync(join(folder, 'chart/Chart.yaml'), 'apiVersion: v2\nname: chart\nversion: 0.1.0\n');
      writeFileSync(join(folder, 'chart/templates/x.yaml'), 'a: b: c\n');
      mkdirSync(join(folder, 'plugins/template'), { recursive: true });
      writeFileSync(
        join(folder, 'plugins/template/plugin.yaml'),
        'name: template\nversion: 0.1.0\nusage: x\ndescription: x\ncommand: "echo a plugin"\n',
      );
      const args = ['template', 'x', join(folder, 'chart')];
      const plain = await runWith(tool, { HOME: folder }, args);
      expect(plain).toMatchObject({ exitCode: 1, stdout: '' });
      const disturbed = await runWith(
        tool,
        { HOME: folder, HELM_DEBUG: 'true', HELM_COLOR: 'always', HELM_PLUGINS: join(folder, 'plugins') },
        args,
      );
      expect({ ...disturbed, durationMs: 0 }).toEqual({ ...plain, durationMs: 0 });
    });
  });
}
