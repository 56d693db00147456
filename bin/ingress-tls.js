#!/usr/bin/env node
// CommonJS, by the package.json beside it: node's loader of ES modules takes a quarter of node's own start-up, and scripts
// that ask for the version need nothing that it loads. In words that Node 10 reads, which then says what is needed.
'use strict';

const [major, minor] = process.versions.node.split('.').map(Number);
const isSupported = major === 20 ? minor >= 19 : major >= 22;

const [argument, ...more] = process.argv.slice(2);
if (!isSupported)
  fail(
    `ingress-tls needs Node 20.19 or later, and not 21; this is Node ${process.versions.node}`,
    'install a newer one: https://nodejs.org',
  );
else if (more.length === 0 && (argument === '--version' || argument === '-V')) printVersion();
else start();

function start() {
  import('../dist/main.js').then(({ main }) => main(process), explainLoading);
}

function printVersion() {
  const { readFileSync, writeSync } = require('node:fs');
  const { version } = JSON.parse(readFileSync(`${__dirname}/../package.json`, 'utf8'));
  try {
    // Making process.stdout loads all that sockets need.
    writeSync(1, `${version}\n`);
  } catch (error) {
    // A reader that has gone away is no failure of ours; what else there may be is told as for every command.
    if (error.code !== 'EPIPE') start();
  }
}

function explainLoading(error) {
  const remedies = {
    ERR_MODULE_NOT_FOUND: 'install it anew; in a clone of its repository: npm ci && npm run build',
    EMFILE: 'raise the limit (ulimit -n), then run the same command again',
  };
  if (remedies[error.code] === undefined) throw error;
  fail(`ingress-tls cannot be loaded: ${error.message}`, remedies[error.code]);
}

function fail(what, next) {
  // Where nobody can be told, the exit code still says it.
  process.stderr.on('error', () => undefined);
  process.stderr.write(`error: ${what}\nnext: ${next}\n`);
  process.exitCode = 3;
}
