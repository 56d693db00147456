import type { OutputStream } from '../../world/world.ts';
import type { CheckResult, CheckStatus, Fact, ServiceVerdict, Verification } from '../../model/verification.ts';
import type { Style } from './style.ts';
import { cutBehind, wrapBehind } from './wrap.ts';

interface Output {
  readonly stream: OutputStream;
  readonly style: Style;
}

interface Sheet extends Output {
  /** Of the column of ids. */
  readonly idWidth: number;
}

/** Words as well as colours: not everybody sees them, and a log has none. */
const marks = {
  ok: { word: 'ok', color: 'success' },
  failed: { word: 'FAILED', color: 'error' },
  warning: { word: 'warn', color: 'warning' },
  limit: { word: 'limit', color: 'warning' },
  skipped: { word: 'skip', color: 'faint' },
} as const satisfies Record<CheckStatus, { readonly word: string; readonly color: keyof Style }>;

const markWidth = Math.max(...Object.values(marks).map(({ word }) => word.length));

/** Where expected, cause and remedy begin: below a check's id. */
const indentation = 2 + markWidth + 2;

/** More services than fit on a screen are told in a line each, as long as nothing is the matter with them. */
const mostInFull = 5;

/**
 * The lines of a verification for a person.
 * @param product the controller, as its profile names it.
 */
export function printVerification(
  verification: Omit<Verification, 'address'>,
  product: string,
  output: Output,
): readonly string[] {
  const { services, controller } = verification;
  const isShort = services.length > mostInFull;
  const sheet = {
    ...output,
    idWidth: Math.max(
      0,
      ...[controller, ...services.map(({ checks }) => checks)].flat().map(({ check }) => check.length),
      ...services.flatMap(({ facts = [] }) => facts).map(({ fact }) => fact.length),
    ),
  };
  return [
    ...services.flatMap((service) => printService(service, isShort, sheet)),
    ...(controller.length === 0 ? [] : printGroup(`controller  ${product}`, controller, false, sheet)),
    conclude(verification, isShort, output),
  ];
}

function fails(checks: readonly CheckResult[]): boolean {
  return checks.some(({ status }) => status === 'failed');
}

function printService(
  { service, mode, host, checks, facts = [] }: ServiceVerdict,
  isShort: boolean,
  sheet: Sheet,
): readonly string[] {
  const isPlain =
    isShort && facts.length === 0 && checks.every(({ status }) => status === 'ok' || status === 'skipped');
  const lines = printGroup(`${service}  ${mode}  ${host}`, checks, isPlain, sheet);
  if (facts.length === 0) return lines;
  return [...lines.slice(0, -1), ...facts.map((fact) => printFact(fact, sheet)), ''];
}

/** Whole, since it is what was asked for. */
function printFact({ fact, seen }: Fact, { stream, style, idWidth }: Sheet): string {
  const beginning = `  ${style.hint('fact'.padEnd(markWidth))}  ${fact.padEnd(idWidth)}  `;
  return wrapBehind(stream, beginning, seen, indentation);
}

function printGroup(title: string, checks: readonly CheckResult[], isPlain: boolean, sheet: Sheet): readonly string[] {
  const { style } = sheet;
  const head = `${style.strong(title)}  ${judge(checks, style)}`;
  if (isPlain) return [`${head}  ${style.faint(`(${checks.filter(({ status }) => status === 'ok').length} checks)`)}`];
  return [head, ...checks.flatMap((check) => printCheck(check, sheet)), ''];
}

function judge(checks: readonly CheckResult[], style: Style): string {
  if (fails(checks)) return style.error('does not hold');
  return checks.every(({ status }) => status === 'skipped') ? style.faint('not judged') : style.success('holds');
}

function printCheck(
  { check, status, expected, seen, cause, remedy }: CheckResult,
  { stream, style, idWidth }: Sheet,
): readonly string[] {
  const { word, color } = marks[status];
  const beginning = `  ${style[color](word.padEnd(markWidth))}  ${check.padEnd(idWidth)}  `;
  // One line each while all is well: what is cut off is in --json.
  if (status === 'ok') return [cutBehind(stream, beginning, seen)];
  const line = wrapBehind(stream, beginning, seen, indentation);
  if (status === 'skipped') return [line];
  const more = [
    ['expected', expected],
    ['cause', cause],
    ['remedy', remedy],
  ] as const;
  const labelWidth = 'expected:'.length + 1;
  return [
    line,
    ...more.flatMap(([label, text]) =>
      text === undefined
        ? []
        : [
            wrapBehind(
              stream,
              `${' '.repeat(indentation)}${style.hint(`${label}:`)}${' '.repeat(labelWidth - label.length - 1)}`,
              text,
              indentation + 2,
            ),
          ],
    ),
  ];
}

function conclude(
  { services, controller }: Omit<Verification, 'address'>,
  isShort: boolean,
  { style }: Output,
): string {
  const broken = services.filter(({ checks }) => fails(checks)).length;
  const isEachAService = new Set(services.map(({ service }) => service)).size === services.length;
  const noun = isEachAService ? 'service' : 'host';
  const count = (number: number): string => `${number} ${noun}${number === 1 ? '' : 's'}`;
  if (broken > 0) {
    const verb = broken === 1 ? 'does not hold' : 'do not hold';
    return style.error(
      services.length === 1
        ? `${services[0]?.service ?? ''} does not hold`
        : `${broken} of ${count(services.length)} ${verb}`,
    );
  }
  const all = services.length === 1 ? 'it holds' : 'all hold';
  const sentence = `${count(services.length)} verified: ${all}`;
  if (fails(controller)) return style.error(`${sentence}, but the controller does not`);
  return `${style.success(sentence)}${isShort ? style.faint(' (ingress-tls verify NAME shows each check)') : ''}`;
}
