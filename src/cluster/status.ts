import { backendOf } from '../model/backend.ts';
import { findNamed } from '../kube/object-fields.ts';
import type { PlannedService } from '../model/chart.ts';
import type { ObjectReference } from '../model/kube-object.ts';
import type { ServiceStatus, Status } from '../model/status.ts';
import { judgeCertificate } from './status-certificate.ts';
import { countPods, judgeController } from './status-controller.ts';
import { listDrift } from './status-drift.ts';
import type { StatusFacts } from './status-facts.ts';
import { listProblems } from './status-problems.ts';
import { endsInPod } from '../model/mode.ts';

/** Says how a project is on a cluster, and what is wrong with it. */
export function judgeStatus(facts: StatusFacts): Status {
  const { cluster, live } = facts;
  const controller = judgeController(facts.desired, live);
  const isRunning = controller.workloads.every(({ pods }) => pods !== null && pods.ready > 0);
  const services = facts.services.map((service) => judgeService(facts, service, isRunning));
  const problems = listProblems(facts, controller, services);
  return { well: problems.every(({ level }) => level === 'warning'), cluster, controller, services, problems };
}

/** Workloads that exist and whose newest pods are not all there: what to ask for reasons. */
export function listUnready({
  desired: { config, profile },
  services,
  live,
}: Pick<StatusFacts, 'desired' | 'services' | 'live'>): readonly ObjectReference[] {
  const ofController = profile.workloads(config).flatMap((reference) => {
    const workload = findNamed(live.controller, reference.kind, reference);
    return workload === undefined || countPods(workload).rolledOut ? [] : [reference];
  });
  const ofServices = services.flatMap(({ release: name, namespace }) => {
    const workload = findNamed(live.objects, 'Deployment', { name, namespace });
    return workload === undefined || countPods(workload).rolledOut ? [] : [{ kind: 'Deployment', name, namespace }];
  });
  return [...ofController, ...ofServices];
}

function judgeService(facts: StatusFacts, service: PlannedService, isRunning: boolean): ServiceStatus {
  const {
    desired: { config, profile },
    live,
    records,
    now,
  } = facts;
  const { name, mode, host, release, namespace } = service;
  const record = records.find((each) => each.name === release && each.namespace === namespace);
  const deployment = findNamed(live.objects, 'Deployment', { name: release, namespace });
  const secret = endsInPod(service.mode) ? service.podTlsSecret : service.hostSecret;
  return {
    ...{ name, mode, host, backend: backendOf(service) },
    release: { name: release, namespace, status: record?.status ?? null, revision: record?.revision ?? null },
    pods: deployment === undefined ? null : countPods(deployment),
    route: profile.judgeRoute(config, service, live, isRunning),
    certificate:
      secret === undefined
        ? null
        : judgeCertificate(secret, live.secrets.get(`${namespace}/${secret}`)?.certificate, now),
    drift: listDrift(facts, service),
  };
}
