import { canAsk } from '../../app/asking.ts';
import { createProject, refuseExisting } from '../../app/edit-project.ts';
import { defaultDomain } from '../../config/defaults.ts';
import type { ConfigIntent } from '../../config/edit.ts';
import { loadProfiles } from '../../controllers/index.ts';
import { places } from '../../project/places.ts';
import { reportNotices } from '../output/notices.ts';
import { closeRender, reportRender } from '../output/report-render.ts';
import type { CommandSession } from '../session.ts';

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

/** Starts a project. */
export async function init(session: CommandSession, options: InitOptions): Promise<number> {
  const { report } = session;
  // Before anything is asked.
  refuseExisting(session);
  const domain = await chooseDomain(session, options);
  const profile = await chooseProfile(session, options);
  const written = await createProject(session, toIntent({ ...options, ...profile }, domain));
  if (report.format === 'text') report.result(`created    ${places.config}`);
  reportRender(session, written);
  reportNotices(report, written.news, ['warning', 'info']);
  report.message(
    `The domain is ${written.project.config.domain}${options.domain === undefined ? ' (to change it: ingress-tls init --domain YOUR.DOMAIN in an empty folder)' : ''}.`,
  );
  return closeRender(session, written.plan, 'ingress-tls add-service --mode terminate');
}

async function chooseDomain({ world }: CommandSession, options: InitOptions): Promise<string> {
  if (options.domain !== undefined) return options.domain;
  if (!canAsk(world, options)) return defaultDomain;
  const { askText } = await import('../prompts.ts');
  return askText(world, 'Under which domain are the services reached?', defaultDomain);
}

/** Asked only of who is there; an image says which controller is meant. */
async function chooseProfile({ world }: CommandSession, options: InitOptions): Promise<Pick<InitOptions, 'profile'>> {
  if (options.profile !== undefined || options.controllerImage !== undefined || !canAsk(world, options)) return {};
  const { askProfile } = await import('../prompts.ts');
  return { profile: await askProfile(world, await loadProfiles()) };
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
  return {
    domain,
    ...(options.namespace === undefined ? {} : { namespace: options.namespace }),
    controller,
    certificate,
  };
}
