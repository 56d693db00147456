import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inProject, noServices, threeModes } from '../support/prepared-project.ts';
import { inFreshFolder, runProgram, type ProgramResult } from '../support/program.ts';
import { listCommandRemedies } from '../support/remedies.ts';
import { oldClusterAnswers } from '../support/stand-in-answers.ts';
import { installStandInCluster, type StandInCluster } from '../support/stand-in-cluster.ts';

/** A project folder beside a cluster that takes everything. */
interface Place {
  readonly project: string;
  readonly cluster: StandInCluster;
  readonly run: (line: string, env?: Readonly<Record<string, string>>) => ProgramResult;
  readonly change: (path: string, change: (text: string) => string) => void;
}

interface Row {
  /** As listCommandRemedies says it. */
  readonly remedy: string;
  /** `none`: an empty folder. Three services when absent. */
  readonly config?: string;
  readonly provoke: (place: Place) => ProgramResult;
  /** Does what the remedy says; `printed` is the command that it prints, where it is one and nothing else. */
  readonly follow: (place: Place, printed: string) => ProgramResult;
}

const runEach = (place: Place, ...lines: readonly string[]): ProgramResult => {
  const results = lines.map((line) => place.run(line));
  return results.find(({ exitCode }) => exitCode !== 0) ?? results.at(-1) ?? place.run('');
};

const edit = (place: Place, path: string): void => {
  place.change(path, (text) => `${text}# mine\n`);
};

const twoReplicas = (place: Place): void => {
  place.change('ingress-tls.yaml', (text) => text.replace('name: svc7\n', 'name: svc7\n    replicas: 2\n'));
};

const oldCluster = threeModes.replace('services:', 'controller:\n  profile: ingress-nginx-0.15\nservices:');

