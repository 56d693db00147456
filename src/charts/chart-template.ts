import { compileTemplate, type CompiledTemplate } from './compile-template.ts';

/** What a template may name; anything else is a ReferenceError. */
export type TemplateFacts = Readonly<Record<string, unknown>>;

interface KnownTemplate {
  readonly names: readonly string[];
  readonly render: CompiledTemplate;
}

// Compiling takes longer than rendering, and a project renders the same texts for each of its services. Same text, same
// function: what is remembered cannot be seen from outside.
const compiled = new Map<string, KnownTemplate>();

/**
 * Renders one of the tool's own EJS templates. `<%= %>` of a chart's template lets only plain words through: Helm executes
 * those files, so whatever a person wrote must come from values.yaml instead. Markdown is escaped as Markdown.
 * Throws Error, a bug of the template, for any other text and for a name that is not among the facts.
 */
export function renderTemplate(name: string, text: string, facts: TemplateFacts): string {
  const names = Object.keys(facts);
  let template = compiled.get(text);
  if (template === undefined || !hasSameItems(template.names, names)) {
    template = {
      names,
      render: compileTemplate({
        filename: name,
        text,
        factNames: names,
        escape: name.endsWith('.md.ejs') ? escapeMarkdown : plainWord,
      }),
    };
    compiled.set(text, template);
  }
  return template.render(facts);
}

function hasSameItems(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index]);
}

function plainWord(value: unknown): string {
  if (typeof value === 'string' && /^[A-Za-z0-9./_-]+$/.test(value)) return value;
  throw new Error(`${JSON.stringify(value)} cannot stand in a chart's template; it belongs into values.yaml`);
}

const markup = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\\`*_[\]<>|&~]/;

/** Text that no Markdown reader takes for markup, in a paragraph or a table's cell (CommonMark 0.31.2, 2.4). */
function escapeMarkdown(value: unknown): string {
  if (typeof value !== 'string') throw new Error(`${JSON.stringify(value)} is not text`);
  if (!markup.test(value)) return value;
  return value.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ').replace(/[\\`*_[\]<>|&~]/g, '\\$&');
}
