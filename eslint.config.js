import tseslint from 'typescript-eslint';

// The arrows of src/README.md. A room may import itself, model/, errors.ts and the rooms named here.
const rooms = {
  model: [],
  text: [],
  kube: ['model', 'text'],
  'cert-manager': ['model', 'text', 'kube'],
  certs: ['model', 'text'],
  charts: ['model', 'text', 'kube'],
  controllers: ['model', 'text', 'kube'],
  config: ['model', 'text'],
  project: ['model', 'text', 'kube', 'cert-manager', 'certs', 'charts', 'controllers'],
  cluster: ['model', 'text', 'kube', 'cert-manager', 'certs', 'controllers', 'project'],
  verify: ['model', 'text', 'certs', 'project'],
  graph: ['model', 'text', 'certs', 'project'],
  preview: ['model', 'text', 'kube', 'certs'],
  world: ['model', 'text', 'kube', 'cert-manager', 'certs'],
  app: [
    'model',
    'text',
    'kube',
    'cert-manager',
    'certs',
    'charts',
    'controllers',
    'config',
    'project',
    'cluster',
    'verify',
    'graph',
    'preview',
    'world',
  ],
  cli: [
    'model',
    'text',
    'kube',
    'certs',
    'charts',
    'controllers',
    'config',
    'project',
    'cluster',
    'verify',
    'graph',
    'preview',
    'world',
    'app',
  ],
};

// Each of these packages lives in one room; a second user of it means that a room is missing something.
const homes = {
  commander: ['cli'],
  '@commander-js/extra-typings': ['cli'],
  chalk: ['cli'],
  '@clack/prompts': ['cli'],
  listr2: ['cli'],
  diff: ['cli'],
  'p-limit': ['world', 'app'],
  'node-forge': ['certs'],
  ejs: ['charts'],
  execa: ['world'],
  yaml: ['kube', 'config'],
  zod: ['config'],
  httpxy: ['preview'],
  'read-tls-client-hello': ['preview'],
  chokidar: ['world'],
};

// What must not be reached below main and world: same input, same bytes out.
const network = ['node:net', 'node:tls', 'node:http', 'node:https', 'node:http2'];
const outsideWorld = ['node:fs', 'node:fs/promises', 'node:child_process', 'node:os', 'node:process', ...network];

/** Limits what the files of a room may import; `depth` is 1 for src/<room>/x.ts, 2 for src/<room>/<folder>/x.ts. */
function limitImports(room, allowed, depth) {
  const up = '\\.\\./'.repeat(depth);
  const reachable = ['model', room, ...allowed].map((name) => `${name}/`).join('|');
  return {
    files: [`src/${room}/${'*/'.repeat(depth - 1)}*.ts`],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: [
            ...Object.entries(homes)
              .filter(([, users]) => !users.includes(room))
              .map(([name, users]) => ({ name, message: `${name} lives in src/${users.join(', src/')} only.` })),
            ...(room === 'world'
              ? []
              : outsideWorld
                  .filter((name) => room !== 'preview' || !network.includes(name))
                  .map((name) => ({ name, message: 'The outside world is reached through src/world only.' }))),
          ],
          patterns: [
            {
              regex: `^${up}(?!errors\\.ts$|${reachable})`,
              message: `src/${room} may import ${['errors.ts', 'model', ...allowed].join(', ')} only (see src/README.md).`,
            },
          ],
        },
      ],
    },
  };
}

const roomRules = Object.entries(rooms).flatMap(([room, allowed]) =>
  [1, 2].map((depth) => limitImports(room, allowed, depth)),
);

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', 'coverage/', 'examples/', '.cache/'] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['*.js', 'bin/*.js', 'scripts/*.js', 'scripts/bench/*.js'] },
      },
    },
  },
  {
    files: ['src/**/*.ts'],
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      'no-restricted-globals': [
        'error',
        { name: 'process', message: 'The World is passed in; only main.ts reads process.' },
      ],
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'Named exports only.' },
        { selector: 'NewExpression[callee.name="Date"][arguments.length=0]', message: 'The clock is passed in.' },
        {
          selector: 'CallExpression[callee.object.name="Date"][callee.property.name="now"]',
          message: 'The clock is passed in.',
        },
        {
          selector: 'CallExpression[callee.object.name="Math"][callee.property.name="random"]',
          message: 'Randomness is passed in.',
        },
      ],
    },
  },
  ...roomRules,
  // The composition of the real World: the one place under main that may read the clock.
  { files: ['src/world/create-world.ts'], rules: { 'no-restricted-syntax': 'off' } },
  {
    files: ['test/**/*.ts'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
    },
  },
  { files: ['**/*.js'], ...tseslint.configs.disableTypeChecked },
  // CommonJS, which old versions of Node read too.
  { files: ['bin/*.js'], rules: { '@typescript-eslint/no-require-imports': 'off' } },
);
