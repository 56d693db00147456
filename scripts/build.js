// Bundles our sources into dist/, and with them the packages that most commands load: hundreds of small files would take
// longer to find and read than all else that `list` does. What only commands load that ask a person or a cluster stays
// outside. What comes along brings its licence, and stays in `dependencies` too, where audits of an installation look.
// Splitting keeps each command's code in a file of its own: start-up time is a feature.
import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ejs from 'ejs';
import { build, transform } from 'esbuild';

const root = new URL('..', import.meta.url);
const { version } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'));

rmSync(new URL('dist', root), { recursive: true, force: true });
const { metafile } = await build({
  absWorkingDir: fileURLToPath(root),
  entryPoints: ['src/main.ts'],
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  external: ['@clack/prompts', 'execa', 'listr2'],
  // Packages in CommonJS ask for node's modules by `require`, which ES modules lack.
  banner: { js: "import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);" },
  define: { TOOL_VERSION: JSON.stringify(version) },
  chunkNames: 'chunks/[name]-[hash]',
  sourcemap: true,
  // Names and lines for a stack; the sources themselves would double the package.
  sourcesContent: false,
  logLevel: 'warning',
  plugins: [{ name: 'chart templates', setup: ({ onLoad }) => onLoad({ filter: /[\\/]src[\\/]charts[\\/]compile-template\.ts$/ }, compileTemplates) }],
  metafile: true,
});
writeFileSync(new URL('dist/LICENSES', root), licenses(metafile));

/** The module with the finished functions of all chart templates, in place of the one that compiles them. */
async function compileTemplates() {
  const { code } = await transform(readFileSync(new URL('src/charts/fact-names.ts', root), 'utf8'), { loader: 'ts' });
  const { factNames } = await import(`data:text/javascript,${encodeURIComponent(code)}`);
  const folder = new URL('templates/chart/', root);
  const names = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith('.ejs'));
  const functions = names.map((name) => {
    const text = readFileSync(new URL(name, folder), 'utf8');
    const template = new ejs.Template(text, { compileDebug: false, strict: true, destructuredLocals: factNames });
    template.compile();
    return `${JSON.stringify(name.replaceAll('\\', '/'))}(locals, escapeFn) {\n${template.source}}`;
  });
  const compile = 'export const compileTemplate = ({ filename, escape }) => (facts) => compiled[filename](facts, escape);';
  return { contents: `const compiled = {${functions.join(',\n')}};\n${compile}\n`, loader: 'js' };
}

/** The licences of the bundled packages, as they ask: in every copy. */
function licenses({ inputs }) {
  const folders = Object.keys(inputs).map((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+\//.exec(path)?.[0]);
  return [...new Set(folders)].filter(Boolean).sort().map(license).join('\n');
}

function license(folder) {
  const { name, version } = JSON.parse(readFileSync(new URL(`${folder}package.json`, root), 'utf8'));
  const file = readdirSync(new URL(folder, root)).find((entry) => /^licen[cs]e/i.test(entry));
  if (file === undefined) throw new Error(`${name} is bundled but has no licence file`);
  return `${name}@${version}\n\n${readFileSync(new URL(`${folder}${file}`, root), 'utf8').trim()}\n`;
}
