import { printYaml } from '../../kube/yaml.ts';
import type { ObjectFromFiles } from '../../model/plan.ts';
import type { ProjectFiles } from './files.ts';
import { locateCertificate } from './renewal.ts';

/**
 * Text of a manifest whose data come from files in certs/; undefined while one of them does not exist.
 */
export function printObject(content: ObjectFromFiles, files: ProjectFiles): string | undefined {
  const data = readOwnData(content, files);
  return data === undefined ? undefined : printYaml([{ ...content.object, data }]);
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
