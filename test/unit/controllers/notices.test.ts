import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ingressProfiles, profiles } from '../../support/profiles.ts';
import type { Mode } from '../../../src/model/mode.ts';
import { modes } from '../../../src/model/mode.ts';
import { config, planned, resolve, service, threeServices } from '../../support/controllers/three-services.ts';

const modern = profiles['ingress-nginx']!;
const legacy = profiles['ingress-nginx-0.15']!;
const nginx = (key: string) => `nginx.ingress.kubernetes.io/${key}`;

/** The refusals of one annotation on one service in a mode, second in the file. */
function refusals(profile: typeof modern, mode: Mode, key: string, value: string) {
  const services = [
    service('svc7', 'terminate'),
    service('own', mode, { host: 'own.direct.example.test', annotations: { [key]: value } }),
  ];
  return profile.notices(config(services)).filter(({ level }) => level === 'error');
}

const refusedBy = (profile: typeof modern, key: string, value: string) =>
  modes.filter((mode) => refusals(profile, mode, key, value).length > 0);

describe("a person's own annotations", () => {
  const everywhere = modes;
  const onPassthrough: readonly Mode[] = ['passthrough'];
  const nowhere: readonly Mode[] = [];

  it.each([
    ['kubernetes.io/ingress.class', 'ic3', everywhere],
    [nginx('secure-backends'), 'true', everywhere],
    [nginx('secure-verify-ca-secret'), 'x', everywhere],
    [nginx('ssl-passthrough'), 'true', everywhere],
    [nginx('ssl-passthrough'), 'false', everywhere],
    [nginx('proxy-ssl-verify'), 'off', everywhere],
    [nginx('proxy-ssl-secret'), 'default/other', everywhere],
    [nginx('proxy-ssl-ciphers'), 'aNULL', everywhere],
    [nginx('configuration-snippet'), 'return 200', everywhere],
    [nginx('server-snippet'), 'return 200', everywhere],
    [nginx('auth-snippet'), 'return 200', everywhere],
    [nginx('canary'), 'true', everywhere],
    [nginx('canary-weight'), '10', everywhere],
    [nginx('ssl-redirect'), 'false', everywhere],
    [nginx('force-ssl-redirect'), 'FALSE', everywhere],
    [nginx('ssl-redirect'), 'true', nowhere],
    [nginx('force-ssl-redirect'), 'true', nowhere],
    [nginx('backend-protocol'), 'HTTPS', everywhere],
    [nginx('backend-protocol'), 'GRPCS', everywhere],
    [nginx('backend-protocol'), 'AUTO_HTTP', everywhere],
    [nginx('backend-protocol'), 'HTTP', ['reencrypt', 'passthrough']],
    [nginx('backend-protocol'), 'grpc', ['reencrypt', 'passthrough']],
    [nginx('rewrite-target'), '/x', onPassthrough],
    [nginx('server-alias'), 'other.example.test', onPassthrough],
    [nginx('auth-tls-secret'), 'default/ca', onPassthrough],
    [nginx('whitelist-source-range'), '10.0.0.0/8', onPassthrough],
    [nginx('not-a-ssl-redirect'), 'true', everywhere],
    [nginx('proxy-body-size'), '8m', onPassthrough],
    [nginx('proxy-body-size'), '8m; return 200', everywhere],
    [nginx('upstream-vhost'), 'a\nb', everywhere],
    ['example.test/owner', '{"a": "b;"}', nowhere],
    ['cert-manager.io/issuer', 'x', everywhere],
  ])('%s: %j', (key, value, refusedIn) => {
    expect(refusedBy(modern, key, value)).toEqual(refusedIn);
  });

  it.each([
    ['kubernetes.io/ingress.class', 'ic1', everywhere],
    [nginx('secure-backends'), 'false', everywhere],
    [nginx('secure-verify-ca-secret'), 'x', everywhere],
    [nginx('backend-protocol'), 'HTTPS', everywhere],
    [nginx('proxy-ssl-verify'), 'on', everywhere],
    [nginx('configuration-snippet'), 'return 200', everywhere],
    [nginx('ssl-redirect'), 'false', everywhere],
    [nginx('ssl-redirect'), 'true', nowhere],
    [nginx('rewrite-target'), '/x', onPassthrough],
    [nginx('proxy-body-size'), '8m', onPassthrough],
    ['example.test/owner', 'x', nowhere],
  ])('0.15.0, %s: %j', (key, value, refusedIn) => {
    expect(refusedBy(legacy, key, value)).toEqual(refusedIn);
  });

  it('are refused by name, place and remedy', () => {
    expect(refusals(modern, 'passthrough', nginx('backend-protocol'), 'HTTPS')).toEqual([
      expect.objectContaining({
        code: 'annotation-refused',
        path: ['services', 1, 'annotations', nginx('backend-protocol')],
        message: expect.stringContaining(
          `own (passthrough): annotation ${nginx('backend-protocol')} is refused: `,
        ) as string,
        remedy: expect.stringMatching(/^Remove it/) as string,
      }),
    ]);
  });

  it('may not ask for gRPC where HTTP/2 had to be turned off', () => {
    const grpc = service('svc7', 'terminate', { annotations: { [nginx('backend-protocol')]: 'GRPC' } });
    const errors = (services = [grpc]) => modern.notices(config(services)).filter(({ level }) => level === 'error');
    expect(errors()).toEqual([]);
    expect(errors([grpc, service('svc9', 'passthrough')])).toMatchObject([
      { remedy: expect.stringContaining('HTTP/2') as string },
    ]);
  });

  it.each(ingressProfiles)("that set a mode's own key to another value never get past $name", (profile) => {
    const own = modes.flatMap((mode) => {
      const intent = threeServices.find((each) => each.mode === mode)!;
      const set = resolve(profile.routes(config(), planned(profile, intent))[0]!.annotations, 'x') as Record<
        string,
        string
      >;
      return Object.entries(set).map(([key, value]) => ({ mode, key, value }));
    });
    expect(own.length).toBeGreaterThan(3);
    fc.assert(
      fc.property(fc.constantFrom(...own), fc.string(), ({ mode, key, value }, other) => {
        fc.pre(other !== value);
        expect(refusals(profile, mode, key, other)).toHaveLength(1);
      }),
    );
  });

  it.each(Object.values(profiles))(
    'that nginx could read as directives never get past $name, under any key of its prefix',
    (profile) => {
      const keys = fc.oneof(
        fc.constantFrom('proxy-body-size', 'rewrite-target', 'ssl-redirect', 'backend-protocol'),
        fc.stringMatching(/^[a-z-]{1,20}$/),
      );
      const marks = fc.constantFrom(';', '{', '}', '#', '"', '\n', '\r', '\0', '\u0085');
      fc.assert(
        fc.property(
          fc.constantFrom(...modes),
          keys,
          fc.string(),
          marks,
          fc.string(),
          (mode, key, before, mark, behind) => {
            expect(refusals(profile, mode, nginx(key), `${before}${mark}${behind}`)).toMatchObject([
              { level: 'error', path: ['services', 1, 'annotations', nginx(key)] },
            ]);
          },
        ),
      );
    },
  );

  it.each(Object.values(profiles))("outside of $name's prefix are the person's business", (profile) => {
    fc.assert(
      fc.property(
        fc.constantFrom(...modes),
        fc.stringMatching(/^[a-z]{1,20}\.test\/[a-z-]{1,20}$/),
        fc.string(),
        (mode, key, value) => {
          expect(refusals(profile, mode, key, value)).toEqual([]);
        },
      ),
    );
  });
});

