import type { Plan, Step } from '../../model/plan.ts';

const pastTense = { make: 'made', create: 'created', replace: 'replaced', remove: 'removed' } as const;

export interface FoldedChange {
  readonly verb: keyof typeof pastTense;
  /** A file, or the folder of a chart with a slash at its end. */
  readonly place: string;
  readonly count: number;
}

/** The lines that tell what a plan changed in the project folder. */
export function summarize(plan: Plan): readonly string[] {
  const lines = foldSteps(plan.steps).map((change) => `${pastTense[change.verb].padEnd(9)}  ${formatPlace(change)}`);
  const { length } = plan.unchanged;
  return length === 0 ? lines : [...lines, `${'unchanged'.padEnd(9)}  ${countFiles(length)}`];
}

/** The changes of a plan's local steps, a chart folded into one. */
export function foldSteps(steps: readonly Step[]): readonly FoldedChange[] {
  const changes = new Map<string, FoldedChange>();
  for (const step of steps) {
    const verb = formatChange(step);
    if (verb === undefined) continue;
    const place = foldPlace(step.path);
    const key = `${verb} ${place}`;
    changes.set(key, { verb, place, count: (changes.get(key)?.count ?? 0) + 1 });
  }
  return [...changes.values()];
}

/** The place of a change, with the number of files where it is a folder. */
export function formatPlace({ place, count }: FoldedChange): string {
  return place.endsWith('/') ? `${place} (${countFiles(count)})` : place;
}

function countFiles(count: number): string {
  return count === 1 ? '1 file' : `${count} files`;
}

function formatChange(step: Step): FoldedChange['verb'] | undefined {
  switch (step.kind) {
    case 'make-directory':
      return undefined;
    case 'make-key':
    case 'issue-certificate':
      return 'make';
    case 'write-file':
    case 'write-made':
      return step.change === 'create' ? 'create' : 'replace';
    case 'remove-file':
      return 'remove';
  }
}

/** charts/svc7/templates/service.yaml -> charts/svc7/ */
function foldPlace(path: string): string {
  const [top, chart, ...rest] = path.split('/');
  return top === 'charts' && chart !== undefined && rest.length > 0 ? `${top}/${chart}/` : path;
}