const tried: readonly Row[] = [
  {
    remedy: 'cli/actions/add-service.ts: ingress-tls add-service … --mode …',
    config: noServices,
    provoke: ({ run }) => run('add-service'),
    follow: ({ run }, printed) => run(printed),
  },
  {
    remedy: 'cli/actions/add-service.ts: ingress-tls add-service NAME --mode …',
    provoke: ({ run }) => run('add-service --mode terminate'),
    follow: ({ run }, printed) => run(printed.replace('NAME', 'shop')),
  },
  {
    remedy: 'cli/actions/add-service.ts: ingress-tls add-service --help',
    provoke: ({ run }) => run('add-service shop --mode something'),
    follow: ({ run }, printed) => run(printed),
  },
  {
    remedy: 'app/edit-project.ts: edit it there and run ingress-tls render, or choose another name',
    provoke: ({ run }) => run('add-service svc7 --mode terminate'),
    follow: (place) => {
      twoReplicas(place);
      return runEach(place, 'render', 'add-service shop --mode terminate');
    },
  },
  {
    remedy: 'app/apply/apply.ts: …; ingress-tls apply --keep-edits applies what you edited',
    provoke: (place) => {
      edit(place, 'manifests/ic-common.yaml');
      return place.run('apply');
    },
    follow: ({ run }) => run('apply --keep-edits'),
  },
  {
    remedy: 'app/destroy/destroy.ts: ingress-tls destroy --confirm …',
    provoke: ({ run }) => run('destroy'),
    follow: ({ run }, printed) => run(printed),
  },
  {
    remedy: 'app/diff.ts: ingress-tls apply --dry-run shows what would be sent',
    config: oldCluster,
    provoke: ({ run, cluster }) => {
      cluster.answer(...oldClusterAnswers);
      return run('diff');
    },
    follow: ({ run }) => run('apply --dry-run'),
  },
  {
    remedy: 'app/doctor.ts: ingress-tls init',
    config: 'none',
    provoke: ({ run }) => run('doctor'),
    follow: ({ run }) => run('init --key-type ecdsa-p256'),
  },
  {
    remedy: 'app/doctor.ts: ingress-tls render',
    provoke: (place) => {
      twoReplicas(place);
      return place.run('doctor');
    },
    follow: ({ run }) => run('render'),
  },
  {
    remedy: 'app/doctor.ts: ingress-tls render shows the differences',
    provoke: (place) => {
      edit(place, 'manifests/ic-common.yaml');
      return place.run('doctor');
    },
    follow: ({ run }) => {
      const result = run('render');
      return { ...result, exitCode: result.exitCode === 1 && result.stderr.includes('-# mine') ? 0 : 70 };
    },
  },
  {
    remedy:
      'app/edit-project.ts: ingress-tls render generates the files again from it; ingress-tls add-service adds to it',
    provoke: ({ run }) => run('init'),
    follow: (place) => runEach(place, 'render', 'add-service shop --mode terminate'),
  },
  {
    remedy: 'app/project.ts: ingress-tls init',
    config: 'none',
    provoke: ({ run }) => run('apply'),
    follow: ({ run }, printed) => run(`${printed} --key-type ecdsa-p256`),
  },
  {
    remedy: 'app/project.ts: ingress-tls … --help',
    config: 'none',
    provoke: ({ run }) => run('init --domain not_a_domain'),
    follow: ({ run }, printed) => run(printed),
  },
  {
    remedy: 'app/kept-files.ts: ingress-tls render --force replaces … and keeps a backup; or put the change into …',
    provoke: (place) => {
      edit(place, 'charts/svc7/values.yaml');
      return place.run('render');
    },
    follow: (place) => runEach(place, 'render --force', 'render'),
  },
  {
    remedy: 'app/select-services.ts: ingress-tls list',
    provoke: ({ run }) => run('remove-service shop'),
    follow: ({ run }, printed) => run(printed),
  },
  {
    remedy: 'app/verify/subjects.ts: ingress-tls render',
    provoke: ({ project, run }) => {
      rmSync(join(project, 'certs/wildcard.crt'));
      return run('verify --address 127.0.0.1:1');
    },
    follow: ({ run }) => run('render'),
  },
  {
    remedy: 'app/write-project.ts: Run the same command again.',
    provoke: ({ run }) =>
      run('add-service shop --mode terminate', {
        NODE_OPTIONS: `--import=${new URL('../support/stop-at.js', import.meta.url).href}`,
        INGRESS_TLS_TEST_STOP: 'save 2',
      }),
    follow: (place) => {
      const result = place.run('add-service shop --mode terminate');
      expect(readFileSync(join(place.project, 'ingress-tls.yaml'), 'utf8')).toMatch(
        /# mine\n[^]*name: shop|name: shop[^]*# mine\n/,
      );
      return result;
    },
  },
  {
    remedy: 'config/load.ts: correct … and run the command again; ingress-tls schema prints what the file may hold',
    provoke: (place) => {
      place.change('ingress-tls.yaml', (text) => text.replace('domain:', 'domian:'));
      return place.run('render');
    },
    follow: (place) => {
      place.change('ingress-tls.yaml', (text) => text.replace('domian:', 'domain:'));
      return runEach(place, 'schema', 'render');
    },
  },
  {
    remedy: 'config/load.ts: remove the file and run ingress-tls init, or restore it from your version control',
    provoke: (place) => {
      place.change('ingress-tls.yaml', () => '# nothing\n');
      return place.run('list');
    },
    follow: ({ project, run }) => {
      rmSync(join(project, 'ingress-tls.yaml'));
      return run('init');
    },
  },
  {
    remedy:
      "world/files/deep-journal.ts: delete it, then run ingress-tls render --force and ingress-tls apply, which bring the project's own Secrets",
    provoke: ({ project, run }) => {
      writeFileSync(join(project, '.ingress-tls/verify-deep.json'), '{}');
      return run('apply');
    },
    follow: (place) => {
      rmSync(join(place.project, '.ingress-tls/verify-deep.json'));
      return runEach(place, 'render --force', 'apply');
    },
  },
  {
    remedy: 'world/files/file-failure.ts: Move that file away, then run the same command again.',
    provoke: ({ project, run }) => {
      rmSync(join(project, 'charts/svc7'), { recursive: true });
      writeFileSync(join(project, 'charts/svc7'), '');
      return run('render');
    },
    follow: ({ project, run }) => {
      rmSync(join(project, 'charts/svc7'));
      return run('render');
    },
  },
  {
    remedy: 'world/files/files.ts: Move … away, then run the same command again.',
    config: 'none',
    provoke: ({ project, run }) => {
      writeFileSync(join(project, 'certs'), '');
      return run('init --key-type ecdsa-p256');
    },
    follow: ({ project, run }) => {
      rmSync(join(project, 'certs'));
      return run('init --key-type ecdsa-p256');
    },
  },
  {
    remedy: 'project/rotations.ts: ingress-tls render',
    provoke: ({ project, run }) => {
      for (const name of ['ca', 'svc8', 'svc9'])
        for (const kind of ['crt', 'key']) rmSync(join(project, `certs/${name}.${kind}`));
      return run('rotate-ca');
    },
    follow: ({ run }, printed) => run(printed),
  },
  {
    remedy: 'kube/parse-yaml.ts: ingress-tls render --force makes generated files anew and keeps a backup',
    provoke: (place) => {
      place.change('manifests/ic-common.yaml', () => '[\n');
      return place.run('apply --keep-edits');
    },
    follow: (place) => runEach(place, 'render --force', 'apply'),
  },
];

