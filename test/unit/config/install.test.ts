import { describe, expect, it } from 'vitest';
import { load, problemsOf, withLines } from './refusal.ts';

const controller = (...lines: readonly string[]): string =>
  withLines('controller:', ...lines.map((line) => `  ${line}`));

describe('controller.install', () => {
  it('is absent where the controller is installed, whether the file says so or not', () => {
    expect(load(withLines()).controller).not.toHaveProperty('install');
    expect(load(controller('install: true')).controller).not.toHaveProperty('install');
  });

  it('false takes a class, a profile, a name and the namespace in which the controller runs', () => {
    const text = controller('install: false', 'className: nginx', 'namespace: edge', 'profile: traefik', 'name: shop');
    expect(load(text).controller).toMatchObject({
      ...{ install: false, className: 'nginx', namespace: 'edge', profile: 'traefik', name: 'shop' },
    });
  });

  it.each([
    ['image: registry.example.org/x:1', 'controller.image: does nothing with install: false'],
    ['replicas: 2', 'controller.replicas: does nothing with install: false'],
    ['nodePort: 31443', 'controller.nodePort: does nothing with install: false'],
    ['service: {type: LoadBalancer}', 'controller.service: does nothing with install: false'],
    ['sharedWith: [ic1]', 'controller.sharedWith: does nothing with install: false'],
  ])('false refuses %s by its line', (line, expected) => {
    const problems = problemsOf(controller('install: false', 'namespace: edge', line));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(`6:3: ${expected}`);
  });

  it('false refuses a file that does not say where the controller runs', () => {
    expect(problemsOf(controller('install: false', 'className: nginx'))).toEqual([
      expect.stringContaining('4:3: controller.install: with install: false, namespace has to say where'),
    ]);
  });

  it('is what className goes with', () => {
    for (const lines of [['className: nginx'], ['install: true', 'className: nginx']])
      expect(problemsOf(controller(...lines))).toEqual([
        expect.stringContaining(`${3 + lines.length}:3: controller.className: goes with install: false`),
      ]);
  });

  it('leaves no class through that no IngressClass can be called', () => {
    expect(problemsOf(controller('install: false', 'namespace: edge', 'className: No_Class'))).toEqual([
      expect.stringContaining('controller.className: "No_Class" cannot name an IngressClass'),
    ]);
  });
});
