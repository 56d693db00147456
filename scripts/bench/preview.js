import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { interleaveWaiting } from './measure.js';
import { askAnew, askOnKept, describeBackends, describeClients, upload } from './preview/load.js';
import { findNginx, startNginx } from './preview/nginx.js';
import { canMeasureProcesses, forgetPeak, peakMemory, processorTime, residentMemory } from './preview/process-usage.js';
import { startRunning } from './preview/running.js';
import { benchVerify } from './preview/verify.js';
import { createProject } from './projects.js';
import { program } from './run-process.js';
import { compare, mebibytes, mebibytesPerSecond, milliseconds, perSecond, skip } from './table.js';

const modes = ['terminate', 'reencrypt', 'passthrough'];
const rounds = 3;
const mebibyte = 1024 ** 2;

/**
 * The preview under load, against a server that is reached without any gateway and against nginx. Its own pods run in its
 * process; those of the others are a process that is counted to them.
 */
export async function benchPreview(bench) {
  const project = createProject(bench, modes);
  bench.time([process.execPath, program, 'render'], project);
  const gateways = {};
  try {
    const backends = await startBackends(bench, project);
    gateways.direct = useDirectly(backends);
    gateways.preview = await startPreview(bench, project);
    const nginx = findNginx();
    if (nginx?.hasStream === true) gateways.nginx = await startOwnNginx(bench, nginx, project, backends);
    const clients = describeClients(project);
    const lacking = nginx === undefined ? 'no nginx' : 'nginx without stream_ssl_preread';
    // The first answer of each mode is no measure of anything.
    for (const gateway of Object.values(gateways))
      for (const mode of modes) await askAnew(gateway.port(mode), clients[mode], 100);
    return [
      ...(await benchMemory(gateways, clients, lacking)),
      ...(await benchRates(gateways, clients, { lacking, isKept: false, of: modes })),
      ...(await benchRates(gateways, clients, { lacking, isKept: true, of: ['terminate', 'reencrypt'] })),
      ...(await benchBodies(gateways, clients, lacking)),
      ...(await benchVerify(bench)),
    ];
  } finally {
    for (const gateway of Object.values(gateways)) await gateway.end();
  }
}

async function benchRates(gateways, clients, { lacking, isKept, of }) {
  const names = Object.keys(gateways);
  const what = isKept ? 'requests on kept connections' : 'connections with one request each';
  const rows = [];
  for (const mode of of) {
    const measured = await interleaveWaiting(
      rounds,
      0,
      names.map((name) => () => observe(gateways[name], mode, clients[mode], isKept)),
    );
    const series = Object.fromEntries(names.map((name, index) => [name, measured[index]]));
    for (const other of ['direct', 'nginx']) {
      const title = `${what}, ${mode} : ${titles[other]}`;
      if (series[other] === undefined) {
        rows.push(skip(title, lacking));
        continue;
      }
      const each = (field) => ({
        ours: series.preview.map((round) => round[field]),
        other: series[other].map((round) => round[field]),
      });
      rows.push(compare({ what: title, ...each('wall'), print: perSecond }));
      if (canMeasureProcesses)
        rows.push(compare({ what: `  processor time for one of them`, ...each('processor'), print: milliseconds }));
    }
  }
  return rows;
}

/** What one request costs, in milliseconds: of time, and of processors on the side that serves. */
async function observe(gateway, mode, client, isKept) {
  const pids = gateway.pids();
  const before = canMeasureProcesses ? processorTime(pids) : 0;
  const { milliseconds: wall, requests } = await (isKept
    ? askOnKept(gateway.port(mode), client, 1)
    : askAnew(gateway.port(mode), client, 200));
  return { wall: wall / requests, processor: canMeasureProcesses ? (processorTime(pids) - before) / requests : 0 };
}

/** Resident memory before and after ten thousand connections, a third of each mode. */
async function benchMemory(gateways, clients, lacking) {
  const rows = [];
  for (const name of ['preview', 'nginx']) {
    const what = `memory of ${name} after 10,000 connections : before`;
    if (gateways[name] === undefined || !canMeasureProcesses) {
      rows.push(skip(what, gateways[name] === undefined ? lacking : 'no /proc'));
      continue;
    }
    const gateway = gateways[name];
    const before = residentMemory(gateway.own());
    for (const mode of modes) await askAnew(gateway.port(mode), clients[mode], 3334);
    rows.push(compare({ what, ours: [residentMemory(gateway.own())], other: [before], print: mebibytes }));
  }
  return rows;
}

/** A gibibyte sent through each mode: how fast, against a quarter of it sent elsewhere, and how much memory it takes at most. */
async function benchBodies(gateways, clients, lacking) {
  const rows = [];
  for (const mode of modes) {
    const send = (name, size) =>
      gateways[name] === undefined ? undefined : sendBody(gateways[name], mode, clients[mode], size);
    const [ours, direct, nginx] = [await send('preview', 1024), await send('direct', 256), await send('nginx', 256)];
    for (const [name, other] of [
      ['direct', direct],
      ['nginx', nginx],
    ]) {
      const what = `1 GiB sent, ${mode} : 256 MiB, ${titles[name]}`;
      rows.push(
        other === undefined
          ? skip(what, lacking)
          : compare({ what, ours: [ours.wall], other: [other.wall], print: mebibytesPerSecond }),
      );
    }
    if (canMeasureProcesses)
      rows.push(
        compare({
          what: '  memory of the preview, the most meanwhile : before',
          ours: [ours.peak],
          other: [ours.before],
          print: mebibytes,
        }),
      );
  }
  return rows;
}

/** Milliseconds for each MiB, and the memory of the gateway before and at most. */
async function sendBody(gateway, mode, client, size) {
  const pids = gateway.own();
  if (canMeasureProcesses) forgetPeak(pids);
  const before = canMeasureProcesses ? residentMemory(pids) : 0;
  const wall = (await upload(gateway.port(mode), client, size * mebibyte)) / size;
  return { wall, before, peak: canMeasureProcesses ? peakMemory(pids) : 0 };
}

const titles = { direct: 'without a gateway', nginx: 'nginx' };

// A gateway: `port(mode)`, `pids()` of all that serves, `own()` those of the gateway alone, `end()`.

async function startPreview(bench, project) {
  const { found, pid, end } = await startRunning(bench, {
    command: [process.execPath, program, 'preview', '--port', '0'],
    cwd: project,
    said: join(bench.folder, 'preview.log'),
    ready: /on 127\.0\.0\.1:(\d+)\n[^]*Ctrl-C/,
  });
  return { port: () => Number(found[1]), pids: () => [pid], own: () => [pid], end };
}

async function startBackends(bench, project) {
  const wanted = join(project, 'backends.json');
  writeFileSync(wanted, JSON.stringify(describeBackends(project)), { mode: 0o600 });
  const { found, pid, end } = await startRunning(bench, {
    command: [process.execPath, fileURLToPath(new URL('preview/backends.js', import.meta.url)), wanted],
    cwd: project,
    said: join(bench.folder, 'backends.log'),
    ready: /^\{.*\}$/m,
  });
  return { ports: JSON.parse(found[0]), pid, end };
}

function useDirectly({ ports, pid, end }) {
  return {
    port: (mode) => (mode === 'passthrough' ? ports.passthrough : ports.direct),
    pids: () => [pid],
    own: () => [pid],
    end,
  };
}

async function startOwnNginx(bench, found, project, { ports, pid }) {
  const nginx = await startNginx(bench, found, { project, services: describeClients(project), ports });
  return { port: () => nginx.port, pids: () => [...nginx.pids(), pid], own: nginx.pids, end: nginx.end };
}
