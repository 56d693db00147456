#!/usr/bin/env node
// CommonJS, by the package.json beside it: node's loader of ES modules takes a quarter of node's own start-up, and scripts
// that ask for the version need nothing that it loads.
'use strict';

const { readFileSync, writeSync } = process.getBuiltinModule('node:fs');

const [argument, ...more] = process.argv.slice(2);
if (more.length === 0 && (argument === '--version' || argument === '-V')) printVersion();
else import('../dist/main.js').then(({ main }) => main(process));

function printVersion() {
  const { version } = JSON.parse(readFileSync(`${__dirname}/../package.json`, 'utf8'));
  try {
    // Making process.stdout loads all that sockets need.
    writeSync(1, `${version}\n`);
  } catch (error) {
    // A reader that has gone away is no failure of ours; one that is slow (EAGAIN) gets it from the stream.
    if (error.code !== 'EPIPE') process.stdout.write(`${version}\n`);
  }
}
