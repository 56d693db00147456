import {
  addClientToProject,
  listClients,
  removeClientFromProject,
  type ChangedClients,
  type ListedClient,
} from '../../app/clients.ts';
import { formatDate } from '../../certs/validity.ts';
import { exitCodes } from '../../errors.ts';
import { nameOfPair, rotateCommand } from '../../project/places.ts';
import { printTable } from '../../text/columns.ts';
import { reportNotices } from '../output/notices.ts';
import { closeRender, renderToJson, reportBackups, reportConflicts } from '../output/report-render.ts';
import { summarize } from '../output/summary.ts';
import type { CommandSession } from '../session.ts';
import { formatLeft } from './list.ts';

export interface ClientOptions {
  readonly service: string;
  readonly person: string;
}

/** Makes a person a client of a service. Exit 1 when edited files were kept. */
export async function addPerson(session: CommandSession, { service, person }: ClientOptions): Promise<number> {
  const changed = await addClientToProject(session, service, person);
  const { client, authority, plan, now, news } = changed;
  reportChange(session, changed);
  reportNotices(session.report, news, ['warning', 'info']);
  const isMade = plan.steps.some((step) => step.kind === 'issue-certificate' && step.path === client.certificate);
  session.report.message(
    `Added ${person} to the clients of ${service}: ${client.certificate} and ${client.key ?? ''}` +
      `${isMade ? '' : ', which were there already'}${tellExpiry(client, now)}. ` +
      `Nothing changes on the cluster: ${service} takes whom ${authority.certificate} has signed.`,
  );
  return closeRender(session, plan, `ingress-tls export ${service}-client-${person}`);
}

/** Takes a person out of the clients of a service, and says what that does not do. Exit 1 when edited files were kept. */
export async function removePerson(session: CommandSession, { service, person }: ClientOptions): Promise<number> {
  const changed = await removeClientFromProject(session, service, person);
  const { client, authority, others, plan, now } = changed;
  const { report } = session;
  reportChange(session, changed);
  if (client.state === 'expired') report.message(`Removed ${person} from the clients of ${service}.`);
  else {
    const end = client.expires === null ? 'until it expires' : `until ${formatDate(new Date(client.expires), now)}`;
    report.message(
      `Removed ${person} from the clients of ${service}; nothing is revoked. Who has ${client.certificate} and its key is let in ` +
        `${end}: neither pods nor controllers read a list of revoked certificates.`,
    );
    report.message(
      `Only another authority ends it before: ${rotateCommand(authority)}, step by step. The others ` +
        `(${others.map(nameOfPair).join(', ')}) need their new certificates then.`,
    );
  }
  if (client.expires !== null)
    report.message(`Kept ${client.certificate} and ${client.key ?? ''}: delete them yourself when nothing needs them.`);
  return closeRender(session, plan);
}

export interface ListClientsOptions {
  readonly service?: string;
}

/** Says who is a client of which service. */
export async function listPersonsOf(session: CommandSession, { service }: ListClientsOptions): Promise<number> {
  const { clients, now } = await listClients(session, service);
  const { report } = session;
  report.say({
    json: () => ({ clients }),
    text: () => {
      if (clients.length === 0) report.message('No service has an authority of its own for clients.');
      else
        report.results(
          printTable(
            ['SERVICE', 'PERSON', 'SUBJECT', 'EXPIRES', 'LEFT', 'KEY'],
            clients.map((client) => [
              client.service,
              client.person ?? '-',
              client.subject ?? '',
              client.expires === null ? 'missing' : formatDate(new Date(client.expires), now),
              formatLeft(client, now),
              client.hasKey === true ? 'here' : 'not here',
            ]),
          ),
        );
    },
  });
  return exitCodes.done;
}

function reportChange(session: CommandSession, { plan, backups, client }: ChangedClients): void {
  const { report } = session;
  reportConflicts(session, plan);
  reportBackups(session, backups);
  report.say({
    json: () => ({ client, ...renderToJson(plan, backups) }),
    text: () => {
      report.results(summarize(plan));
    },
  });
}

function tellExpiry({ expires }: ListedClient, now: Date): string {
  return expires === null ? '' : `, valid until ${formatDate(new Date(expires), now)}`;
}
