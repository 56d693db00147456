import type { Config, ServiceIntent } from '../../model/config.ts';
import type { Mode } from '../../model/mode.ts';
import type { Notice } from '../../model/notice.ts';
import { asksAtController } from '../../model/client-auth.ts';
import { nearest } from '../../text/nearest.ts';
import type { AnnotationTable } from './annotation-forms.ts';
import { findForeignReader } from './foreign-annotations.ts';
import { refuseIssuing } from './issuing-annotations.ts';
import { guardingKeys, guardsNeeding, nginxKey, nginxPrefix } from './nginx-annotations.ts';

/** What a controller makes of a person's own annotations under the prefix of ingress-nginx. */
export interface AnnotationDialect {
  /** As it stands in sentences. */
  readonly controller: string;
  /** For the annotations of a service. */
  readonly rules: (service: ServiceIntent) => readonly AnnotationRule[];
  /** All that it reads. */
  readonly reads: AnnotationTable;
  /** Keys without prefix that another version or controller reads and this one does not. */
  readonly readElsewhere: ReadonlySet<string>;
  /** What to do where one is not read. */
  readonly otherwise: string;
}

/** An annotation that a person may not set on a route, because it would undo the mode or promise what is not done. */
export interface AnnotationRule {
  /** Absent: in every mode. */
  readonly modes?: readonly Mode[];
  /** Of the annotation's whole key. */
  readonly matches: (key: string) => boolean;
  /** Values that do no harm; absent: none. */
  readonly allows?: (value: string) => boolean;
  /** Follows `is refused: `. */
  readonly reason: string;
  readonly remedy: string;
}

/** Codes of what is said of annotations beside errors, remarks (guard-notices.ts) included. */
export const annotationCodes = ['annotation-ignored', 'annotation-foreign', 'secret-expected', 'client-address-hidden'];

type Judgement = Pick<Notice, 'level' | 'code' | 'message' | 'remedy'>;

/**
 * What is wrong with the annotations in ingress-tls.yaml, one notice for each, errors first: refused by a rule, not read by anybody,
 * or of a value that the controller does not take. One that would guard a service and does nothing is an error.
 * @param remarks on annotations that are as they should be; of one that is not, its error says enough.
 */
export function judgeAnnotations(
  config: Config,
  dialect: AnnotationDialect,
  remarks: readonly Notice[],
): readonly Notice[] {
  const notices = config.services.flatMap((service, index) =>
    Object.entries(service.annotations).flatMap(([key, value]): readonly Notice[] => {
      const judgement = refuse(dialect, service, key, value) ?? judge(dialect, service, key);
      if (judgement === undefined) return [];
      const message = `${service.name} (${service.mode}): ${judgement.message}`;
      return [{ ...judgement, message, path: ['services', index, 'annotations', key] }];
    }),
  );
  const errors = notices.filter(({ level }) => level === 'error');
  const wrong = new Set(errors.map(({ path }) => JSON.stringify(path)));
  return [
    ...errors,
    ...notices.filter(({ level }) => level !== 'error'),
    ...remarks.filter(({ path }) => path === undefined || !wrong.has(JSON.stringify(path))),
  ];
}

/** The first rule that fits speaks; without a value, the first that takes none. */
function findRule(
  { rules }: AnnotationDialect,
  service: ServiceIntent,
  key: string,
  value?: string,
): AnnotationRule | undefined {
  return rules(service).find(
    ({ modes, matches, allows }) =>
      (modes === undefined || modes.includes(service.mode)) &&
      matches(key) &&
      (allows === undefined || (value !== undefined && !allows(value))),
  );
}

function refuse(dialect: AnnotationDialect, service: ServiceIntent, key: string, value: string): Judgement | undefined {
  const rule = refuseIssuing(service.mode, key, value) ?? findRule(dialect, service, key, value);
  if (rule === undefined) return undefined;
  const message = `annotation ${key} is refused: ${rule.reason}`;
  return { level: 'error', code: 'annotation-refused', message, remedy: rule.remedy };
}

function judge(dialect: AnnotationDialect, service: ServiceIntent, key: string): Judgement | undefined {
  const { annotations } = service;
  if (!key.startsWith(nginxPrefix)) return judgeForeign(dialect, service, key);
  const name = key.slice(nginxPrefix.length);
  const value = annotations[key] ?? '';
  const form = dialect.reads.get(name);
  if (form === undefined) return judgeUnread(dialect, key, name);
  if (!form.takes(value)) {
    return {
      level: 'error',
      code: 'annotation-value',
      message:
        `annotation ${key}: ${dialect.controller} does not take ${JSON.stringify(value)}, and would do as if there were none, ` +
        'or serve nobody.',
      remedy: `It takes ${form.words}.`,
    };
  }
  const needed = guardsNeeding.get(name);
  if (needed === undefined || annotations[nginxKey(needed)] !== undefined) return undefined;
  if (needed === 'auth-tls-secret' && asksAtController(service)) return undefined;
  return {
    level: 'error',
    code: 'annotation-alone',
    message: `annotation ${key} does nothing without ${nginxKey(needed)}.`,
    remedy: `Add ${nginxKey(needed)}, or remove it.`,
  };
}

function judgeUnread(
  { controller, reads, readElsewhere, otherwise }: AnnotationDialect,
  key: string,
  name: string,
): Judgement {
  if (readElsewhere.has(name)) {
    const guards = guardingKeys.has(name);
    const harm = guards ? ', which guards the service: without it more is let in than was asked for' : '';
    return {
      level: guards ? 'error' : 'warning',
      code: 'annotation-ignored',
      message: `${controller} ignores ${key}${harm}.`,
      remedy: otherwise,
    };
  }
  const known = nearest(name, [...reads.keys()]);
  return {
    level: 'error',
    code: 'annotation-unknown',
    message: `${controller} knows no annotation ${key}, and ignores it without a word.`,
    remedy: known === undefined ? 'Remove it.' : `Did you mean ${nginxKey(known)}?`,
  };
}

/** Keys with another prefix, or without one. */
function judgeForeign(dialect: AnnotationDialect, service: ServiceIntent, key: string): Judgement | undefined {
  const { controller, reads } = dialect;
  const foreign = findForeignReader(key);
  const [domain = '', name] = key.split('/');
  const meant = name === undefined ? domain : name;
  if (foreign !== undefined) {
    const { reader, guards } = foreign;
    return {
      level: guards ? 'error' : 'warning',
      code: 'annotation-foreign',
      message: `annotation ${key} is read by ${reader} and not by ${controller}${guards ? ': what it asks for is not done.' : '.'}`,
      remedy:
        findRule(dialect, service, nginxKey(meant))?.remedy ??
        (reads.has(meant) ? `Remove it, or use ${nginxKey(meant)}.` : 'Remove it.'),
    };
  }
  const isMisspelt = name === undefined ? reads.has(domain) : nearest(`${domain}/`, [nginxPrefix]) !== undefined;
  if (!isMisspelt) return undefined;
  return {
    level: 'error',
    code: 'annotation-unknown',
    message: `nobody reads annotation ${key}: ${controller} knows the prefix ${nginxPrefix} alone.`,
    remedy: reads.has(meant) ? `Did you mean ${nginxKey(meant)}?` : `Remove it, or give it the prefix ${nginxPrefix}.`,
  };
}