describe('what ingress-nginx says of itself', () => {
  const codes = (given = config()) => modern.notices(given).map(({ level, code }) => `${level} ${code}`);

  it('speaks of retirement always, of the rest where it applies', () => {
    expect(codes()).toEqual([
      'warning controller-retired',
      'info http2-coalescing',
      'warning passthrough-split-hello',
      'info passthrough-client-address',
      'info nginx-cve-2026-1642',
    ]);
    expect(codes(config([service('svc7', 'terminate')]))).toEqual(['warning controller-retired']);
  });

  it('names two maintained forks', () => {
    expect(modern.notices(config())[0]?.remedy).toMatch(
      /controller\.image.*chainguard-forks\/ingress-nginx.*forkline\/ingress-nginx/,
    );
  });

  it('does not judge the NGINX of an image that it does not know', () => {
    expect(codes(config(threeServices.slice(0, 2), { image: 'registry.example/fork:1' }))).toEqual([
      'info controller-retired',
    ]);
  });

  it('says that sharedWith has no effect', () => {
    expect(codes(config(threeServices.slice(0, 1), { sharedWith: ['ic1'] }))).toEqual([
      'warning controller-retired',
      'warning sharedWith-unused',
    ]);
  });

  it('names the hosts and the way back to HTTP/2', () => {
    const notice = modern.notices(config()).find(({ code }) => code === 'http2-coalescing');
    expect(notice?.message).toContain('svc9.example.test');
    expect(notice?.remedy).toContain('svc9.direct.example.test');
  });

  it('stays readable with a thousand services', () => {
    const many = Array.from({ length: 1000 }, (_, index) => service(`s${index}`, 'passthrough'));
    const notices = modern.notices(config([...many, service('svc7', 'terminate')]));
    expect(notices.length).toBeLessThan(10);
    for (const { message } of notices) expect(message.length).toBeLessThan(500);
    expect(notices.find(({ code }) => code === 'http2-coalescing')?.message).toContain('and 995 more');
  });
});

