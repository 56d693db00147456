import { places } from './places.ts';

/** A file that git reads and that a person has lines in as well. */
interface GitFile {
  readonly path: string;
  /** Why the lines are there, as a comment above them. */
  readonly reason: string;
  readonly lines: readonly string[];
}

const gitFiles: readonly GitFile[] = [
  {
    path: '.gitignore',
    reason: 'private keys never go into git',
    lines: [
      `/${places.certificates}/*.key`,
      `/${places.secrets}/`,
      '/.ingress-tls/lock',
      '/.ingress-tls/preview.json',
      '/.ingress-tls/verify-deep.json',
      '/.ingress-tls/helm/',
      `/${places.backup}/`,
      '.ingress-tls-*.tmp',
    ],
  },
  {
    path: '.gitattributes',
    reason: 'what is generated has the same bytes on every machine, and two branches that each add a service merge',
    lines: [
      `/${places.certificates}/*.crt text eol=lf`,
      // A person may put an image or an archive into a chart.
      `/${places.charts}/** text=auto eol=lf`,
      `/${places.manifests}/** text eol=lf`,
      `/${places.schema} text eol=lf`,
      // Lines of both sides stay: world/files/state.ts reads them so.
      `/${places.state} text eol=lf merge=union`,
    ],
  },
];

/** Paths of the files that git reads. */
export const gitFilePaths: readonly string[] = gitFiles.map(({ path }) => path);

/** A file of git as it should be; `current` is what it holds now. */
export interface CompletedGitFile {
  readonly path: string;
  readonly content: string;
  readonly current: string | undefined;
}

/** Each file of git with every line that the project needs: a person's own lines stay as they are, missing ones are appended. */
export function completeGitFiles(texts: ReadonlyMap<string, string>): readonly CompletedGitFile[] {
  return gitFiles.map((file) => {
    const current = texts.get(file.path);
    return { path: file.path, content: complete(file, current), current };
  });
}

/** .gitignore with one more line, which stays as a person's own lines do. */
export function ignoreAlso(current: string | undefined, line: string): string {
  return complete({ reason: 'private keys never go into git', lines: [line] }, current);
}

function complete({ reason, lines }: Omit<GitFile, 'path'>, current = ''): string {
  const present = new Set(current.split('\n').map((line) => line.trim()));
  const missing = lines.filter((line) => !present.has(line));
  if (missing.length === 0) return current;
  const lineEnd = current.includes('\r\n') ? '\r\n' : '\n';
  const before = current === '' ? [] : [current.replace(/[\r\n]*$/, ''), ''];
  return [...before, `# ingress-tls: ${reason}`, ...missing, ''].join(lineEnd);
}
