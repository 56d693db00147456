import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inProject, noServices } from '../support/prepared-project.ts';
import { runProgram } from '../support/program.ts';

const render = (cwd: string, ...options: readonly string[]) => runProgram(['render', ...options], { cwd });

/** Changes ingress-tls.yaml by hand. */
function change(project: string, edit: (text: string) => string): void {
  const path = join(project, 'ingress-tls.yaml');
  writeFileSync(path, edit(readFileSync(path, 'utf8')));
}

const oneService = `${noServices}services:
  - name: a
    mode: terminate
`;

describe('render tells of what was edited by hand', () => {
  it('a passthrough service: the warning in full, the rest by code in one line', () =>
    inProject(oneService, (project) => {
      expect(render(project).stderr).not.toContain('passthrough-split-hello');
      appendFileSync(join(project, 'ingress-tls.yaml'), '  - name: b\n    mode: passthrough\n');
      const { stderr, exitCode } = render(project);
      expect(exitCode).toBe(0);
      expect(stderr).toMatch(/^warning: Passthrough \(b\): .*X25519MLKEM768.* \[passthrough-split-hello\]$/m);
      expect(stderr).toMatch(
        /^notes: http2-coalescing, passthrough-client-address\. ingress-tls doctor explains them; /m,
      );
      // Run again, it has nothing new to say.
      expect(render(project).stderr).toBe(
        'warnings and notes: controller-retired, http2-coalescing, passthrough-split-hello, passthrough-client-address. ' +
          'ingress-tls doctor explains them; `acknowledged: [CODE]` in ingress-tls.yaml silences one.\n',
      );
    }));

  it('a profile under which a guard does nothing', () =>
    inProject(`${oneService}    annotations:\n      nginx.ingress.kubernetes.io/satisfy: any\n`, (project) => {
      change(project, (text) => `${text}controller:\n  profile: traefik\n`);
      const { stderr, exitCode } = render(project);
      expect(exitCode).toBe(2);
      expect(stderr).toMatch(
        /^ingress-tls\.yaml:9:44: a \(terminate\): Traefik ignores nginx\.ingress\.kubernetes\.io\/satisfy, which guards/m,
      );
    }));
});

describe('what is acknowledged', () => {
  it('is not printed, and JSON keeps it', () =>
    inProject(oneService, (project) => {
      expect(render(project).stderr).toContain('controller-retired');
      change(project, (text) => `${text}acknowledged: [controller-retired]\n`);
      expect(render(project).stderr).toBe('');
      const { notices } = JSON.parse(render(project, '--json').stdout) as { notices: unknown };
      expect(notices).toEqual([expect.objectContaining({ code: 'controller-retired', acknowledged: true })]);
      const doctor = runProgram(['doctor'], { cwd: project });
      expect(doctor.stdout).not.toContain('controller-retired');
    }));

  it('has to be the code of a notice', () =>
    inProject(oneService, (project) => {
      change(project, (text) => `${text}acknowledged: [controler-retired]\n`);
      const { stderr, exitCode } = render(project);
      expect(exitCode).toBe(2);
      expect(stderr).toContain('ingress-tls.yaml:8:16: acknowledged: no notice has the code controler-retired.');
      expect(stderr).toContain('Did you mean controller-retired?');
    }));
});
