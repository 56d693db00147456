import { alternatives } from '../../config/wording.ts';
import { profileNames } from '../../controllers/index.ts';
import type { Program } from '../commander.ts';
import type { Run } from '../run-command.ts';
import { addHelpDetails, jsonOption, noInputOption, parseWholeNumber, yesOption } from '../options.ts';

export function defineInit(program: Program, run: Run): void {
  const command = program
    .command('init')
    .description('start a project: ingress-tls.yaml, the wildcard certificate and the controller')
    .option('--domain <domain>', 'the services are reached under this domain (default: example.test)')
    .option('--namespace <namespace>', 'namespace of the services (default: default)')
    .option(
      '--profile <profile>',
      `controller profile: ${alternatives(profileNames)} (default: ${profileNames[0] ?? ''})`,
    )
    .option('--controller-name <name>', 'name of the controller, of its class and of its objects (default: ic3)')
    .option('--controller-namespace <namespace>', 'namespace of the controller (default: ingress-nginx-demo)')
    .option('--controller-image <image>', "image instead of the profile's own, for instance a maintained fork's")
    .option('--node-port <port>', 'node port of the controller (default: 30092)', parseWholeNumber)
    .option(
      '--key-type <type>',
      'rsa-2048 or ecdsa-p256, for every new key (default: rsa-2048 for the wildcard, ecdsa-p256 for the others)',
    )
    .option('--days <days>', 'lifetime of the certificates, at most 825 (default: 365)', parseWholeNumber)
    .addOption(jsonOption())
    .addOption(yesOption())
    .addOption(noInputOption());
  addHelpDetails(command, [
    ['ingress-tls init', 'domain example.test'],
    ['ingress-tls init --domain apps.example.org', 'your own domain'],
    ['ingress-tls init --profile traefik', 'a controller that is still maintained'],
    ['ingress-tls init --domain tonybai.com --profile ingress-nginx-0.15', 'for clusters before Kubernetes 1.16'],
  ]);
  command.action(async (options) => {
    await run(command, options, async () => (await import('../actions/init.ts')).init);
  });
}
