import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createExec } from '../../../src/world/exec/exec.ts';
import { createHelm, type Helm } from '../../../src/world/helm/helm.ts';
import { describeWithTool } from '../../support/describe-with.ts';
import { expectToolError } from '../../support/effects/expect-tool-error.ts';
import { serveStatus, writeKubeconfig } from '../../support/effects/fake-api-server.ts';
import { makeTemporaryFolder } from '../../support/effects/stand-in.ts';
import { pathWith } from '../../support/tools.ts';

for (const tool of ['helm', 'helm3'] as const) {
  describeWithTool(tool, `the real ${tool}`, () => {
    const helmFor = (kubeconfig: string): Helm => {
      const home = makeTemporaryFolder();
      const env = { PATH: pathWith(tool), HOME: home, KUBECONFIG: kubeconfig };
      return createHelm(createExec({ env, cwd: home }), {});
    };

    it('tells its version', async () => {
      const { major, text } = await helmFor('none').readHelmVersion();
      expect(text).toMatch(/^v\d+\.\d+\.\d+/);
      if (tool === 'helm3') expect(major).toBe(3);
    });

    it('understands the question for releases, and its failures are understood', async () => {
      await expectToolError(
        () => helmFor(writeKubeconfig('http://127.0.0.1:1')).listReleases('a=b'),
        'nothing answers at 127.0.0.1:1',
      );
      const refused = await serveStatus(401, 'Unauthorized', 'Unauthorized');
      await expectToolError(() => helmFor(writeKubeconfig(refused)).listReleases(), 'refused the credentials');
      await expectToolError(() => helmFor(join(makeTemporaryFolder(), 'none')).listReleases(), 'nothing answers at');
    });
  });
}
