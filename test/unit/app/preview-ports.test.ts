import { describe, expect, it } from 'vitest';
import { choosePorts, complainOfPorts } from '../../../src/app/preview/ports.ts';
import type { ExposureIntent } from '../../../src/model/config.ts';
import { config } from '../../support/controllers/three-services.ts';

const withHttp = (http: ExposureIntent['http']) =>
  config([], {
    nodePort: 30_092,
    service: { type: 'NodePort', https: 443, ...(http && { http }), annotations: {}, ipFamilies: [] },
  });

describe('the ports of a preview', () => {
  it.each<readonly [string, ExposureIntent['http'], number | undefined, number, number]>([
    ['the node ports of the file', { port: 80, nodePort: 30_080 }, undefined, 30_092, 30_080],
    ['the next one for plain HTTP', { port: 80 }, undefined, 30_092, 30_093],
    ['the one that is said and the next', { port: 80, nodePort: 30_080 }, 4443, 4443, 4444],
    ['the one before the last', undefined, 65_535, 65_535, 65_534],
    ['any free ones', { port: 80, nodePort: 30_080 }, 0, 0, 0],
  ])('are %s', (_, http, said, port, plainPort) => {
    expect(choosePorts(withHttp(http), said === undefined ? {} : { port: said })).toEqual({ port, plainPort });
  });

  it('stay as they were opened, and what the file says by now is told', () => {
    const page = { status: 308, contentType: 'text/plain', body: '' };
    const plainHttp = { redirects: 'everything', answers: { get: page, others: page }, leadsTo: 443 } as const;
    const given = withHttp({ port: 80 });
    expect(complainOfPorts(given, { plainHttp }, { port: 30_092, plainPort: 30_093 }, {})).toEqual([]);
    expect(complainOfPorts(given, {}, { port: 4443 }, { port: 4443 })).toEqual([]);
    expect(complainOfPorts(given, { plainHttp }, { port: 30_100 }, {})).toEqual([
      'controller.nodePort is 30092 by now; the preview stays on 30100 until it is started again',
      'there is a port for plain HTTP by now; the preview opens one when it is started again',
    ]);
    expect(complainOfPorts(given, {}, { port: 30_092, plainPort: 30_093 }, {})).toEqual([
      'there is no port for plain HTTP any more; the preview answers nobody on 30093',
    ]);
  });
});
