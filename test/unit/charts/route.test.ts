import { describe, expect, it } from 'vitest';
import { resolveRoute } from '../../../src/charts/route-object.ts';
import { printRouteTemplate } from '../../../src/charts/route-template.ts';
import { ingressRoute, plannedService } from '../../support/charts/chart-fixtures.ts';

const service = plannedService('reencrypt');

describe('printRouteTemplate', () => {
  it('refuses a fixed part that helm would execute', () => {
    for (const spec of [{ host: '{{ .Values }}' }, { '{{ .Values }}': 'a' }]) {
      expect(() => printRouteTemplate({ ...ingressRoute(service), spec }, 'svc8')).toThrow('must be a ChartValue');
    }
  });

  it('refuses a name suffix that is no part of a name', () => {
    expect(() => printRouteTemplate({ ...ingressRoute(service), nameSuffix: '" }}' }, 'svc8')).toThrow(
      'not part of a DNS name',
    );
  });
});

describe('resolveRoute', () => {
  const release = { name: 'ic3-svc8', namespace: 'default', labels: { a: 'b' } };

  it('leaves annotations out where there are none', () => {
    expect(resolveRoute(ingressRoute(service), release).metadata).toEqual({ ...release });
  });

  it('refuses an annotation that is not text', () => {
    expect(() => resolveRoute({ ...ingressRoute(service), annotations: { a: true } }, release)).toThrow(
      'annotation a: true is not text',
    );
  });
});
