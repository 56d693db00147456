import type { Program } from '../commander.ts';
import type { Run } from '../run-command.ts';
import { addHelpDetails, jsonOption } from '../options.ts';

export function defineClient(program: Program, run: Run): void {
  const command = program
    .command('client')
    .description("give persons a certificate of a service's own client authority: add, list, remove");
  addHelpDetails(command, [
    ['ingress-tls client add svc9 alice', 'makes certs/svc9-client-alice.crt and its key'],
    ['ingress-tls client list', 'whom each service lets in, until when, and which keys are here'],
    ['ingress-tls client remove svc9 alice', 'and says what that does not end'],
  ]);

  const add = command
    .command('add')
    .description("name a person among a service's clients in ingress-tls.yaml, and make key and certificate")
    .argument('<service>', 'a service that asks clients for a certificate')
    .argument('<person>', 'a to z, 0 to 9 and "-"')
    .addOption(jsonOption());
  addHelpDetails(add, [['ingress-tls client add svc9 alice', 'the pod sees the user name svc9-client-alice']]);
  add.action(async (service, person) => {
    await run(add, { service, person }, async () => (await import('../actions/client.ts')).addPerson);
  });

  const list = command
    .command('list')
    .description('list the clients of services: person, subject, expiry and whether the key is here')
    .argument('[service]', 'of this service alone')
    .addOption(jsonOption());
  addHelpDetails(list, [
    ['ingress-tls client list svc9', 'of one service'],
    ['ingress-tls client list --json', 'for scripts'],
  ]);
  list.action(async (service) => {
    const options = service === undefined ? {} : { service };
    await run(list, options, async () => (await import('../actions/client.ts')).listPersonsOf);
  });

  const remove = command
    .command('remove')
    .description("take a person out of a service's clients; what they were given stays valid until it expires")
    .argument('<service>', 'name of the service')
    .argument('<person>', 'name of the client, as client list shows it')
    .addOption(jsonOption());
  addHelpDetails(remove, [['ingress-tls client remove svc9 alice', 'the pair is kept; nothing is revoked']]);
  remove.action(async (service, person) => {
    await run(remove, { service, person }, async () => (await import('../actions/client.ts')).removePerson);
  });
}
