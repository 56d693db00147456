import { judgeAuthorities } from './named-authorities.ts';
import { digestText } from '../kube/digest.ts';
import type { Observed } from '../model/observed.ts';
import type { Conflict, FileChange, Plan, Step } from '../model/plan.ts';
import { planCertificates } from './certificates.ts';
import type { DesiredFile } from './desired-files.ts';
import type { DesiredProject } from './desired-project.ts';
import { completeGitFiles } from './git-files.ts';
import { findKeyless, noteKeyless } from './keyless.ts';
import { places } from './places.ts';

type Decision = FileChange | 'unchanged' | Conflict['reason'];

export interface RenderSettings {
  readonly now: Date;
  /** Whether edited files are replaced too. */
  readonly force: boolean;
}

/**
 * Compares what the project folder should hold with what it holds.
 *
 * A file that no run wrote, or that was edited since, is a conflict unless `force`: a person's work is never replaced
 * without being asked.
 */
export function planRender(
  desired: Pick<DesiredProject, 'pairs' | 'authorities' | 'objects' | 'digests' | 'notices'>,
  desiredFiles: Iterable<DesiredFile>,
  observed: Observed,
  { now, force }: RenderSettings,
): Plan {
  const certificates = planCertificates(desired.pairs, observed, now);
  const steps: Step[] = [
    { kind: 'make-directory', path: places.certificates, mode: 0o700 },
    { kind: 'make-directory', path: places.secrets, mode: 0o700 },
    ...planGitFiles(observed),
    ...certificates.steps,
  ];
  const conflicts: Conflict[] = [];
  const unchanged: string[] = [];

  const wanted = new Set<string>();
  for (const file of desiredFiles) {
    wanted.add(file.path);
    // To read a text makes one piece of the many that a template left: a thousand charts take half the memory from then on.
    const digest = digestText(file.content);
    const decision = decideFile(file.path, digest, observed, force);
    if (decision === 'unchanged') unchanged.push(file.path);
    else if (decision === 'edited' || decision === 'not-ours')
      conflicts.push({ path: file.path, desired: file.content, reason: decision });
    else steps.push({ kind: 'write-file', path: file.path, content: file.content, digest, change: decision });
  }
  const keyless = findKeyless(desired, observed);
  const withheld = new Set(keyless.map(({ path }) => path));
  for (const { path, content } of [...desired.objects, ...desired.digests]) {
    wanted.add(path);
    if (withheld.has(path)) continue;
    const decision = decideFile(path, observed.madeDigests.get(path), observed, force);
    if (decision === 'unchanged') unchanged.push(path);
    else if (decision === 'edited' || decision === 'not-ours') conflicts.push({ path, reason: decision });
    else steps.push({ kind: 'write-made', path, content, change: decision });
  }
  for (const path of observed.recorded.keys()) {
    const current = observed.digests.get(path);
    // A state file may be merged by hand: it never makes us delete anything but what we generate.
    if (wanted.has(path) || current === undefined || !isGenerated(path)) continue;
    if (isRecorded(observed, path, current)) steps.push({ kind: 'remove-file', path, change: 'remove' });
    else if (force) steps.push({ kind: 'remove-file', path, change: 'remove-edited' });
    else conflicts.push({ path, reason: 'edited' });
  }
  const ofAuthorities = judgeAuthorities(desired.authorities, observed, now);
  return {
    ...{ steps, conflicts, unchanged, keyless },
    notices: [...certificates.notices, ...noteKeyless(keyless), ...ofAuthorities, ...desired.notices],
  };
}

function planGitFiles({ gitFiles }: Observed): readonly Step[] {
  return completeGitFiles(gitFiles).flatMap(({ path, content, current }) =>
    content === current
      ? []
      : [
          {
            kind: 'write-file',
            path,
            content,
            digest: digestText(content),
            change: current === undefined ? 'create' : 'replace',
          },
        ],
  );
}

/** @param digest of what the file should hold; undefined while nobody knows. */
function decideFile(path: string, digest: string | undefined, observed: Observed, force: boolean): Decision {
  const current = observed.digests.get(path);
  if (current === undefined) return 'create';
  return current === digest ? 'unchanged' : decideReplacement(observed, path, current, force);
}

function decideReplacement(observed: Observed, path: string, current: string, force: boolean): Decision {
  if (isRecorded(observed, path, current)) return 'replace';
  if (force) return 'replace-edited';
  return observed.recorded.has(path) ? 'edited' : 'not-ours';
}

function isGenerated(path: string): boolean {
  return [places.charts, places.manifests, places.secrets].some((folder) => path.startsWith(`${folder}/`));
}

function isRecorded(observed: Observed, path: string, digest: string): boolean {
  return observed.recorded.get(path)?.includes(digest) ?? false;
}
