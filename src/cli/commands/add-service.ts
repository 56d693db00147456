import { InvalidArgumentError, type Program } from '../commander.ts';
import type { Run } from '../run-command.ts';
import { addHelpDetails, jsonOption, noInputOption, parseWholeNumber, yesOption } from '../options.ts';

export function defineAddService(program: Program, run: Run): void {
  const command = program
    .command('add-service')
    .description('add a service to ingress-tls.yaml and render its certificates, Secrets and chart')
    .argument('[name]', "name of the service (default: the article's for the mode: svc7, svc8 or svc9)")
    .option('-m, --mode <mode>', 'where TLS ends: terminate, reencrypt or passthrough')
    .option('--host <host>', 'host name (default: NAME.DOMAIN); repeatable', collectText)
    .option('--namespace <namespace>', "namespace of the service (default: the project's)")
    .option('--host-certificate <name>', 'the one of hostCertificates that clients see (default: the wildcard)')
    .option('--service <name>', 'a Service that is there already; --port is its port then')
    .option('--image <image>', 'container image (default: a small demo backend)')
    .option('--port <port>', "the container's port (default: 8080), or the Service's: number or name", parsePort)
    .option('--replicas <count>', 'number of pods (default: left to the cluster)', parseWholeNumber)
    .option(
      '--client-auth [mode]',
      'ask clients for a certificate: required, optional or off (default: in passthrough alone)',
    )
    .option('--no-client-auth', 'ask no client for a certificate')
    .option('--annotation <key=value>', 'annotation of your own on the route; repeatable', collectAnnotation)
    .addOption(jsonOption())
    .addOption(yesOption())
    .addOption(noInputOption());
  addHelpDetails(command, [
    ['ingress-tls add-service --mode passthrough', 'svc9, with the demo backend'],
    ['ingress-tls add-service shop --mode reencrypt --image example.org/shop:1.4', 'your own image'],
    ['ingress-tls add-service api --mode terminate --service api --namespace web', 'a Service that is there'],
    ['ingress-tls add-service api --mode terminate --client-auth required', 'the controller asks for a certificate'],
    ['ingress-tls add-service api --mode passthrough --no-client-auth', 'without client certificates'],
  ]);
  command.action(async (name, flags) => {
    const options = { ...flags, ...(name === undefined ? {} : { name }) };
    await run(command, options, async () => (await import('../actions/add-service.ts')).addServiceToProject);
  });
}

function parsePort(text: string): number | string {
  return /^\d+$/.test(text) ? parseWholeNumber(text) : text;
}

function collectText(text: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, text];
}

function collectAnnotation(
  text: string,
  previous: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const separator = text.indexOf('=');
  if (separator < 1) throw new InvalidArgumentError('Expected key=value.');
  return { ...previous, [text.slice(0, separator)]: text.slice(separator + 1) };
}
