import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Observed } from '../../../src/model/observed.ts';
import type { DesiredProject } from '../../../src/project/desired-project.ts';
import { planRender as planRenderOf } from '../../../src/project/render-plan.ts';

const now = new Date('2026-11-23T00:00:00Z');
const sha = (text: string): string => createHash('sha256').update(text).digest('hex');

/** A desired project together with its files. */
interface Desired extends Pick<DesiredProject, 'pairs' | 'authorities' | 'objects' | 'digests' | 'notices'> {
  readonly files: readonly { readonly path: string; readonly content: string }[];
}

const planRender = (desired: Desired, observed: Observed, at: Date, force: boolean): ReturnType<typeof planRenderOf> =>
  planRenderOf(desired, desired.files, observed, { now: at, force });

function desire(files: Record<string, string>): Desired {
  return {
    pairs: [],
    authorities: [],
    objects: [],
    digests: [],
    files: Object.entries(files).map(([path, content]) => ({ path, content })),
    notices: [],
  };
}

function observe(present: Record<string, string>, recorded: Record<string, readonly string[]> = {}): Observed {
  return {
    digests: new Map(Object.entries(present).map(([path, text]) => [path, sha(text)])),
    madeDigests: new Map(),
    authorities: new Map(),
    pairs: new Map(),
    recorded: new Map(Object.entries(recorded)),
    gitFiles: new Map(),
  };
}

const changesOf = (plan: ReturnType<typeof planRender>): readonly string[] =>
  plan.steps.flatMap((step) =>
    'change' in step && !step.path.startsWith('.git') ? [`${step.change} ${step.path}`] : [],
  );

describe('planRender', () => {
  it('creates what is not there', () => {
    expect(changesOf(planRender(desire({ a: 'new' }), observe({}), now, false))).toEqual(['create a']);
  });

  it('leaves what is as it should be, whoever wrote it', () => {
    const plan = planRender(desire({ a: 'same' }), observe({ a: 'same' }), now, false);
    expect(changesOf(plan)).toEqual([]);
    expect(plan.unchanged).toEqual(['a']);
    expect(plan.conflicts).toEqual([]);
  });

  it('replaces what an earlier run wrote', () => {
    const plan = planRender(desire({ a: 'new' }), observe({ a: 'old' }, { a: [sha('old')] }), now, false);
    expect(changesOf(plan)).toEqual(['replace a']);
  });

  it('keeps what a person edited and says what it would have written', () => {
    const plan = planRender(desire({ a: 'new' }), observe({ a: 'mine' }, { a: [sha('old')] }), now, false);
    expect(changesOf(plan)).toEqual([]);
    expect(plan.conflicts).toEqual([{ path: 'a', desired: 'new', reason: 'edited' }]);
  });

  it('keeps a file that no run wrote', () => {
    expect(planRender(desire({ a: 'new' }), observe({ a: 'mine' }), now, false).conflicts).toEqual([
      { path: 'a', desired: 'new', reason: 'not-ours' },
    ]);
  });

  it('replaces an edited file when forced, as a change of its own so that a backup is kept', () => {
    expect(changesOf(planRender(desire({ a: 'new' }), observe({ a: 'mine' }), now, true))).toEqual([
      'replace-edited a',
    ]);
  });

  it('takes either version for its own after a run was killed between them', () => {
    const recorded = { a: [sha('old'), sha('half')] };
    for (const text of ['old', 'half']) {
      expect(changesOf(planRender(desire({ a: 'new' }), observe({ a: text }, recorded), now, false))).toEqual([
        'replace a',
      ]);
    }
  });

  it('removes what is no longer wanted, unless it was edited', () => {
    const recorded = { 'charts/gone': [sha('ours')], 'charts/edited': [sha('ours')], 'charts/missing': [sha('ours')] };
    const present = { 'charts/gone': 'ours', 'charts/edited': 'mine' };
    const plan = planRender(desire({}), observe(present, recorded), now, false);
    expect(changesOf(plan)).toEqual(['remove charts/gone']);
    expect(plan.conflicts).toEqual([{ path: 'charts/edited', reason: 'edited' }]);
    expect(changesOf(planRender(desire({}), observe(present, recorded), now, true))).toEqual([
      'remove charts/gone',
      'remove-edited charts/edited',
    ]);
  });

  it('never touches a file that holds anything but a recorded version or the wanted text', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), (wanted, old, present) => {
        const plan = planRender(desire({ a: wanted }), observe({ a: present }, { a: [sha(old)] }), now, false);
        const isTouched = changesOf(plan).length > 0;
        expect(isTouched).toBe(present !== wanted && present === old);
        expect(plan.conflicts.length > 0).toBe(present !== wanted && present !== old);
      }),
    );
  });
});

describe('planRender for an object made from files', () => {
  const path = 'secrets/s.yaml';
  const object = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's', namespace: 'n' }, type: 'Opaque' };
  const desired: Desired = {
    ...desire({}),
    objects: [{ path, content: { object, data: { 'ca.crt': 'certs/ca.crt' } } }],
  };
  const observeObject = (present: string, wanted: string | undefined, recorded: readonly string[]): Observed => ({
    ...observe({ [path]: present }, { [path]: recorded }),
    authorities: new Map(),
    madeDigests: wanted === undefined ? new Map() : new Map([[path, sha(wanted)]]),
  });

  it('is unchanged while it holds what its certificate gives, whether it was recorded or not', () => {
    expect(planRender(desired, observeObject('text', 'text', []), now, false).unchanged).toEqual([path]);
  });

  it('is replaced when its certificate changed, or is still to be made', () => {
    for (const wanted of ['new', undefined]) {
      expect(changesOf(planRender(desired, observeObject('old', wanted, [sha('old')]), now, false))).toEqual([
        `replace ${path}`,
      ]);
    }
  });

  it('is kept when a person edited it, and the plan shows nothing of its content', () => {
    expect(planRender(desired, observeObject('mine', 'new', [sha('old')]), now, false).conflicts).toEqual([
      { path, reason: 'edited' },
    ]);
  });
});

it('never removes what is not generated, whatever the state file says', () => {
  const recorded = { 'certs/wildcard.key': [sha('key')], 'ingress-tls.yaml': [sha('yaml')] };
  expect(
    changesOf(
      planRender(
        desire({}),
        observe({ 'certs/wildcard.key': 'key', 'ingress-tls.yaml': 'yaml' }, recorded),
        now,
        false,
      ),
    ),
  ).toEqual([]);
});
