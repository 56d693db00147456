import { printYaml } from '../kube/yaml.ts';
import type { ObjectFromFiles } from '../model/plan.ts';
import type { ProjectFiles } from './files.ts';

/**
 * Text of a manifest whose data come from files in certs/; undefined while one of them does not exist.
 */
export function printObject(content: ObjectFromFiles, files: ProjectFiles): string | undefined {
  const data = readOwnData(content, files);
  return data === undefined ? undefined : printYaml([{ ...content.object, data }]);
}

/**
 * The data alone, as Kubernetes holds them: those of a Secret in base64. Line ends become LF: what is in the cluster must not
 * depend on who edited a certificate.
 */
export function readOwnData({ object, data }: ObjectFromFiles, files: ProjectFiles): Readonly<Record<string, string>> | undefined {
  const found: Record<string, string> = {};
  for (const [key, path] of Object.entries(data)) {
    const text = files.readText(path)?.replaceAll('\r\n', '\n');
    if (text === undefined) return undefined;
    found[key] = object.kind === 'Secret' ? Buffer.from(text, 'utf8').toString('base64') : text;
  }
  return found;
}
