import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeWithTool } from '../support/describe-with.ts';
import { inProject, threeModes } from '../support/prepared-project.ts';
import { runProgram } from '../support/program.ts';
import { installStandInCluster, isWrite } from '../support/stand-in-cluster.ts';

/** What a desktop, an editor and a merge leave in a chart, and helm leaves out. */
const litter = [
  '.DS_Store',
  'templates/.DS_Store',
  'templates/.deployment.yaml.swp',
  'values.yaml~',
  'templates/deployment.yaml.orig',
];

/** What Emacs puts beside a file with changes that are not saved. */
const editorLock = 'templates/.#deployment.yaml';

/** The digest by which the release of svc7 would know its chart. */
function planDigest(project: string, env: Readonly<Record<string, string>>): string | undefined {
  const { exitCode, stdout } = runProgram(['apply', '--dry-run'], { cwd: project, env });
  expect(exitCode).toBe(0);
  return /\.\/charts\/svc7 .*ingress-tls\/digest=([0-9a-f]{40})/.exec(stdout)?.[1];
}

describe('what helm leaves out of a chart', () => {
  it('does not make it another chart; what it takes does', async () => {
    await inProject(threeModes, (project, outside) => {
      const { env } = installStandInCluster(outside);
      const chart = join(project, 'charts/svc7');
      const digest = planDigest(project, env);
      expect(digest).toBeDefined();
      for (const path of litter) writeFileSync(join(chart, path), 'mine\n');
      symlinkSync('a@b.1:2', join(chart, editorLock));
      expect(planDigest(project, env)).toBe(digest);
      writeFileSync(join(chart, 'templates/mine.yaml'), '');
      expect(planDigest(project, env)).not.toBe(digest);
    });
  });

  it('may be a link; another link that leads nowhere is refused before anything is written, and removing it helps', async () => {
    await inProject(threeModes, (project, outside) => {
      const cluster = installStandInCluster(outside);
      const link = join(project, 'charts/svc7/templates/mine.yaml');
      symlinkSync('a@b.1:2', link);
      const refused = runProgram(['apply'], { cwd: project, env: cluster.env });
      expect(refused).toMatchObject({ exitCode: 2, stdout: '' });
      expect(refused.stderr).toContain('charts/svc7/templates/mine.yaml');
      expect(cluster.calls().filter(isWrite)).toEqual([]);
      rmSync(link);
      expect(runProgram(['apply'], { cwd: project, env: cluster.env }).exitCode).toBe(0);
    });
  });
});

describeWithTool('helm', 'a link that an editor leaves in a chart', (helm) => {
  it('does not keep helm from installing it', async () => {
    await inProject(threeModes, (project, outside) => {
      const cluster = installStandInCluster(outside);
      symlinkSync('a@b.1:2', join(project, 'charts/svc7', editorLock));
      // The real helm reads each chart that is to be installed.
      const judge = join(outside, 'judge');
      mkdirSync(judge);
      const standIn = join(cluster.env['PATH'] ?? '', 'helm');
      writeFileSync(
        join(judge, 'helm'),
        `#!/bin/sh\ncase " $* " in *' upgrade '*) for arg; do case $arg in ./charts/* | /*) '${helm}' template a "$arg" > /dev/null || exit 1;; esac; done;; esac\nexec '${standIn}' "$@"\n`,
      );
      chmodSync(join(judge, 'helm'), 0o755);
      const env = { ...cluster.env, PATH: [judge, cluster.env['PATH'] ?? ''].join(delimiter) };
      expect(runProgram(['apply'], { cwd: project, env })).toMatchObject({ exitCode: 0 });
      const charts = cluster
        .calls('helm')
        .filter(({ args }) => args.includes('upgrade'))
        .map(({ args }) => args.find((arg) => /^\.?\//.test(arg)) ?? '');
      expect(charts.map((chart) => chart.replace(/^\/.*/, 'a copy')).sort()).toEqual([
        './charts/svc8',
        './charts/svc9',
        'a copy',
      ]);
    });
  });
});
