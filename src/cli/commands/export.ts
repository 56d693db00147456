import type { Program } from '../commander.ts';
import type { Run } from '../run-command.ts';
import { addHelpDetails, jsonOption, noInputOption, parseNotEmpty } from '../options.ts';

export function defineExport(program: Program, run: Run): void {
  const command = program
    .command('export')
    .description('write a certificate and its key, or what clients have to trust, as browsers and Java import it')
    .argument('<name>', 'a certificate, as svc9-client of certs/svc9-client.crt')
    .option('-o, --output <file>', 'where to write; - is standard output (default: certs/NAME.p12)', parseNotEmpty)
    .option('--password-file <file>', 'file that holds the password (default: it is asked for)', parseNotEmpty)
    .option('--trust-store', 'in place of the pair, the authority that whoever is shown it has to trust')
    .option('--format <format>', 'pkcs12; with --trust-store also pem or der', 'pkcs12')
    .option('--legacy', 'encrypt with 3DES and SHA-1, for systems of before 2019 that call the password wrong')
    .option('--force', 'replace a file that is there')
    .addOption(jsonOption())
    .addOption(noInputOption());
  addHelpDetails(command, [
    ['ingress-tls export svc9-client', 'for a browser or Java: key and certificate'],
    ['ingress-tls export svc9-client-alice -o alice.p12 --password-file pw', 'without a question'],
    ['ingress-tls export ca --trust-store -o trust.p12', 'whom Java is to trust'],
    ['ingress-tls export ca --trust-store --format der -o ca.der', 'for Windows and Android'],
  ]);
  command.action(async (name, flags) => {
    await run(command, { ...flags, name }, async () => (await import('../actions/export.ts')).exportPair);
  });
}
