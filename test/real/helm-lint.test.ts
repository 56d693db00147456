import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeWithTool } from '../support/describe-with.ts';
import { projects, type Project } from './projects.ts';

const isOld = ({ controller }: Project): boolean => controller.profile === 'ingress-nginx-0.15';

describe.each(['helm', 'helm3'] as const)('%s', (tool) => {
  describeWithTool(tool, 'lint --strict', (helm) => {
    const lint = (
      project: Project,
      ...options: readonly string[]
    ): { readonly remarks: readonly string[]; readonly summary: string | undefined; readonly code: number | null } => {
      const charts = project.services.map(({ name }) => join(project.folder(), 'charts', name));
      const { status, stdout, stderr } = spawnSync(helm, ['lint', '--strict', ...options, ...charts], {
        encoding: 'utf8',
      });
      const lines = (stdout + stderr).split('\n').filter((line) => line !== '' && !line.startsWith('==> Linting '));
      return {
        remarks: lines.filter((line) => !/^\d+ chart/.test(line)),
        summary: lines.find((line) => /^\d+ chart/.test(line)),
        code: status,
      };
    };
    const allPassed = (project: Project): string => `${project.services.length} chart(s) linted, 0 chart(s) failed`;

    it.each(projects.filter((project) => !isOld(project)))('says nothing of the charts of $title', (project) => {
      expect(lint(project)).toEqual({ remarks: [], summary: allPassed(project), code: 0 });
    });

    // apps/v1beta2 is deprecated since 1.9 and extensions/v1beta1 since 1.14; before 1.9 there is nothing to say.
    it.each(projects.filter(isOld))(
      'says nothing of the charts of $title where their API versions are current',
      (project) => {
        expect(lint(project, '--kube-version', '1.8.0')).toEqual({ remarks: [], summary: allPassed(project), code: 0 });
      },
    );

    it.each(projects.filter(isOld))(
      'says of the charts of $title for 1.15 only that their API versions grow old',
      (project) => {
        const { remarks } = lint(project, '--kube-version', '1.15.0');
        const deprecated = remarks
          .filter((remark) => remark.startsWith('['))
          .map((remark) => /^\[WARNING\] \S+ (\S+ \S+) is deprecated in /.exec(remark)?.[1] ?? remark);
        expect(deprecated).toEqual(
          project.services.flatMap(() => ['apps/v1beta2 Deployment', 'extensions/v1beta1 Ingress']),
        );
      },
    );
  });
});
