import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inProject, threeModes } from '../support/prepared-project.ts';
import { startProgram, type ProgramResult } from '../support/program.ts';
import { CertificateMaker } from '../support/reference-certificates.ts';
import { startReferenceGateway } from '../support/reference-gateway.ts';
import { readPair } from '../support/reference-pods.ts';
import { healthy, rows, type Row, type Status } from './verify-fault-table.ts';

interface Check {
  readonly check: string;
  readonly status: Status;
  readonly expected: string;
  readonly seen: string;
  readonly cause?: string;
  readonly remedy?: string;
}

interface Report {
  readonly holds: boolean;
  readonly services: readonly { readonly service: string; readonly checks: readonly Check[] }[];
  readonly controller: readonly Check[];
}

/** Runs verify against a gateway with the fault of a row. */
function verify(
  { make, options = ['--timeout', '20s'], asPreview }: Row,
  format: readonly string[],
): Promise<ProgramResult> {
  return inProject(threeModes, async (project, outside) => {
    const workshop = join(outside, 'workshop');
    mkdirSync(workshop);
    const maker = new CertificateMaker(workshop);
    const quirks = make?.({ project, maker, pair: (name) => readPair(project, name) });
    const authority = join(project, 'secrets/ic3-svc8-upstream-ca.yaml');
    const before = readFileSync(authority, 'utf8');
    const gateway = await startReferenceGateway(project, maker, quirks);
    try {
      const address = asPreview ? [] : ['--address', `127.0.0.1:${String(gateway.port)}`];
      const state = { pid: process.pid, hostname: hostname(), host: '127.0.0.1', port: gateway.port };
      if (asPreview) writeFileSync(join(project, '.ingress-tls/preview.json'), JSON.stringify(state));
      const result = await startProgram(['verify', ...address, ...options, ...format], { cwd: project }).ended;
      expect(readFileSync(authority, 'utf8')).toBe(before);
      return result;
    } finally {
      await gateway.close();
    }
  });
}

/** check -> status of every service and of the controller. */
function tabulate({ services, controller }: Report): Record<string, Record<string, Status>> {
  const parts = [
    ...services.map(({ service, checks }) => [service, checks] as const),
    ['controller', controller] as const,
  ];
  return Object.fromEntries(
    parts.map(([name, checks]) => [name, Object.fromEntries(checks.map(({ check, status }) => [check, status]))]),
  );
}

function expectStatuses({ changes }: Row, seen: Readonly<Record<string, Readonly<Record<string, Status>>>>): void {
  if (changes !== 'nothing holds') {
    const expected = Object.entries(healthy).map(
      ([name, checks]) => [name, { ...checks, ...changes[name as keyof typeof healthy] }] as const,
    );
    expect(seen).toEqual(Object.fromEntries(expected));
    return;
  }
  for (const [name, checks] of Object.entries(healthy)) {
    expect(Object.keys(seen[name]!).sort()).toEqual(Object.keys(checks).sort());
    expect(Object.entries(seen[name]!).filter(([, status]) => status === 'ok')).toEqual([]);
    if (name !== 'controller') expect(seen[name]!['certificate']).toBe('failed');
  }
}

// What a terminal obeys or a reader is misled by: C0, DEL, C1, and marks that turn the direction of text.
const unfit = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

async function judge(row: Row): Promise<void> {
  const { exitCode, stdout, stderr } = await verify(row, ['--json']);
  expect(stdout, stderr).toMatch(/^\{/);
  const report = JSON.parse(stdout) as Report;
  expectStatuses(row, tabulate(report));
  expect([row.exitCode].flat()).toContain(exitCode);
  expect(report.holds).toBe(exitCode === 0);
  const all = [...report.services.flatMap(({ checks }) => checks), ...report.controller];
  for (const each of all) {
    const isFine = each.status === 'ok' || each.status === 'skipped';
    expect(each).toEqual({
      check: each.check,
      status: each.status,
      expected: expect.stringMatching(/./) as string,
      seen: expect.stringMatching(/./) as string,
      ...(isFine ? {} : { cause: expect.stringMatching(/./) as string, remedy: expect.stringMatching(/./) as string }),
    });
    expect(Object.values(each).join(' ')).not.toMatch(unfit);
  }
  const notFine = all.filter(({ cause }) => cause !== undefined);
  if (row.words !== undefined)
    expect(notFine.map((each) => Object.values(each).join(' ')).join('\n')).toMatch(row.words);
}

const right: Row = { fault: 'nothing', changes: {}, exitCode: 0 };

describe.concurrent('verify, fault x check', () => {
  it.for([right, ...rows.filter(({ needsSegments }) => !needsSegments)])('$fault', judge);
  it.for(rows.filter(({ needsSegments }) => needsSegments))('$fault', { retry: 3 }, judge);

  it('prints nothing for people that a terminal obeys', async () => {
    const row = rows.find(({ fault }) => fault === 'control characters in the body')!;
    const { stdout, stderr } = await verify(row, []);
    expect(stdout + stderr).not.toMatch(unfit);
    expect(stdout).toContain('svc7');
  });
});
