import { describe, expect, it } from 'vitest';
import { planControllerProbes } from '../../../src/verify/controller-checks.ts';
import { planServiceProbes } from '../../../src/verify/service-checks.ts';
import { contextOf, everyTry, svc7, svc8, svc9, threeServices } from './samples.ts';

const ids = (subject: typeof svc7) => planServiceProbes(threeServices, subject).map(({ id }) => id);

describe('planServiceProbes', () => {
  it('makes five connections where TLS ends at the controller', () => {
    expect(ids(svc7)).toEqual(['svc7/client', 'svc7/TLSv1.2', 'svc7/TLSv1.3', 'svc7/TLSv1.1', 'svc7/plain-http']);
    expect(ids(svc8)).toHaveLength(5);
  });

  it('asks for each host of a service by connections of its own', () => {
    const other = { ...svc7, service: { ...svc7.service, host: 'other.example.test' }, isOtherHost: true };
    const probes = planServiceProbes(threeServices, other);
    expect(probes.map(({ id }) => id)).toEqual(
      ['client', 'TLSv1.2', 'TLSv1.3', 'TLSv1.1', 'plain-http'].map((id) => `svc7@other.example.test/${id}`),
    );
    for (const { probe } of probes)
      expect(probe.kind === 'plain-http' ? probe.host : probe.serverName).toBe('other.example.test');
  });

  it('shows the right client certificate where it belongs, the foreign one and none where they are to be refused', () => {
    const shown = planServiceProbes(threeServices, svc9).map(({ id, probe }) => [
      id,
      probe.kind === 'https' ? (probe.client?.certificate ?? 'none') : probe.kind,
    ]);
    expect(Object.fromEntries(shown)).toEqual({
      'svc9/client': 'RIGHT',
      'svc9/TLSv1.2': 'RIGHT',
      'svc9/TLSv1.3': 'RIGHT',
      'svc9/TLSv1.1': 'hello',
      'svc9/plain-http': 'plain-http',
      'svc9/none-TLSv1.2': 'none',
      'svc9/none-TLSv1.3': 'none',
      'svc9/foreign-TLSv1.2': 'FOREIGN',
      'svc9/foreign-TLSv1.3': 'FOREIGN',
      ...everyTry('svc9/split-hello', 'RIGHT'),
      ...everyTry('svc9/large-hello', 'hello'),
      'svc9/by-svc7': 'none',
      'svc9/without-name': 'none',
      'svc7/client': 'none',
    });
  });

  it('cuts the hello at 60 bytes, and puts the name behind more than a segment', () => {
    const probes = new Map(planServiceProbes(threeServices, svc9).map(({ id, probe }) => [id, probe]));
    for (const id of Object.keys(everyTry('svc9/split-hello', '')))
      expect(probes.get(id)).toMatchObject({ splitAfter: 60, serverName: 'svc9.example.test' });
    for (const id of Object.keys(everyTry('svc9/large-hello', '')))
      expect(probes.get(id)).toMatchObject({ version: 'TLSv1.2', padding: 1500, serverName: 'svc9.example.test' });
  });

  it('sends one name and asks for another host', () => {
    const probes = new Map(planServiceProbes(threeServices, svc9).map(({ id, probe }) => [id, probe]));
    expect(probes.get('svc9/by-svc7')).toMatchObject({
      serverName: 'svc7.example.test',
      host: 'svc9.example.test',
      trust: 'WILDCARD',
    });
    expect(probes.get('svc9/without-name')).toEqual({
      kind: 'https',
      host: 'svc9.example.test',
      path: '/',
      trust: 'AUTHORITY',
      protocols: ['http/1.1'],
    });
  });

  it('stays in the low thousands for a hundred services, and the same id is the same probe', () => {
    const subjects = Array.from({ length: 100 }, (_, index) => {
      const base = [svc7, svc8, svc9][index % 3] ?? svc7;
      const name = `s${index}`;
      return { ...base, service: { ...base.service, name, host: `${name}.example.test` } };
    });
    const context = contextOf(...subjects);
    const probes = [
      ...subjects.flatMap((subject) => planServiceProbes(context, subject)),
      ...planControllerProbes(context),
    ];
    const byId = new Map(probes.map(({ id, probe }) => [id, probe]));
    expect(byId.size).toBe(34 * 5 + 33 * 5 + 33 * 17 + 2);
    for (const { id, probe } of probes) expect(probe).toEqual(byId.get(id));
  });
});
