// Bundles our sources into dist/, and with them the packages that most commands load: hundreds of small files would take
// longer to find and read than all else that `list` does. What only commands load that ask a person or a cluster stays
// outside. What comes along brings its licence, and stays in `dependencies` too, where audits of an installation look.
// Splitting keeps each command's code in a file of its own: start-up time is a feature.
import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import ejs from 'ejs';
import { build, transform } from 'esbuild';

const root = new URL('..', import.meta.url);
const { version } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'));

// What is made a file of its own for all that is loaded by itself, and another for the commands that write the project.
const common = [
  'cli/program.ts',
  'world/standard-streams.ts',
  'app/project.ts',
  'app/asking.ts',
  'app/select-services.ts',
  'world/files/observe.ts',
  'text/columns.ts',
];
const writing = ['app/edit-project.ts', 'cli/output/report-render.ts', 'cli/output/notices.ts', 'world/keys.ts'];
const writingCommands = ['init', 'add-service', 'remove-service', 'render', 'renew', 'apply'];

const loadedByItself =
  /[\\/]src[\\/](?:cli[\\/](?:actions[\\/][\w-]+|prompts|output[\\/]progress)|controllers[\\/][\w.-]+[\\/]index|certs[\\/]issue)\.ts$/;

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
  // By name node gets the build of yaml in CommonJS, which comes along whole; of this one only what is used.
  alias: { yaml: fileURLToPath(new URL('node_modules/yaml/browser/index.js', root)) },
  // What is shorter is read sooner. Names stay: the stack of a bug shows them.
  minifySyntax: true,
  minifyWhitespace: true,
  lineLimit: 120,
  define: { TOOL_VERSION: JSON.stringify(version) },
  chunkNames: 'chunks/[name]-[hash]',
  sourcemap: true,
  // Names and lines for a stack; the sources themselves would double the package.
  sourcesContent: false,
  logLevel: 'warning',
  plugins: [
    {
      name: 'chart templates',
      setup: ({ onLoad }) => onLoad({ filter: /[\\/]src[\\/]charts[\\/]compile-template\.ts$/ }, compileTemplates),
    },
    { name: 'modules of node', setup: replaceModules },
    {
      name: 'few files',
      setup: ({ onLoad }) => onLoad({ filter: loadedByItself }, importCommon),
    },
  ],
  metafile: true,
});
writeFileSync(new URL('dist/LICENSES', root), licenses(metafile));

/**
 * Packages in CommonJS ask for node's modules by `require`, which ES modules lack: they get what `import` gives. Two of them would cost
 * every command a good part of node's own start: child_process, with which commander could start commands that are programs of their own,
 * and node:process, for to import it makes standard input too, which few commands read.
 */
function replaceModules({ onResolve, onLoad }) {
  const replaced = { 'no child_process': '', process: 'module.exports = process;' };
  onResolve({ filter: new RegExp(`^(?:node:)?(?:${builtinModules.join('|')})$`) }, ({ path, kind, importer }) => {
    const name = path.replace(/^node:/, '');
    if (name === 'child_process' && /node_modules.commander/.test(importer))
      return { path: 'no child_process', namespace: 'node' };
    return kind === 'require-call' || name in replaced ? { path: name, namespace: 'node' } : undefined;
  });
  onLoad({ filter: /./, namespace: 'node' }, ({ path }) => ({
    contents: replaced[path] ?? `export * from 'node:${path}';`,
  }));
}

/**
 * esbuild makes a file of what the very same commands have in common: twenty small ones for each command, and each costs a millisecond
 * to find. Commands that import all of `common` have it in common, and so it is one file.
 */
function importCommon({ path }) {
  const modules = writingCommands.includes(basename(path, '.ts')) ? [...common, ...writing] : common;
  const imports = modules.map((name) => `import ${JSON.stringify(fileURLToPath(new URL(`src/${name}`, root)))};`);
  // Behind the source, whose lines stay where they are.
  return { contents: [readFileSync(path, 'utf8'), ...imports].join('\n'), loader: 'ts' };
}

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
  const compile =
    'export const compileTemplate = ({ filename, escape }) => (facts) => compiled[filename](facts, escape);';
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
