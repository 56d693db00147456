import { digestText } from '../../kube/digest.ts';
import { printYaml } from '../../kube/yaml.ts';
import type { CertificateDigests, MadeFromFiles, ObjectFromFiles } from '../../model/plan.ts';
import type { ProjectFiles } from './files.ts';
import { locateCertificate } from './renewal.ts';

/**
 * Text of a manifest whose data come from files in certs/; undefined while one of them does not exist.
 */
export function printObject(content: ObjectFromFiles, files: ProjectFiles): string | undefined {
  const data = readOwnData(content, files);
  return data === undefined ? undefined : printYaml([{ ...content.object, data }]);
}

/** Text of a file that is made from others in certs/; undefined while one of them does not exist. */
export function printMade(content: MadeFromFiles, files: ProjectFiles): string | undefined {
  return 'object' in content ? printObject(content, files) : printDigests(content, files);
}

/** Paths of the files that a file is made from. */
export function listSources(content: MadeFromFiles): readonly string[] {
  return 'object' in content ? Object.values(content.data) : content.certificates;
}

/** As `sha256sum --check` reads it. */
function printDigests({ certificates }: CertificateDigests, files: ProjectFiles): string | undefined {
  const lines = [
    '# The certificates that the pods read from their Secrets, by SHA-256: a changed one starts new pods.',
  ];
  for (const path of certificates) {
    const text = readPem(files, path);
    if (text === undefined) return undefined;
    lines.push(`${digestText(text)}  ${path}`);
  }
  return `${lines.join('\n')}\n`;
}

/** The data alone, as Kubernetes holds them: those of a Secret in base64. */
export function readOwnData(
  { object, data }: ObjectFromFiles,
  files: ProjectFiles,
): Readonly<Record<string, string>> | undefined {
  const found: Record<string, string> = {};
  for (const [key, path] of Object.entries(data)) {
    const text = readPem(files, path);
    if (text === undefined) return undefined;
    found[key] = object.kind === 'Secret' ? Buffer.from(text, 'utf8').toString('base64') : text;
  }
  return found;
}

/**
 * The text of a certificate or key, as it is judged and as it goes into a Secret: what is in the cluster must not depend on who
 * edited it. Line ends become LF, and the byte order marks of Windows' editors go: Go finds no block behind one.
 */
export function readPem(files: ProjectFiles, path: string): string | undefined {
  return files.readText(locateCertificate(files, path))?.replaceAll('\r\n', '\n').replaceAll('\ufeff', '');
}