/** Not tried here, and why; a text, or the beginning of some. */
const notTried: readonly (readonly [reason: string, remedies: readonly string[]])[] = [
  ['a check of verify on what runs: test/cli/verify-faults.test.ts mends each fault', ['verify/']],
  [
    'it leads to what a cluster tells, which existing-controller.test.ts looks up',
    [
      'project/expected-controller.ts: Look with kubectl get deployments,daemonsets,configmaps',
      'app/verify/logs.ts: ingress-tls doctor says what was looked for',
    ],
  ],
  [
    'it names a way out of a list or a file, which test/cli/renew.test.ts and expiry.test.ts look at',
    ['app/renew.ts: '],
  ],
  ['rotate-ca.test.ts and test/cluster/rotation.test.ts go the way on', ['app/rotate-authority.ts: ']],
  ['test/real/trust.test.ts has such a machine', ['app/trust.ts: ']],
  ['client.test.ts and export.test.ts look at it', ['app/clients.ts: ', 'app/export.ts: ', 'cli/actions/export.ts: ']],
  ['half-way.test.ts tries it', ['world/files/file-failure.ts: Free some space, then run the same command again.']],
  [
    'a cluster in that state is needed: test/cli/apply*.test.ts, destroy.test.ts, exposure.test.ts and test/cluster have it',
    [
      'world/exec/known-texts.ts: ',
      'world/run-step.ts: ',
      'world/exec/tool-failure.ts: ',
      'cli/output/apply-report.ts: ingress-tls apply --prune removes them',
      'cli/output/apply-report.ts: ingress-tls verify ',
      'app/cluster/checks.ts: ',
      'app/run/',
      'app/apply/await-',
      'app/apply/find-way-in.ts: ',
      'app/cluster/reach-service.ts: ',
      'app/apply/look-for-apply.ts: ',
      'app/apply/wait-for-workloads.ts: ',
      'app/verify/address.ts: ingress-tls apply brings the controller; controller.nodePort in … says the port',
      'app/verify/deep.ts: ',
      'app/verify/swap.ts: ',
    ],
  ],
  [
    'it needs a second terminal, or names what a person fills in',
    [
      'world/kubectl/credentials.ts: ',
      'cli/actions/curl.ts: ingress-tls curl NAME [PATH] -- OPTIONS',
      'app/verify/verify.ts: ',
      'app/curl.ts: ingress-tls verify …',
      'app/verify/address.ts: ingress-tls preview, in another terminal; or say where it runs with --address HOST:PORT',
    ],
  ],
  [
    'a person has to find the files that belong together: certificates-by-hand.test.ts',
    [
      'app/verify/client-identity.ts: bring the right one of the two, or move both away and run ingress-tls render',
      'world/net/handshake.ts: ',
      'project/certificates.ts: ',
      'project/named-authorities.ts: ',
    ],
  ],
  ['tried with certificates that are as it says: own-certificates.test.ts', ['project/chain-notices.ts: ']],
  ['needs a key from elsewhere: curl.test.ts', ['app/curl.ts: bring …, or show']],
  ['what reads the file before it says the same first', ['config/edit.ts: ', 'config/splices.ts: ']],
  [
    'only somebody who changes the folder at the same moment, or the machine, brings it about',
    [
      'world/files/carry-out.ts: ',
      'world/files/file-failure.ts: Give your user access',
      'world/files/file-failure.ts: Move it away',
      'world/files/file-failure.ts: Move the folder away',
      'world/files/file-failure.ts: Raise the limit',
      'world/files/file-failure.ts: End other programs',
      'world/files/file-failure.ts: Redirect it',
    ],
  ],
];

const excused = notTried.flatMap(([, remedies]) => remedies);

it('every remedy that names a command is tried, or it is said why not', () => {
  const all = listCommandRemedies();
  expect(all.length).toBeGreaterThan(50);
  const isKnown = (line: string): boolean =>
    tried.some(({ remedy }) => remedy === line) || excused.some((beginning) => line.startsWith(beginning));
  expect(all.filter((line) => !isKnown(line))).toEqual([]);
  expect(tried.map(({ remedy }) => remedy).filter((remedy) => !all.includes(remedy))).toEqual([]);
  expect(excused.filter((beginning) => !all.some((line) => line.startsWith(beginning)))).toEqual([]);
}, 300_000);

/** The remedy as it may stand on a screen. */
function toPattern(remedy: string): RegExp {
  const [, text = ''] = /^[^:]+: (.*)$/.exec(remedy) ?? [];
  return new RegExp(
    text
      .split('…')
      .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`))
      .join('.*'),
  );
}

async function inPlace(config: string, body: (place: Place) => void): Promise<void> {
  const begin = (project: string, outside: string): void => {
    const cluster = installStandInCluster(outside);
    body({
      project,
      cluster,
      run: (line, env = {}) =>
        runProgram(
          line.split(' ').filter((word) => word !== ''),
          { cwd: project, env: { ...cluster.env, ...env } },
        ),
      change: (path, change) => {
        writeFileSync(join(project, path), change(readFileSync(join(project, path), 'utf8')));
      },
    });
  };
  if (config !== 'none') return inProject(config, begin);
  return inFreshFolder((outside) => {
    mkdirSync(join(outside, 'project'));
    begin(join(outside, 'project'), outside);
  });
}

describe('the remedy helps', () => {
  it.each(tried.map((row) => [row.remedy, row] as const))(
    '%s',
    async (remedy, { config = threeModes, provoke, follow }) => {
      await inPlace(config, (place) => {
        const { exitCode, stdout, stderr } = provoke(place);
        const said = stdout + stderr;
        expect(said).toMatch(toPattern(remedy));
        if (!remedy.startsWith('app/doctor.ts')) expect(exitCode).not.toBe(0);
        const printed = /^next: ingress-tls (.*)$/m.exec(stderr)?.[1] ?? '';
        expect(follow(place, printed)).toMatchObject({ exitCode: 0 });
      });
    },
  );
});
