import { expect, it } from 'vitest';
import { ingressTls, listVersions } from '../../../support/cluster-programs.ts';
import { domain, modes, type Story } from './story.ts';

/**
 * What is done a second time. Comes before other tests write to the cluster by kubectl: helm takes such fields back, and the
 * object's version shows it.
 */
export function testRepeated(story: Story): void {
  const { cluster } = story;

  it(
    'B23: every command can be repeated: init and add-service say that it is there already, render and apply change nothing',
    { timeout: 300_000 },
    () => {
      const before = listVersions(cluster);
      const again = (...args: string[]) => ingressTls(cluster, story.project, ...args);
      expect(again('init', '--profile', 'traefik', '--domain', domain)).toMatchObject({
        exitCode: 2,
        stderr: expect.stringContaining('ingress-tls.yaml exists already') as string,
      });
      for (const [name, mode] of Object.entries(modes)) {
        expect(again('add-service', name, '--mode', mode)).toMatchObject({
          exitCode: 2,
          stderr: expect.stringContaining(`has a service ${name} already`) as string,
        });
      }
      expect(again('render').stdout).toMatch(/^unchanged {2}\d+ files\n$/);
      const applied = again('apply', '--timeout', '120s');
      expect(applied.exitCode, applied.stderr).toBe(0);
      expect(listVersions(cluster)).toEqual(before);
    },
  );
}
