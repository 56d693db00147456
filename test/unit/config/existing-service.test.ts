import { describe, expect, it } from 'vitest';
import { load, problemsOf, withServices } from './refusal.ts';

const led = (mode: string, service: string, more = ''): readonly string[] =>
  problemsOf(withServices(`{name: a, mode: ${mode}, service: ${service}${more}}`)).map((problem) =>
    problem.replace(/^\d+:\d+: services\[0\]\./, ''),
  );

describe('a Service that is there already', () => {
  it.each([
    ['{name: b}', 'service.port: missing; expected its number, or its name in the Service'],
    ['{name: b, port: 0}', 'service.port: 0 is not from 1 to 65535'],
    ['{name: b, port: 65536}', 'service.port: 65536 is not from 1 to 65535'],
    ['{name: b, port: "80"}', 'service.port: "80" cannot name a port'],
    ['{name: b, port: HTTPS}', 'service.port: "HTTPS" cannot name a port'],
    ['{name: b, port: "{{ 1 }}"}', 'holds "{{", which helm would execute'],
    ['{name: B, port: 80}', 'service.name: "B" is no DNS label'],
    ['{name: ../b, port: 80}', 'service.name: "../b" is no DNS label'],
    ['{name: b, port: 80, nmae: c}', 'service.nmae: unknown key; did you mean name?'],
    [
      '{name: b, port: 80, replicas: 2}',
      'service.replicas: unknown key; expected name, port, namespace, authority or serverName',
    ],
  ])('is refused as %s', (service, problem) => {
    expect(led('terminate', service)).toEqual([expect.stringContaining(problem)]);
  });

  it.each([
    '/etc/passwd',
    '../a.crt',
    'certs/../a.crt',
    'certs/a.key',
    'certs/sub/a.crt',
    'a.crt',
    'certs/-a.crt',
    'certs/.crt',
  ])('names no authority outside of certs/: %s', (authority) => {
    expect(led('reencrypt', `{name: b, port: 443, authority: ${authority}}`)).toEqual([
      expect.stringContaining('is no certificate file of the project'),
    ]);
  });

  it.each(['image: nginx', 'port: 80', 'replicas: 2'])('takes no %s beside it, which would do nothing', (field) => {
    const [key = ''] = field.split(':');
    expect(led('terminate', '{name: b, port: 80}', `, ${field}`)).toEqual([
      expect.stringMatching(new RegExp(`^${key}: does nothing beside service`)),
    ]);
  });

  it('takes no setting that does nothing in its mode', () => {
    expect(led('terminate', '{name: b, port: 80, authority: certs/b.crt}')).toEqual([
      'service.authority: does nothing in terminate: the pod gets plain HTTP',
    ]);
    expect(led('passthrough', '{name: b, port: 443, serverName: b}')).toEqual([
      'service.serverName: does nothing in passthrough: only reencrypt has a hop to verify',
    ]);
  });

  // RFC 5280, 4.2.1.10: an authority with name constraints cannot sign for names outside of them.
  it("has another name than the project's authority may sign only with another authority", () => {
    expect(led('reencrypt', '{name: b, port: 443, serverName: b}')).toEqual([
      expect.stringContaining('service.serverName: "b" is none of the names that the project\'s authority may sign'),
    ]);
    for (const fit of ['serverName: b.example.test', 'serverName: b.c.svc', 'serverName: b, authority: certs/b.crt'])
      expect(() =>
        load(withServices(`{name: a, mode: reencrypt, service: {name: b, port: 443, ${fit}}}`)),
      ).not.toThrow();
  });
});
