import { describe, expect, it } from 'vitest';
import { profiles } from '../../support/profiles.ts';
import type { ServiceIntent } from '../../../src/model/config.ts';
import type { Mode } from '../../../src/model/mode.ts';
import { config, service as intent } from '../../support/controllers/three-services.ts';

const host = 'app.example.test';
const at = (name: string, paths?: readonly string[], changes: Partial<ServiceIntent> = {}, mode: Mode = 'terminate') =>
  intent(name, mode, {
    host,
    ...(paths && {
      paths: paths.map((path) =>
        path.startsWith('=') ? { path: path.slice(1), type: 'Exact' as const } : { path, type: 'Prefix' as const },
      ),
    }),
    ...changes,
  });
const annotated = (key: string, value: string) => ({ annotations: { [`nginx.ingress.kubernetes.io/${key}`]: value } });
const said = (profile: string, ...services: readonly ServiceIntent[]): readonly string[] =>
  profiles[profile]!.notices(config(services))
    .filter(({ code }) => /^(?:path-|exact-path|host-)/.test(code))
    .map(({ level, code, path = [] }) => `${level} ${code} ${path.join('.')}`.trim());

const every = ['ingress-nginx', 'ingress-nginx-0.15', 'traefik'];

describe.each(every)('%s', (profile) => {
  it('says nothing of services without paths, and of prefixes alone no error', () => {
    expect(said(profile, intent('a', 'terminate'), intent('b', 'reencrypt'), intent('c', 'passthrough'))).toEqual([]);
    const notices = said(profile, at('a'), at('b', ['/b', '/b/c']), at('d', ['/d']));
    expect(notices).toEqual(profile === 'ingress-nginx-0.15' ? ['warning path-characters'] : []);
  });

  it('refuses what makes regular expressions of paths, for all that have a host together', () => {
    const rewriting = annotated('rewrite-target', '/x');
    expect(said(profile, at('a', undefined, rewriting), at('b', ['/b']))).toContain(
      'error path-expressions services.0.annotations.nginx.ingress.kubernetes.io/rewrite-target',
    );
    expect(said(profile, at('b', ['/b'], rewriting))).toContain(
      'error path-expressions services.0.annotations.nginx.ingress.kubernetes.io/rewrite-target',
    );
    expect(
      said(
        profile,
        at('a', undefined, rewriting),
        intent('b', 'terminate', { paths: [{ path: '/b', type: 'Prefix' }] }),
      ).filter((text) => text.startsWith('error')),
    ).toEqual([]);
  });

  it('refuses client certificates on the host of another service that does not ask for them', () => {
    const asking = annotated('auth-tls-secret', 'default/authority');
    const errors = said(profile, at('a'), at('b', ['/b'], asking)).filter((text) => text.startsWith('error'));
    const code = profile === 'traefik' ? 'host-client-certificate' : 'host-wide-annotation';
    expect(errors).toEqual([`error ${code} services.1.annotations.nginx.ingress.kubernetes.io/auth-tls-secret`]);
    const both = said(profile, at('a', undefined, asking), at('b', ['/b'], asking)).filter((text) =>
      text.startsWith('error'),
    );
    expect(both).toHaveLength(profile === 'traefik' ? 2 : 0);
    expect(said(profile, at('a', undefined, asking))).toEqual([]);
  });
});

it('warns of what guards nothing and holds for a whole host', () => {
  expect(
    said('ingress-nginx', at('a', undefined, annotated('server-alias', 'x.example.test')), at('b', ['/b'])),
  ).toEqual(['warning host-wide-annotation services.0.annotations.nginx.ingress.kubernetes.io/server-alias']);
});

describe('an exact path', () => {
  it('is not known to 0.15.0', () => {
    expect(said('ingress-nginx-0.15', at('a', ['/a', '=/b']))).toEqual([
      'error exact-path services.0.paths.1.type',
      'warning path-characters',
    ]);
  });

  // Lengths by traefik@v3.7.13: Path("/sevenc") and PathPrefix("/") have 15 characters.
  it.each([
    [['/'], ['=/sevenc'], true],
    [['/'], ['=/eightch'], false],
    [['/app'], ['=/app'], true],
    [['/app'], ['=/app/deeper'], true],
    [['/app'], ['=/other'], false],
    [['/app'], [`=/app/${'x'.repeat(24)}`], true],
    [['/app'], [`=/app/${'x'.repeat(25)}`], false],
  ])('beside %j is refused with Traefik as %j: %s', (prefix, exact, isRefused) => {
    expect(said('traefik', at('a', prefix), at('b', exact))).toEqual(
      isRefused ? ['error exact-path services.1.paths.0.type'] : [],
    );
  });

  it('that leads where the prefix does is none that anybody misses', () => {
    expect(said('traefik', at('a', ['/', '=/x']))).toEqual([]);
  });
});

describe('the ConfigMap of v1.15.1', () => {
  const setting = (...services: readonly ServiceIntent[]): unknown =>
    profiles['ingress-nginx']!.manifests(config(services), { own: {}, shared: {} })
      .after.flatMap(({ objects }) => objects)
      .flatMap(({ kind, data }) => (kind === 'ConfigMap' ? [data as Record<string, string>] : []))
      .map((data) => data['proxy-ssl-location-only'])[0];

  it('keeps what a hop is verified by to its own paths exactly where a host is shared', () => {
    expect(setting(at('a'), at('b', ['/b'], {}, 'reencrypt'))).toBe('true');
    expect(setting(at('a'), at('b', ['/b']))).toBeUndefined();
    expect(setting(intent('a', 'reencrypt'), intent('b', 'reencrypt'))).toBeUndefined();
  });
});
