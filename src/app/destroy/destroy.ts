import { UsageError } from '../../errors.ts';
import type { Cluster } from '../../world/kubectl/kubectl.ts';
import { quote } from '../../text/escape.ts';
import { canAsk } from '../asking.ts';
import { loadProject } from '../project.ts';
import { withLock, type Session } from '../session.ts';
import { carryOutDestroy, type Destroyed } from './carry-out-destroy.ts';
import { planDestroy, type DestroyPlan, type DestroySettings } from './plan-destroy.ts';

export interface DestroyRequest extends DestroySettings {
  /** The controller's name; absent: the person is asked for it. */
  readonly confirm?: string;
  readonly input: boolean;
}

/** Hears what destroy finds, and asks the person. */
export interface DestroyEvents {
  readonly onCluster: (cluster: Cluster) => void;
  /** Shows what is about to be removed, and asks for the controller's name. @throws where a stop was asked for instead. */
  readonly askName: (plan: DestroyPlan) => Promise<string>;
}

/** What there was to remove; absent `done`: there was nothing, or nothing was to be removed. */
export interface DestroyOutcome {
  readonly plan: DestroyPlan;
  readonly done?: Destroyed;
}

/**
 * Removes from the cluster what apply brought for this controller, and waits until it is gone, pods included: releases, objects, and its
 * namespaces when nothing else is in them. Run again after it was killed, it goes on.
 * @throws UsageError when the controller's name was not given, or another one; KnownError as planDestroy and carryOutDestroy.
 */
export async function destroy(
  session: Session,
  request: DestroyRequest,
  events: DestroyEvents,
): Promise<DestroyOutcome> {
  const run = async (): Promise<DestroyOutcome> => {
    const project = await loadProject(session, request.takeOver);
    const { name } = project.config.controller;
    if (request.confirm !== undefined) refuseWrongName(request.confirm, name);
    else if (request.dryRun !== true && !canAsk(session.world, request)) {
      throw new UsageError("missing --confirm: destroying asks for the controller's name", {
        remedy: `ingress-tls destroy --confirm ${name}`,
      });
    }
    const plan = await planDestroy(session, project, request, events.onCluster);
    if (request.dryRun === true || plan.isEmpty) return { plan };
    if (request.confirm === undefined) refuseWrongName(await events.askName(plan), name);
    return { plan, done: await carryOutDestroy(session, request, plan) };
  };
  return request.dryRun === true ? run() : withLock(session, 'destroy', run);
}

function refuseWrongName(answer: string, name: string): void {
  if (answer === name) return;
  throw new UsageError(`${quote(answer)} is not the controller's name: nothing was removed`, {
    remedy: `ingress-tls destroy --confirm ${name}`,
  });
}