describe('the codes that a person may acknowledge', () => {
  const annotations = {
    [nginx('auth-tls-secret')]: 'default/ca',
    [nginx('whitelist-source-range')]: '10.0.0.0/8',
    [nginx('rewrite-target')]: '/x?y',
    [nginx('session-cookie-hash')]: 'md5',
    [nginx('use-regex')]: 'true',
    [nginx('mirror-target')]: 'https://a.example.test',
    'nginx.org/proxy-connect-timeout': '5s',
  };

  it.each(Object.values(profiles))('are all that $name says beside errors, and no others', (profile) => {
    const services = [
      ...threeServices,
      service('open', 'passthrough', { clientAuth: false, host: 'open.direct.example.test' }),
      service('own', 'terminate', { annotations }),
      service('one', 'terminate', {
        host: 'both.example.test',
        annotations: { [nginx('server-alias')]: 'x.example.test' },
      }),
      service('two', 'terminate', { host: 'both.example.test', paths: [{ path: '/two', type: 'Prefix' }] }),
    ];
    const local = {
      type: 'NodePort',
      https: 443,
      annotations: {},
      ipFamilies: [],
      externalTrafficPolicy: 'Local',
    } as const;
    const said = [{}, { sharedWith: ['ic1'] }, { service: local }].flatMap((controller) =>
      profile.notices(config(services, controller)).filter(({ level }) => level !== 'error'),
    );
    expect([...new Set(said.map(({ code }) => code))].sort()).toEqual([...new Set(profile.noticeCodes)].sort());
  });
});

it.each(['ingress-nginx', 'ingress-nginx-0.15'])('says of passthrough under %s which clients it loses', (name) => {
  const notice = profiles[name]!.notices(config()).find(({ code }) => code === 'passthrough-split-hello');
  expect(notice).toMatchObject({ level: 'warning' });
  expect(notice?.message).toMatch(/svc9.*browsers, OpenSSL 3\.5 and Go .*X25519MLKEM768.*two packets/);
});

it('does not warn of hellos where an image may have mended it', () => {
  const given = config(threeServices, { image: 'registry.example/fork:1' });
  expect(modern.notices(given).find(({ code }) => code === 'passthrough-split-hello')?.level).toBe('info');
});

it('names Traefik and its option beside forks', () => {
  expect(modern.notices(config()).find(({ code }) => code === 'controller-retired')?.remedy).toContain(
    '--profile traefik',
  );
});
