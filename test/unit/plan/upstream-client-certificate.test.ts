import { describe, expect, it } from 'vitest';
import { renderChart } from '../../../src/charts/chart.ts';
import { buildDesiredProject } from '../../../src/project/desired-project.ts';
import { load, problemsOf, withServices } from '../config/refusal.ts';
import { chartInput, templates } from '../../support/charts/chart-fixtures.ts';
import { config, service } from '../../support/controllers/three-services.ts';
import { profiles } from '../../support/profiles.ts';

const given = config([service('svc8', 'reencrypt', { upstreamClientCertificate: true })]);

describe('a certificate that the controller shows to the pod', () => {
  it.each([
    ['terminate', 'does nothing in terminate: the pod gets plain HTTP'],
    ['passthrough', "does nothing in passthrough: the pod sees the client's own certificate"],
  ])('is refused in %s', (mode, problem) => {
    expect(problemsOf(withServices(`{name: a, mode: ${mode}, upstreamClientCertificate: true}`))).toEqual([
      expect.stringContaining(`services[0].upstreamClientCertificate: ${problem}`),
    ]);
  });

  it('is none where it is not wanted', () => {
    const [one] = load(withServices('{name: a, mode: reencrypt, upstreamClientCertificate: false}')).services;
    expect(one).not.toHaveProperty('upstreamClientCertificate');
    const { pairs, objects } = buildDesiredProject(config([service('svc8', 'reencrypt')]), profiles['traefik']!);
    expect(pairs.map(({ paths }) => paths.certificate)).toEqual([
      'certs/wildcard.crt',
      'certs/ca.crt',
      'certs/svc8.crt',
    ]);
    expect(objects.at(-1)?.content.data).toEqual({ 'ca.crt': 'certs/ca.crt' });
  });

  it("shares no file with another service's", () => {
    expect(
      problemsOf(
        withServices(
          '{name: a, mode: reencrypt, upstreamClientCertificate: true}',
          '{name: a-client, mode: reencrypt}',
        ),
      ),
    ).toEqual([expect.stringContaining('its client certificate certs/a-client.crt would clash')]);
  });

  // ingress-nginx@controller-v1.15.1 docs/user-guide/nginx-configuration/annotations.md, Backend Certificate Authentication: proxy-ssl-secret
  // holds "certificate tls.crt, key tls.key" and "trusted CA certificates ca.crt". Traefik v3.7.13 reads the same.
  it.each(['ingress-nginx', 'traefik'])(
    'lies beside the authority in the Secret that the Ingress names: %s',
    (name) => {
      const { pairs, objects, services, notices } = buildDesiredProject(given, profiles[name]!);
      expect(pairs.map(({ paths, issuer }) => [paths.certificate, issuer?.certificate])).toEqual([
        ['certs/wildcard.crt', undefined],
        ['certs/ca.crt', undefined],
        ['certs/svc8.crt', 'certs/ca.crt'],
        ['certs/svc8-client-ca.crt', undefined],
        ['certs/svc8-client.crt', 'certs/svc8-client-ca.crt'],
      ]);
      const data = Object.fromEntries(objects.map(({ content }) => [content.object.metadata.name, content.data]));
      expect(data['ic3-svc8-upstream-ca']).toEqual({
        'ca.crt': 'certs/ca.crt',
        'tls.crt': 'certs/svc8-client.crt',
        'tls.key': 'certs/svc8-client.key',
      });
      expect(data['ic3-svc8-client-ca']).toEqual({ 'ca.crt': 'certs/svc8-client-ca.crt' });
      expect(notices.filter(({ level }) => level === 'error')).toEqual([]);
      expect(JSON.stringify(services[0]?.routes)).toContain(
        '"nginx.ingress.kubernetes.io/proxy-ssl-secret":"default/ic3-svc8-upstream-ca"',
      );
    },
  );

  it('is refused where no controller would show it', () => {
    const { notices } = buildDesiredProject(given, profiles['ingress-nginx-0.15']!);
    expect(notices).toContainEqual(
      expect.objectContaining({
        level: 'error',
        code: 'upstream-client-certificate',
        path: ['services', 0, 'upstreamClientCertificate'],
      }),
    );
  });

  it('is demanded by the demo backend, which kubelet then asks by a bare connection', () => {
    const [planned] = buildDesiredProject(given, profiles['traefik']!).services;
    const files = renderChart(templates, chartInput(planned!, { routes: planned!.routes }));
    const text = (path: string): string => files.find((file) => file.path === path)?.content ?? '';
    expect(text('templates/configmap.yaml')).toContain('mode require_and_verify');
    expect(text('values.yaml')).toContain('tcpSocket');
    expect(text('values.yaml')).not.toContain('httpGet');
  });
});
