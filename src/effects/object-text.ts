import { printYaml } from '../kube/yaml.ts';
import type { ObjectFromFiles } from '../model/plan.ts';
import type { ProjectFiles } from './files.ts';

/**
 * Text of a manifest whose data come from files in certs/; undefined while one of them does not exist. Line ends become
 * LF: what is in the cluster must not depend on who edited a certificate.
 */
export function printObject(content: ObjectFromFiles, files: ProjectFiles): string | undefined {
  const isSecret = content.object.kind === 'Secret';
  const data: Record<string, string> = {};
  for (const [key, path] of Object.entries(content.data)) {
    const text = files.readText(path)?.replaceAll('\r\n', '\n');
    if (text === undefined) return undefined;
    data[key] = isSecret ? Buffer.from(text, 'utf8').toString('base64') : text;
  }
  return printYaml([{ ...content.object, data }]);
}
