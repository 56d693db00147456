import { describe, expect, it } from 'vitest';
import { load, problemsOf, withLines, withServices } from './refusal.ts';

const shared = (fields: string, ...services: readonly string[]): string =>
  withLines(`certificate: {${fields}}`, 'services:', ...services.map((service) => `  - ${service}`));

describe('certificate.source', () => {
  it('is absent where the certificate signs itself, whether the file says so or not', () => {
    expect(load(withLines()).certificate).not.toHaveProperty('source');
    expect(load(shared('source: self-signed')).certificate).not.toHaveProperty('source');
  });

  it('is files where an authority is named', () => {
    expect(load(shared('authority: certs/root.crt')).certificate).toMatchObject({
      ...{ source: 'files', authority: 'certs/root.crt' },
    });
    expect(load(shared('source: project')).certificate).toMatchObject({ source: 'project' });
  });

  it.each(['self-signed', 'project'])('%s refuses an authority, which it needs none of', (source) => {
    expect(problemsOf(shared(`source: ${source}, authority: certs/root.crt`))).toEqual([
      expect.stringContaining(`certificate.authority: does nothing beside source: ${source}`),
    ]);
  });

  it.each([
    ['certs/ca.crt', "is the project's own authority"],
    ['certs/wildcard.crt', 'is the wildcard certificate, and no authority'],
    ['certs/svc8.crt', 'is the place of a certificate of svc8'],
    ['/etc/root.crt', 'certificate.authority'],
  ])('refuses %s as the file of an authority', (path, expected) => {
    const text = shared(`authority: ${path}`, '{name: svc8, mode: reencrypt}');
    expect(problemsOf(text)).toEqual([expect.stringContaining(expected)]);
  });

  it('files leaves it to the certificate which hosts there are', () => {
    const services = [
      '{name: a, mode: terminate, host: a.direct.example.test}',
      '{name: b, mode: reencrypt, host: shop.example.org}',
    ];
    expect(problemsOf(shared('source: project', ...services))).toHaveLength(2);
    for (const source of ['files', 'existing'])
      expect(load(shared(`source: ${source}`, ...services)).services.map(({ host }) => host)).toEqual([
        'a.direct.example.test',
        'shop.example.org',
      ]);
  });
});

describe('services[].certificate', () => {
  it("is there where it is a person's own", () => {
    const [made, brought, named] = load(
      withServices(
        '{name: a, mode: passthrough, certificate: {source: project}}',
        '{name: b, mode: passthrough, host: b.example.org, certificate: {source: files}}',
        '{name: c, mode: reencrypt, certificate: {authority: certs/corp.crt}}',
      ),
    ).services;
    expect(made).not.toHaveProperty('certificate');
    expect(brought?.certificate).toEqual({});
    expect(named?.certificate).toEqual({ authority: 'certs/corp.crt' });
  });

  it.each([
    ['{name: a, mode: terminate, certificate: {source: files}}', 'does nothing in terminate'],
    ['{name: a, mode: reencrypt, certificate: {source: files}}', 'files needs authority in reencrypt'],
    [
      '{name: a, mode: passthrough, certificate: {source: project, authority: certs/corp.crt}}',
      'does nothing beside source: project',
    ],
    [
      '{name: a, mode: reencrypt, certificate: {authority: certs/b.crt}, service: {name: b, port: 443, authority: certs/corp.crt}}',
      'does nothing beside service.authority',
    ],
    ['{name: a, mode: passthrough, certificate: {source: existing}}', 'existing needs secretName'],
    [
      '{name: a, mode: reencrypt, certificate: {source: existing, secretName: x}}',
      'existing needs authority in reencrypt',
    ],
    ['{name: a, mode: passthrough, certificate: {secretName: x}}', 'does nothing without source: existing'],
    [
      '{name: a, mode: passthrough, certificate: {source: existing, secretName: x}, service: {name: b, port: 443}}',
      'existing does nothing beside service',
    ],
    ['{name: a, mode: passthrough, certificate: {authority: certs/a.crt}}', 'is the place of a certificate of a'],
    ['{name: a, mode: passthrough, host: a.example.org}', 'certificate: {source: files} here'],
  ])('refuses %s', (service, expected) => {
    expect(problemsOf(withServices(service))).toEqual([expect.stringContaining(expected)]);
  });
});
