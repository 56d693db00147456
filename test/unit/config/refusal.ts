import { parseConfig } from '../../../src/config/load.ts';
import { profileNames } from '../../../src/controllers/index.ts';
import { UsageError } from '../../../src/errors.ts';
import type { Config } from '../../../src/model/config.ts';

export const fileName = 'ingress-tls.yaml';

export function load(text: string): Config {
  return parseConfig(text, fileName, profileNames);
}

/** The problems for which a text is refused, without the file's name. Fails when it is accepted. */
export function problemsOf(text: string): string[] {
  return refusalOf(() => load(text)).details.map((detail) => detail.replace(`${fileName}:`, ''));
}

export function refusalOf(act: () => unknown): UsageError {
  try {
    act();
  } catch (error) {
    if (error instanceof UsageError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

/** A file with services, each a flow mapping on a line of its own from line 4. */
export function withServices(...services: string[]): string {
  return [
    'apiVersion: ingress-tls/v1',
    'domain: example.test',
    'services:',
    ...services.map((service) => `  - ${service}`),
    '',
  ].join('\n');
}

/** A file with lines in place of or behind its two required fields. */
export function withLines(...lines: string[]): string {
  const isSet = lines.some((line) => line.startsWith('domain:'));
  return ['apiVersion: ingress-tls/v1', ...(isSet ? [] : ['domain: example.test']), ...lines, ''].join('\n');
}
