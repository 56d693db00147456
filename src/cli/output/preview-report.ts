import { className } from '../../model/config.ts';
import { listHosts } from '../../model/hosts.ts';
import type { PreviewEvents } from '../../app/preview/preview.ts';
import type { Served } from '../../app/preview/load.ts';
import { entryToJson, printEntry } from './preview-lines.ts';
import { reportNotices } from './notices.ts';
import type { CommandSession } from '../session.ts';
import { printUrl } from '../../project/desired-project.ts';
import { printTable } from '../../text/columns.ts';

/** Bytes that may wait for a slow reader of the log; entries beyond are counted and left out. */
const mostWaiting = 1024 * 1024;

/** Tells what a preview does to a person or, a JSON document a line, to programs. */
export function createPreviewReport({ report, world }: CommandSession): PreviewEvents {
  let told: ReadonlySet<string> = new Set();
  const named = new Set<string>();
  let leftOut = 0;
  const say = (event: string, facts: () => Readonly<Record<string, unknown>>, text: () => void): void => {
    report.sayEvent({ json: () => ({ event, ...facts() }), text });
  };
  return {
    noticed(notices) {
      reportNotices(report, notices, ['warning']);
    },
    started(served, { port, plainPort }) {
      say(
        'listening',
        () => ({
          host: '127.0.0.1',
          port,
          ...(plainPort === undefined ? {} : { plainPort }),
          controller: served.behaviour.product,
          charts: served.charts.by,
          services: listServices(served, port),
        }),
        () => {
          report.results(printStart(served, port, plainPort));
        },
      );
    },
    reloaded({ table }, paths) {
      const { length } = table.hosts;
      say(
        'reloaded',
        () => ({ hosts: length, paths }),
        () => {
          report.result(`reloaded: ${count(length, 'host')}, because of ${listPaths(paths)}`);
        },
      );
    },
    complaints(complaints) {
      const fresh = complaints.filter((text, index) => !told.has(text) && complaints.indexOf(text) === index);
      told = new Set(complaints);
      for (const text of fresh) {
        say(
          'complaint',
          () => ({ message: text }),
          () => {
            report.notice({ level: 'warning', code: 'preview', message: text });
          },
        );
      }
    },
    kept({ conflicts }) {
      for (const { path } of conflicts.filter((conflict) => !named.has(conflict.path))) {
        named.add(path);
        say(
          'kept',
          () => ({ path }),
          () => {
            report.message(`${report.messageStyle.warning('kept:')} ${path} was edited and is served as it is`);
          },
        );
      }
    },
    trouble(message, details = [], remedy) {
      say(
        'trouble',
        () => ({ message, details }),
        () => {
          for (const line of details) report.verbatim(line);
          report.message(`${report.messageStyle.error('not reloaded:')} ${message}`);
          if (remedy !== undefined) report.next(remedy);
        },
      );
    },
    entry(entry) {
      if (world.stdout.writableLength > mostWaiting) {
        leftOut += 1;
        return;
      }
      if (leftOut > 0) {
        const entries = leftOut;
        say(
          'left-out',
          () => ({ entries }),
          () => {
            report.result(`(${count(entries, 'entry', 'entries')} left out)`);
          },
        );
        leftOut = 0;
      }
      report.sayEvent({
        json: () => entryToJson(entry),
        text: () => {
          report.result(printEntry(entry, report.style));
        },
      });
    },
    ended() {
      say(
        'ended',
        () => ({}),
        () => {
          report.message('The preview has ended.');
        },
      );
    },
  };
}

function listServices({ project }: Served, port: number): readonly unknown[] {
  return project.desired.services.flatMap((service) =>
    listHosts(service).map((host) => ({
      name: service.name,
      mode: service.mode,
      host,
      url: printUrl({ port }, { ...service, host }),
    })),
  );
}

function printStart(
  { project, behaviour, charts }: Served,
  port: number,
  plainPort: number | undefined,
): readonly string[] {
  const { config, desired } = project;
  const rows = desired.services.flatMap((service) =>
    listHosts(service).map((host) => [
      `${host}${service.entryPath ?? ''}`,
      service.mode,
      `ingress-tls ${service.protocol === undefined ? 'curl' : 'verify'} ${service.name}`,
    ]),
  );
  return [
    `Controller ${config.controller.name} (${behaviour.product}) in preview on 127.0.0.1:${port}`,
    ...(plainPort === undefined ? [] : [`Plain HTTP on 127.0.0.1:${plainPort} is redirected there.`]),
    ...(config.controller.install === false
      ? [
          `It stands in for the controller of class ${className(config)} and imitates one that profile ${config.controller.profile} would install.`,
        ]
      : []),
    'For trying things, not for production: only this machine reaches it.',
    charts.by === 'helm'
      ? 'The charts are read through helm template.'
      : `The charts are taken as generated, edits inside of charts/ are not seen: ${charts.why}.`,
    '',
    ...(rows.length === 0
      ? ['There are no services yet: ingress-tls add-service']
      : printTable(['HOST', 'MODE', 'TO TRY IT'], rows)),
    '',
    'ingress-tls verify checks all of it. Ctrl-C ends the preview.',
    '',
  ];
}

function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}

function listPaths(paths: readonly string[]): string {
  const shown = paths.slice(0, 3).join(', ');
  return paths.length > 3 ? `${shown} and ${paths.length - 3} more` : shown;
}
