import { describe, expect, it } from 'vitest';
import { createReport } from '../../../src/cli/output/report.ts';
import type { CommandSession } from '../../../src/cli/session.ts';
import type { StatusDocument } from '../../../src/cli/output/status-document.ts';
import type { StatusScreen } from '../../../src/app/status/status.ts';
import { createScreen } from '../../../src/cli/output/status-screen.ts';
import type { Status } from '../../../src/model/status.ts';

const status: Status = {
  well: true,
  cluster: { context: 'demo\u009b2J', server: 'https://192.0.2.1:6443', version: 'v1.35.4' },
  controller: {
    name: 'ic3',
    profile: 'traefik',
    workloads: [],
    nodePort: { wanted: 30092, found: 30092 },
    class: null,
    classNote: null,
  },
  services: [],
  problems: [],
};

interface Screen extends StatusScreen {
  /** What was written since it was asked last. */
  readonly read: () => string;
  readonly pass: (seconds: number) => void;
}

function openScreen(stream: Readonly<Record<string, unknown>>, isJson = false): Screen {
  let written = '';
  let now = Date.parse('2027-01-01T00:00:00Z');
  const stdout = { ...stream, write: (text: string): boolean => (written += text) !== '' };
  const world = {
    stdout,
    stderr: stdout,
    environment: { TERM: 'xterm' },
    now: () => new Date(now),
  } as unknown as CommandSession['world'];
  const screen = createScreen(
    { world, report: createReport(world, false, isJson ? 'json' : 'text') } as CommandSession,
    2,
  );
  return {
    ...screen,
    read: () => {
      const text = written;
      written = '';
      return text;
    },
    pass: (seconds) => {
      now += seconds * 1000;
    },
  };
}

describe('status --watch', () => {
  it('writes something at each look of --json, so that a reader who has gone away is noticed; the document stays one', () => {
    const screen = openScreen({ isTTY: false }, true);
    screen.show(status);
    const first = screen.read();
    expect(first).toContain('"demo\\u009b2J"');
    screen.show(status);
    screen.show(status);
    screen.show({ ...status, well: false });
    const rest = screen.read();
    expect(rest.startsWith('  {')).toBe(true);
    expect(
      (first + rest)
        .trimEnd()
        .split('\n')
        .map((line) => (JSON.parse(line) as Status).well),
    ).toEqual([true, false]);
  });

  it('says what differs in words in --json, and in a word or two in the table', () => {
    const missing = {
      about: 'object',
      object: { kind: 'Deployment', name: 'ic3-svc', namespace: 'default' },
      state: 'missing',
    } as const;
    const drifted: Status = { ...status, services: [{ ...service, drift: [missing, { about: 'chart' }] }] };
    const screen = openScreen({ isTTY: false }, true);
    screen.show(drifted);
    const { services } = JSON.parse(screen.read()) as StatusDocument;
    expect(services).toEqual([
      {
        ...service,
        ingress: { state: 'admitted', className: 'ic3', controller: null, reason: null, addresses: [] },
        drift: ['Deployment ic3-svc is missing', 'chart or values differ'],
      },
    ]);
    const text = openScreen({ isTTY: false });
    text.show(drifted);
    expect(text.read()).toMatch(/^svc .* {2}missing Deployment \+1$/m);
  });

  it('tells the time once a minute without news in a text that is no terminal’s', () => {
    const screen = openScreen({ isTTY: false });
    screen.show(status);
    expect(screen.read()).toContain('--- 2027-01-01T00:00:00Z\nCluster');
    screen.pass(59);
    screen.show(status);
    expect(screen.read()).toBe('');
    screen.pass(1);
    screen.show(status);
    expect(screen.read()).toBe('--- 2027-01-01T00:01:00Z\n');
    screen.pass(2);
    screen.show(status);
    expect(screen.read()).toBe('');
  });

  it.each([[{ columns: 0, rows: 0 }], [{}]])('takes a terminal of %j for one of 80 by 24', (size) => {
    const services = Array.from({ length: 30 }, (_, index) => ({ ...service, name: `svc${index}` }));
    const screen = openScreen({ isTTY: true, ...size });
    screen.show({ ...status, services });
    const drawing = screen.read().split('\u001b[H')[1] ?? '';
    const lines = drawing.replaceAll('\u001b[K', '').replaceAll('\u001b[J', '').trimEnd().split('\n');
    expect(lines.length).toBeGreaterThan(4);
    expect(lines.length).toBeLessThanOrEqual(24);
    expect(drawing).toContain('context demo');
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
  });
});

const service: Status['services'][number] = {
  name: 'svc',
  mode: 'terminate',
  backend: 'demo',
  host: 'svc.example.test',
  release: { name: 'ic3-svc', namespace: 'default', status: 'deployed', revision: 1 },
  pods: { ready: 1, wanted: 1, rolledOut: true },
  route: { kind: 'Ingress', state: 'admitted', className: 'ic3', controller: null, reason: null, addresses: [] },
  certificate: { secret: 'tls', state: 'valid', expires: '2028-01-01T00:00:00.000Z', daysLeft: 365 },
  drift: [],
};
