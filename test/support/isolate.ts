// Runs before each test file: no test reads or writes what belongs to the person who runs it.
import { homedir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import './provided.ts';

// Without the colour switches, programs that tests start print as they do into a pipe.
const theirs = /^(HELM|KUBE|KUBECTL|KUBERNETES|XDG)_|^INGRESS_TLS_(?!TEST_)|^(FORCE_COLOR|NO_COLOR)$/;
for (const name of Object.keys(process.env).filter((name) => theirs.test(name)))
  Reflect.deleteProperty(process.env, name);

// npm keeps its registry and its cache, which it would otherwise look for in the empty home.
process.env['npm_config_userconfig'] ??= join(homedir(), '.npmrc');
process.env['npm_config_cache'] ??= join(homedir(), '.npm');

process.env['HOME'] = inject('home');
process.env['KUBECONFIG'] = join(inject('home'), 'no-such-kubeconfig');
