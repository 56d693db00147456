import type { Config, ServiceIntent } from '../../model/config.ts';
import type { Mode } from '../../model/mode.ts';
import type { Notice } from '../../model/notice.ts';

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

/** One error for each annotation in ingress-tls.yaml that a rule refuses; the first rule that fits speaks. */
export function refuseAnnotations(config: Config, rules: readonly AnnotationRule[]): readonly Notice[] {
  return config.services.flatMap((service, index) =>
    Object.entries(service.annotations).flatMap(([key, value]) => {
      const rule = rules.find((candidate) => applies(candidate, service, key, value));
      return rule === undefined ? [] : [refusal(service, index, key, rule)];
    }),
  );
}

function applies(rule: AnnotationRule, service: ServiceIntent, key: string, value: string): boolean {
  const inMode = rule.modes === undefined || rule.modes.includes(service.mode);
  return inMode && rule.matches(key) && rule.allows?.(value) !== true;
}

function refusal(service: ServiceIntent, index: number, key: string, rule: AnnotationRule): Notice {
  return {
    level: 'error',
    code: 'annotation-refused',
    message: `${service.name} (${service.mode}): annotation ${key} is refused: ${rule.reason}`,
    remedy: rule.remedy,
    path: ['services', index, 'annotations', key],
  };
}
