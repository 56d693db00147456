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

  it.each([
    ['ic3-b', '"ic3-b" is the name of what the chart of b makes'],
    ['ic3-a', '"ic3-a" is the name of what the chart of a makes'],
  ])('is none that the project makes, or made before: %s', (name, problem) => {
    const problems = problemsOf(
      withServices(`{name: a, mode: terminate, service: {name: ${name}, port: 80}}`, '{name: b, mode: terminate}'),
    );
    expect(problems).toEqual([expect.stringContaining(`services[0].service.name: ${problem}`)]);
  });

  it.each([
    ['certs/ca.crt', "is the project's own authority"],
    ['certs/b.crt', 'is the place of a certificate of b'],
    ['certs/b-client-ca.crt', 'is the place of a certificate of b'],
  ])('is not verified by a file that the project writes: %s', (authority, problem) => {
    const problems = problemsOf(
      withServices(
        `{name: a, mode: reencrypt, service: {name: x, port: 443, authority: ${authority}}}`,
        '{name: b, mode: passthrough}',
      ),
    );
    expect(problems).toEqual([expect.stringContaining(problem)]);
  });

  it.each(['&p {x: *p}', '{a: b}', '[80]', '.inf', '.nan', 'true', '~'])(
    'has no port %s, and nothing breaks',
    (port) => {
      expect(led('terminate', `{name: b, port: ${port}}`)[0]).toMatch(/^service\.port: |^service\.port\.x: /);
    },
  );

  it('is verified by its name in lower case', () => {
    const [service] = load(
      withServices('{name: a, mode: reencrypt, service: {name: b, port: 443, serverName: A.B.SVC}}'),
    ).services;
    expect(service?.service?.serverName).toBe('a.b.svc');
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
