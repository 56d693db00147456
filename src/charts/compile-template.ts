import ejs from 'ejs';

export interface TemplateToCompile {
  readonly filename: string;
  readonly text: string;
  /** The names that it may use. */
  readonly factNames: readonly string[];
  /** What becomes of a value in `<%= %>`. */
  readonly escape: (value: unknown) => string;
}

export type CompiledTemplate = (facts: Readonly<Record<string, unknown>>) => string;

/**
 * Compiles a template, whose facts become variables of a strict function: V8 does not optimize code that runs `with` an object.
 *
 * scripts/build.js puts the finished functions in this module's place: a Node that may not make code of strings
 * (--disallow-code-generation-from-strings) runs them, and no command loads ejs.
 */
export function compileTemplate({ filename, text, factNames, escape }: TemplateToCompile): CompiledTemplate {
  return ejs.compile(text, { filename, escape, strict: true, destructuredLocals: [...factNames] });
}
