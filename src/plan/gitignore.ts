import { places } from './places.ts';

const ignored = [
  `/${places.certificates}/*.key`,
  `/${places.secrets}/`,
  '/.ingress-tls/lock',
  '/.ingress-tls/preview.json',
  '/.ingress-tls/verify-deep.json',
  '/.ingress-tls/helm/',
  `/${places.backup}/`,
  '.ingress-tls-*.tmp',
];

/**
 * The text of .gitignore with every line that keeps keys out of git: a person's own lines stay as they are, missing ones
 * are appended. Returns the same text when nothing is missing.
 */
export function completeGitignore(current: string | undefined): string {
  const present = new Set((current ?? '').split(/\r?\n/).map((line) => line.trim()));
  const missing = ignored.filter((line) => !present.has(line));
  if (current !== undefined && missing.length === 0) return current;
  const before = current === undefined || current === '' ? '' : `${current.replace(/\n*$/, '\n')}\n`;
  return `${before}# ingress-tls: private keys never go into git\n${missing.join('\n')}\n`;
}
