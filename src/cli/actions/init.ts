import { createConfigText, type ConfigIntent } from '../../config/edit.ts';
import { defaultDomain } from '../../config/defaults.ts';
import { UsageError } from '../../errors.ts';
import { places } from '../../project/places.ts';
import { canAsk } from '../../app/asking.ts';
import { reportNotices } from '../output/notices.ts';
import { describeChanged, planProject } from '../../app/project.ts';
import { closeRender, reportRender } from '../output/report-render.ts';
import { withLock } from '../../app/session.ts';
import type { CommandSession } from '../session.ts';
import { writeChangedProject } from '../../app/write-project.ts';

export interface InitOptions {
  readonly domain?: string;
  readonly namespace?: string;
  readonly profile?: string;
  readonly controllerName?: string;
  readonly controllerNamespace?: string;
  readonly controllerImage?: string;
  readonly nodePort?: number;
  readonly keyType?: string;
  readonly days?: number;
  readonly yes?: boolean;
  readonly input: boolean;
}

/** Starts a project. Everything is checked before the first byte is written. */
export async function init(session: CommandSession, options: InitOptions): Promise<number> {
  refuseExisting(session);
  const domain = await chooseDomain(session, options);
  return withLock(session, 'init', async () => {
    refuseExisting(session);
    const project = describeChanged(createConfigText(toIntent(options, domain)), 'init');
    const planned = planProject(session, project, false);
    const { plan } = planned;
    const backups = await writeChangedProject(session, undefined, project, planned);
    if (session.report.format === 'text') session.report.result(`created    ${places.config}`);
    reportRender(session, plan, backups);
    reportNotices(session.report, plan.notices, ['warning', 'info']);
    session.report.message(
      `The domain is ${project.config.domain}${options.domain === undefined ? ' (to change it: ingress-tls init --domain YOUR.DOMAIN in an empty folder)' : ''}.`,
    );
    return closeRender(session, plan, 'ingress-tls add-service --mode terminate');
  });
}

function refuseExisting({ files, root }: CommandSession): void {
  if (!files.exists(places.config)) return;
  throw new UsageError(`${places.config} exists already in ${root}`, {
    remedy: 'ingress-tls render generates the files again from it; ingress-tls add-service adds to it',
  });
}

async function chooseDomain({ world }: CommandSession, options: InitOptions): Promise<string> {
  if (options.domain !== undefined) return options.domain;
  if (!canAsk(world, options)) return defaultDomain;
  const { askText } = await import('../prompts.ts');
  return askText(world, 'Under which domain are the services reached?', defaultDomain);
}

function toIntent(options: InitOptions, domain: string): ConfigIntent {
  const controller = {
    ...(options.profile === undefined ? {} : { profile: options.profile }),
    ...(options.controllerName === undefined ? {} : { name: options.controllerName }),
    ...(options.controllerNamespace === undefined ? {} : { namespace: options.controllerNamespace }),
    ...(options.nodePort === undefined ? {} : { nodePort: options.nodePort }),
    ...(options.controllerImage === undefined ? {} : { image: options.controllerImage }),
  };
  const certificate = {
    ...(options.days === undefined ? {} : { days: options.days }),
    ...(options.keyType === undefined ? {} : { keyType: options.keyType }),
  };
  return { domain, ...(options.namespace === undefined ? {} : { namespace: options.namespace }), controller, certificate };
}
