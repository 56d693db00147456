import { describe, expect, it } from 'vitest';
import { renderChart } from '../../../src/charts/chart.ts';
import { findServicesAtRisk } from '../../../src/controllers/ingress/connection-reuse.ts';
import { buildDesiredProject } from '../../../src/project/desired-project.ts';
import { load, problemsOf, withServices } from '../config/refusal.ts';
import { chartInput, templates } from '../../support/charts/chart-fixtures.ts';
import { config, service } from '../../support/controllers/three-services.ts';
import { ingressProfiles, profiles } from '../../support/profiles.ts';

describe('several hosts in ingress-tls.yaml', () => {
  it('are read in their order, in lower case', () => {
    const [web] = load(withServices('{name: web, mode: terminate, hosts: [WWW.example.test, example.test]}')).services;
    expect([web?.host, web?.moreHosts]).toEqual(['www.example.test', ['example.test']]);
    const [one] = load(withServices('{name: web, mode: terminate, hosts: [www.example.test]}')).services;
    expect(one).not.toHaveProperty('moreHosts');
  });

  it.each([
    ['hosts: []', 'services[0].hosts: is empty; expected at least one host name'],
    [
      'hosts: [a.example.test, a.example.test]',
      'services[0].hosts[1]: the host "a.example.test" is that of services[0] already',
    ],
    [
      'hosts: [a.example.test], host: b.example.test',
      'services[0].host: a service has host or hosts; name all of them in hosts',
    ],
    ['hosts: [a.b.example.test]', 'services[0].hosts[0]: the wildcard *.example.test covers one label'],
    [
      'hosts: [b.example.test, a.other.test]',
      'services[0].hosts[1]: "a.other.test" is outside the domain example.test',
    ],
    ['hosts: ["*.example.test"]', 'services[0].hosts[0]: "*.example.test" holds a wildcard'],
  ])('are refused as %s', (fields, problem) => {
    expect(problemsOf(withServices(`{name: web, mode: terminate, ${fields}}`))).toEqual([
      expect.stringContaining(problem),
    ]);
  });

  it("are nobody else's", () => {
    expect(
      problemsOf(
        withServices(
          '{name: a, mode: terminate, hosts: [x.example.test, y.example.test]}',
          '{name: y, mode: terminate}',
        ),
      ),
    ).toEqual([expect.stringContaining('services[1].name: the host "y.example.test" is that of services[0] already')]);
  });
});

const hosts = ['kafka.direct.example.test', 'b0.direct.example.test', 'b1.direct.example.test'] as const;
const [host, ...moreHosts] = hosts;

describe.each(Object.keys(profiles))('several hosts, with profile %s', (name) => {
  const given = config([service('kafka', 'passthrough', { host, moreHosts, clientAuth: false })]);
  const project = buildDesiredProject(given, profiles[name]!);

  it('are all in the certificate of the pod', () => {
    const pair = project.pairs.find(({ paths }) => paths.certificate === 'certs/kafka.crt');
    expect([pair?.request.dnsNames, pair?.requiredNames]).toEqual([[...hosts], [...hosts]]);
  });

  const print = (template: string): string => {
    const [planned] = project.services;
    const files = renderChart(templates, chartInput(planned!, { routes: planned!.routes }));
    return files.find(({ path }) => path === `templates/${template}`)?.content ?? '';
  };

  if (!ingressProfiles.includes(profiles[name]!)) {
    it('are the hostnames of one route', () => {
      const hostnames = [...print('tlsroute.yaml').matchAll(/^ {4}- \{\{ \.Values\.(\S+) \| quote \}\}$/gm)];
      expect(hostnames.map(([, path]) => path)).toEqual(['tlsRoute.host', 'tlsRoute.host2', 'tlsRoute.host3']);
    });
    return;
  }

  it('each have a rule, and stand in one section of TLS', () => {
    const text = print('ingress.yaml');
    const values = ['ingress.host', 'ingress.host2', 'ingress.host3'];
    expect([...text.matchAll(/^ {4}- host: \{\{ \.Values\.(\S+) \| quote \}\}$/gm)].map(([, path]) => path)).toEqual(
      values,
    );
    expect([...text.matchAll(/^ {8}- \{\{ \.Values\.(\S+) \| quote \}\}$/gm)].map(([, path]) => path)).toEqual(values);
  });
});

// RFC 9113, 9.1.1: any of its names is enough.
it('turns HTTP/2 off for a passthrough service with one host below the wildcard', () => {
  const broker = service('kafka', 'passthrough', { host, moreHosts: ['kafka.example.test'] });
  const at = (...services: readonly (typeof broker)[]) => findServicesAtRisk(config(services)).map(({ name }) => name);
  expect(at(broker, service('svc7', 'terminate'))).toEqual(['kafka']);
  expect(at({ ...broker, moreHosts }, service('svc7', 'terminate'))).toEqual([]);
});
