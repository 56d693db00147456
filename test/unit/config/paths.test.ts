import { describe, expect, it } from 'vitest';
import { load, problemsOf, withServices } from './refusal.ts';

const terminate = (name: string, more: string): string =>
  `{name: ${name}, mode: terminate, host: app.example.test${more}}`;
const refused = (...services: readonly string[]): readonly string[] =>
  problemsOf(withServices(...services)).map((problem) => problem.replace(/^\d+:\d+: /, ''));
const paths = (written: string): readonly string[] => refused(terminate('a', `, paths: ${written}`));

describe('a path', () => {
  it.each(['/', '/api', '/api/v1.2/_x-y', '/.well-known/x', '/...', '/a..b/.c'])('may be %s', (path) => {
    const [service] = load(withServices(terminate('a', `, paths: [{path: ${path}}]`))).services;
    expect(service?.paths).toEqual([{ path, type: 'Prefix' }]);
  });

  it.each([
    ['api', 'it begins with "/"'],
    ['""', 'it begins with "/"'],
    ['/a//b', 'two slashes'],
    ['//', 'two slashes'],
    ['/a/../b', '"." or ".."'],
    ['/..', '"." or ".."'],
    ['/a/.', '"." or ".."'],
    ['/a%2Fb', 'is no path of a route'],
    ['"/a?b"', 'is no path of a route'],
    ['"/(a|b)"', 'is no path of a route'],
    ['/a*', 'is no path of a route'],
    ['/a;b', 'is no path of a route'],
    ['"/a b"', 'is no path of a route'],
    ['/ü', 'is no path of a route'],
    ['"/a\\nb"', 'holds the character U+000A'],
    ['"/{{ 1 }}"', 'which helm would execute'],
    ['/x/etc/passwd', 'holds /etc/passwd'],
    ['/var/run/secrets/x', 'holds /var/run/secrets'],
    ['/content_by_lua', 'holds _by_lua'],
    [`/${'a'.repeat(256)}`, 'more than 256 characters'],
    ['/api/', 'write /api, or `type: Exact`'],
  ])('is not %s', (path, why) => {
    expect(paths(`[{path: ${path}}]`)).toEqual([expect.stringContaining(why)]);
  });

  it('may end with a slash where it is exact', () => {
    expect(load(withServices(terminate('a', ', paths: [{path: /api/, type: Exact}]'))).services[0]?.paths).toEqual([
      { path: '/api/', type: 'Exact' },
    ]);
  });

  it.each([
    ['[]', 'services[0].paths: is empty; expected at least one path'],
    ['[{}]', 'services[0].paths[0].path: missing'],
    ['[{path: /a, type: Regex}]', 'unknown type "Regex"; expected Prefix or Exact'],
    [
      '[{path: /a, pathType: Exact}]',
      'services[0].paths[0].pathType: unknown key; expected path, type, port or service',
    ],
    ['[{path: /}, {path: /a, service: {name: b}}]', 'services[0].paths[1].service.port: missing'],
    ['[{path: /}, {path: /a, service: {name: b, port: 80, namespace: x}}]', 'unknown key; expected name or port'],
    ['[{path: /a, port: 81}]', "services[0].paths[0].port: does nothing without the service's `service`"],
    ['[{path: /a}, {path: /b, service: {name: b, port: 80}, port: 81}]', 'paths[1].port: does nothing beside service'],
    ['[{path: /a, service: {name: b, port: 80}}]', 'services[0].paths: every path leads to another Service'],
    ['[{path: /a}, {path: /b, service: {name: ic3-a, port: 80}}]', 'is the name of what the chart of a makes'],
    [
      '[{path: /a}, {path: /a}]',
      'services[0].paths[1].path: /a (Prefix) of "app.example.test" is that of services[0] already',
    ],
  ])('is refused as %s', (written, why) => {
    expect(paths(written)).toEqual([expect.stringContaining(why)]);
  });

  it('leads to one Service in reencrypt, and is none in passthrough', () => {
    const written = ', paths: [{path: /}, {path: /b, service: {name: b, port: 80}}]';
    expect(refused(`{name: a, mode: reencrypt${written}}`)).toEqual([
      expect.stringContaining(
        'services[0].paths[1].service: in reencrypt a route verifies pods by one authority and one name',
      ),
    ]);
    expect(refused(`{name: a, mode: passthrough${written}}`)).toEqual([
      expect.stringContaining('services[0].paths: does nothing in passthrough'),
    ]);
  });

  it('leads to another port of a Service that is there already', () => {
    const [service] = load(
      withServices(
        '{name: a, mode: terminate, service: {name: x, port: 80}, paths: [{path: /}, {path: /m, port: metrics}]}',
      ),
    ).services;
    expect(service?.paths).toEqual([
      { path: '/', type: 'Prefix' },
      { path: '/m', type: 'Prefix', port: 'metrics' },
    ]);
  });
});

describe('a host', () => {
  it('is shared where paths or types differ, by services of several modes', () => {
    const services = [
      terminate('a', ''),
      terminate('b', ', paths: [{path: /b}, {path: /b, type: Exact}]'),
      '{name: c, mode: reencrypt, host: APP.example.test, paths: [{path: /, type: Exact}]}',
    ];
    expect(load(withServices(...services)).services.map(({ host }) => host)).toEqual(
      Array.from({ length: 3 }, () => 'app.example.test'),
    );
  });

  it('is not shared where they do not', () => {
    expect(refused(terminate('a', ''), terminate('b', ', paths: [{path: /b}, {path: /}]'))).toEqual([
      expect.stringContaining(
        'services[1].paths[1].path: / (Prefix) of "app.example.test" is that of services[0] already',
      ),
    ]);
    expect(refused(terminate('a', ', paths: [{path: /}]'), terminate('b', ''))).toEqual([
      expect.stringContaining('services share a host where their paths differ'),
    ]);
  });

  it.each([
    ['first', [0, 1]],
    ['second', [1, 0]],
  ])('is never shared with a passthrough service that comes %s', (_which, order) => {
    const services = ['{name: p, mode: passthrough, host: app.example.test}', terminate('b', ', paths: [{path: /b}]')];
    expect(refused(...order.map((index) => services[index]!))).toEqual([
      expect.stringContaining('is that of services[0] already; in passthrough nobody can tell by the path'),
    ]);
  });
});
