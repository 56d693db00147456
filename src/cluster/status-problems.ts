import { readIssue } from '../cert-manager/conditions.ts';
import { findNamed } from '../kube/object-fields.ts';
import { escapeControls } from '../text/escape.ts';
import { tellEnd } from '../certs/validity.ts';
import type { Difference } from '../model/changes.ts';
import type {
  CertificateStatus,
  ControllerStatus,
  ProblemCode,
  ServiceStatus,
  StatusProblem,
} from '../model/status.ts';
import { printObjectName } from '../kube/object-identity.ts';
import { formatDifference } from './difference-text.ts';
import { neededApply } from './needed-apply.ts';
import { tellOtherProject, type OtherProject } from './project-identity.ts';
import { bringAnother, hostPair, podPair, renewCommand, restartPods } from '../project/places.ts';
import { judgeCertificate } from './status-certificate.ts';
import { differenceOf, isDifferenceOf } from './status-drift.ts';
import type { StatusFacts } from './status-facts.ts';
import { listWrongTypes, type WrongTypeSecret } from './status-secrets.ts';
import { hasTlsHop } from '../model/mode.ts';

/** What repairs what is missing, and what repairs what differs. */
interface Remedies {
  readonly apply: string;
  readonly diff: string;
  /** What mends a class or a route that no controller reads. */
  readonly unread: Readonly<Record<'missing' | 'differs', string>>;
}

/** Of an apply that does not refuse: it looks at all of the project, whatever one service needs. */
function findRemedies(facts: StatusFacts): Remedies {
  const apply = neededApply(facts);
  const own =
    apply === undefined
      ? {
          apply: 'ingress-tls diff shows what stands in the way of an apply',
          diff: 'ingress-tls diff shows it, and what stands in the way of an apply',
        }
      : { apply, diff: `ingress-tls diff shows it, ${apply} repairs it` };
  const { standIns } = facts.desired.profile;
  const elsewhere = 'ingress-tls doctor says what the controller that is there lacks';
  return {
    ...own,
    unread:
      standIns === undefined ? { missing: own.apply, differs: own.diff } : { missing: elsewhere, differs: elsewhere },
  };
}

/** What is wrong, one entry for what is the same for several services. */
export function listProblems(
  facts: StatusFacts,
  controller: ControllerStatus,
  services: readonly ServiceStatus[],
): readonly StatusProblem[] {
  // What is there is another project's: the rest says nothing of this one.
  if (facts.other !== undefined) return [ofOther(facts, facts.other)];
  const wrongTypes = listWrongTypes(facts);
  const remedies = findRemedies(facts);
  const found = [
    ...ofNamespaces(facts, remedies),
    ...ofController(facts, controller, wrongTypes, remedies),
    ...wrongTypes.map(({ problem }) => problem),
    ...ofIssued(facts, remedies),
    ...services.flatMap((service) => ofService(facts, service, wrongTypes, remedies)),
    ...ofProject(facts),
    ...facts.rotations.map(({ message, remedy = '' }) => warn('authority-rotation', message, remedy)),
    ...ofUnseen(facts),
  ];
  const merged = new Map<string, StatusProblem>();
  for (const problem of found) {
    const key = JSON.stringify([problem.code, problem.message, problem.details, problem.remedy]);
    const same = merged.get(key);
    merged.set(
      key,
      same === undefined ? problem : { ...same, services: [...new Set([...same.services, ...problem.services])] },
    );
  }
  return [...merged.values()];
}

/** Certificates that cert-manager has not issued, in its own words. One that is missing altogether differs from manifests/. */
function ofIssued({ desired, live, services }: StatusFacts, { apply }: Remedies): readonly StatusProblem[] {
  return desired.issued.certificates.flatMap((place): readonly StatusProblem[] => {
    const found = findNamed(live.controller, place.kind, place);
    const issue = readIssue(found);
    if (found === undefined || issue.isIssued) return [];
    const shown = services.filter(
      ({ namespace, keptSecret, podTlsSecret }) =>
        namespace === place.namespace && [keptSecret, podTlsSecret].includes(place.name),
    );
    return [
      problem(
        'certificate-not-issued',
        shown.map(({ name }) => name),
        `${printObjectName(place)} is not issued: ${escapeControls(issue.why)}`,
        `kubectl describe certificate ${place.name} --namespace ${place.namespace}; once it is mended, ${apply}`,
      ),
    ];
  });
}

function ofController(
  facts: StatusFacts,
  controller: ControllerStatus,
  wrongTypes: readonly WrongTypeSecret[],
  remedies: Remedies,
): readonly StatusProblem[] {
  const { apply } = remedies;
  const { workloads, nodePort, service } = controller;
  const missing = workloads.filter(({ pods }) => pods === null);
  const unready = workloads.filter(({ pods }) => pods?.rolledOut === false);
  const found: readonly StatusProblem[] = [
    ...missing.map(({ kind, name, namespace }) =>
      problem('workload-missing', [], `${kind} ${name} in namespace ${namespace} is missing`, apply),
    ),
    ...unready.map(({ kind, name, namespace, pods }) =>
      problem(
        'not-ready',
        [],
        `${kind} ${name} is not ready: ${pods?.ready ?? 0} of ${pods?.wanted ?? 0} pods`,
        lookAt(kind, name, namespace),
        reasons(facts, kind, namespace, name),
      ),
    ),
  ];
  // Nothing was applied, or all of it is gone: the rest says nothing new.
  if (workloads.length > 0 && missing.length === workloads.length) return found;
  return [
    ...found,
    ...(nodePort === null || nodePort.found === nodePort.wanted
      ? []
      : [
          problem(
            'node-port',
            [],
            nodePort.found === null
              ? `no Service has node port ${nodePort.wanted}`
              : `the node port is ${nodePort.found} and not ${nodePort.wanted}`,
            apply,
          ),
        ]),
    ...(service?.type !== 'LoadBalancer' || service.addresses.length > 0
      ? []
      : [
          problem(
            'load-balancer',
            [],
            `the load balancer of Service ${service.name} in namespace ${service.namespace} has no address yet: clients cannot reach it`,
            `kubectl describe service ${service.name} --namespace ${service.namespace}`,
          ),
        ]),
    ...ofClass(controller, remedies),
    ...ofControllerObjects(facts, controller, wrongTypes, remedies),
  ];
}

function ofClass({ class: routeClass }: ControllerStatus, { unread }: Remedies): readonly StatusProblem[] {
  if (routeClass === null || routeClass.complaint === null) return [];
  const { controller, complaint } = routeClass;
  return [
    controller === null
      ? problem('class-missing', [], complaint, unread.missing)
      : problem('class-disagrees', [], complaint, unread.differs),
  ];
}

/** What differs of the objects that no single service has; what is told already is left out. */
function ofControllerObjects(
  { changes, desired, live }: StatusFacts,
  { workloads, class: routeClass }: ControllerStatus,
  wrongTypes: readonly WrongTypeSecret[],
  { diff }: Remedies,
): readonly StatusProblem[] {
  const told = new Set([
    ...workloads.filter(({ pods }) => pods === null).map(({ kind, name }) => `${kind} ${name}`),
    ...(routeClass?.controller === null ? [`${routeClass.kind} ${routeClass.name}`] : []),
    ...wrongTypes.map(({ namespace, name }) => `Secret ${namespace}/${name}`),
    ...desired.objects
      .flatMap(({ service, content: { object } }) =>
        service === undefined && object.kind === 'Secret' && object.metadata.namespace !== undefined
          ? [`${object.metadata.namespace}/${object.metadata.name}`]
          : [],
      )
      .filter((secret) => !live.secrets.has(secret))
      .map((secret) => `Secret ${secret}`),
  ]);
  const ofServices = new Set(desired.objects.filter(({ service }) => service !== undefined).map(({ path }) => path));
  const differing = changes.objects.flatMap(({ path, change, object }) =>
    change === 'unchanged' ||
    ofServices.has(path) ||
    told.has(`${object.kind} ${object.name}`) ||
    told.has(`${object.kind} ${object.namespace ?? ''}/${object.name}`)
      ? []
      : [formatDifference(differenceOf(object, change))],
  );
  if (differing.length === 0) return [];
  const count =
    differing.length === 1
      ? 'an object of the controller differs'
      : `${differing.length} objects of the controller differ`;
  return [problem('drift', [], `${count} from what apply brings`, diff, formatSome(differing))];
}

const deadEndRemedy = 'bring the Service or its pods to the cluster; ingress-tls verify looks as a client does';

function ofService(
  facts: StatusFacts,
  service: ServiceStatus,
  wrongTypes: readonly WrongTypeSecret[],
  remedies: Remedies,
): readonly StatusProblem[] {
  const { apply, diff } = remedies;
  const { release, pods, route, drift } = service;
  const tell = (code: ProblemCode, message: string, remedy: string, details: readonly string[] = []): StatusProblem =>
    problem(code, [service.name], message, remedy, details);
  const certificates = certificatesOf(facts, service).filter(
    ({ secret, state }) =>
      state !== 'unreadable' ||
      !wrongTypes.some(({ namespace, name }) => namespace === release.namespace && name === secret),
  );
  // Without a release everything else is missing as well.
  if (release.status === null || release.status === 'uninstalled')
    return [tell('not-applied', 'not applied yet', apply)];
  const isPending = release.status.startsWith('pending-') || release.status === 'uninstalling';
  const hasFailed = !isPending && release.status !== 'deployed';
  const isTold = (difference: Difference): boolean =>
    difference.about === 'revision-status' ||
    certificates.some(
      ({ secret, state }) => state !== 'valid' && isDifferenceOf(difference, 'Secret', secret, 'missing'),
    ) ||
    // Without our label the light look does not see it at all.
    wrongTypes.some((wrongType) => isDifferenceOf(difference, 'Secret', wrongType.name, 'missing', 'differs'));
  const others = drift.filter((difference) => !isTold(difference));
  return [
    ...(isPending
      ? [
          tell(
            'release-pending',
            `release is ${release.status}: a helm is at work, or was killed`,
            `${apply} repairs it`,
          ),
        ]
      : []),
    ...(hasFailed
      ? [
          tell(
            'release-failed',
            `release is ${release.status} (revision ${release.revision ?? 0})`,
            `${apply}; helm history ${release.name} --namespace ${release.namespace} shows more`,
          ),
        ]
      : []),
    ...[facts.unserved.get(service.name) ?? []].flat().map((why) => tell('dead-end', why, deadEndRemedy)),
    ...(pods === null && service.backend !== 'existing'
      ? [tell('workload-missing', 'its Deployment is missing', apply)]
      : []),
    ...(pods !== null && !pods.rolledOut
      ? [
          tell(
            'not-ready',
            pods.ready >= pods.wanted
              ? `its newest pods are not ready; ${pods.ready} older ones serve`
              : `not ready: ${pods.ready} of ${pods.wanted} pods`,
            lookAt('Deployment', release.name, release.namespace),
            reasons(facts, 'Deployment', release.namespace, release.name),
          ),
        ]
      : []),
    ...ofRoute(service.name, route, remedies),
    ...certificates.flatMap((certificate) => ofCertificate(facts, service, certificate, remedies)),
    ...(others.length === 0 ||
    (pods === null && others.every((difference) => isDifferenceOf(difference, 'Deployment', release.name, 'missing')))
      ? []
      : [tell('drift', `differs from what apply brings: ${others.map(formatDifference).join(', ')}`, diff)]),
  ];
}

function ofRoute(
  service: string,
  { kind, state, className, controller, reason }: ServiceStatus['route'],
  { apply, diff, unread }: Remedies,
): readonly StatusProblem[] {
  const code = kind.toLowerCase();
  const tell = (problemCode: ProblemCode, message: string, remedy: string): readonly StatusProblem[] => [
    problem(problemCode, [service], message, remedy),
  ];
  switch (state) {
    case 'missing':
      return tell(`${code}-missing`, `its ${kind} is missing`, apply);
    case 'foreign':
      return tell(
        `${code}-foreign`,
        `its ${kind} is of class ${className ?? ''}, which is another controller's: ${controller ?? ''}`,
        diff,
      );
    case 'ignored':
      return tell(`${code}-ignored`, `no controller reads its ${kind}: ${reason ?? ''}`, unread.differs);
    case 'unknown':
      return [
        {
          ...problem(
            'route-unknown',
            [service],
            `nothing tells whether its ${kind} is read: ${reason ?? ''}`,
            `ingress-tls verify ${service} looks as a client does`,
          ),
          level: 'warning',
        },
      ];
    // The controller's own line says it.
    case 'stopped':
    case 'admitted':
      return [];
  }
}

/** The one that clients are shown, and in reencrypt the pod's own, which the controller verifies. */
function certificatesOf(
  { desired, live, now }: StatusFacts,
  { name, mode, release: { namespace }, certificate }: ServiceStatus,
): readonly CertificateStatus[] {
  const ofPod = hasTlsHop(mode) ? desired.services.find((service) => service.name === name)?.podTlsSecret : undefined;
  const ofClients = certificate === null ? [] : [certificate];
  return ofPod === undefined
    ? ofClients
    : [...ofClients, judgeCertificate(ofPod, live.secrets.get(`${namespace}/${ofPod}`)?.certificate, now)];
}

/** Nothing of one that is valid. */
function ofCertificate(
  { desired, now }: StatusFacts,
  service: ServiceStatus,
  { secret, state, expires }: CertificateStatus,
  { apply, diff }: Remedies,
): readonly StatusProblem[] {
  const place = `Secret ${service.release.namespace}/${secret}`;
  const source = desired.services.find(({ name }) => name === service.name);
  const isPods = secret !== source?.hostSecret;
  const pair = isPods ? podPair(service.name) : hostPair(source.hostCertificate);
  const isBrought = desired.pairs.some((one) => one.isBrought === true && one.paths.certificate === pair.certificate);
  const kept = desired.kept.find(({ name, namespace }) => name === secret && namespace === service.release.namespace);
  const isKept = kept !== undefined && kept.isIssued !== true;
  const describeIssue = `kubectl describe certificate ${secret} --namespace ${service.release.namespace} says why cert-manager has not renewed it`;
  const way = isKept
    ? `have whoever keeps ${place} renew it`
    : kept !== undefined
      ? describeIssue
      : isBrought
        ? bringAnother(pair)
        : `${renewCommand(pair)}, then ${apply}`;
  // Pods are replaced for a file of the project alone.
  const pods = source?.service === undefined ? kept && source : source;
  const restart = isPods && pods !== undefined ? `; then ${restartPods(pods)}` : '';
  const renew = `${way}${restart}`;
  const tell = (
    code: ProblemCode,
    message: string,
    remedy: string,
    level: StatusProblem['level'] = 'error',
  ): readonly StatusProblem[] => [{ ...problem(code, [service.name], message, remedy), level }];
  const end = (validity: 'expiring' | 'expired'): string =>
    expires === null ? '' : tellEnd(new Date(expires), validity, now);
  switch (state) {
    case 'missing':
      return tell(
        'certificate-missing',
        `${place}: there is no such certificate`,
        isKept ? `bring ${place}, which somebody else keeps` : apply,
      );
    case 'unreadable':
      return tell(
        'certificate-unreadable',
        `${place}: tls.crt is no certificate`,
        isKept ? `mend ${place}, which somebody else keeps` : diff,
      );
    case 'expired':
      return tell('certificate-invalid', `${place}: the certificate ${end(state)}`, renew);
    case 'not-yet-valid':
      return tell(
        'certificate-invalid',
        `${place}: the certificate is not valid yet`,
        'compare the clocks of this machine and of the one that made it',
      );
    case 'expiring':
      return tell('certificate-expiring', `${place}: the certificate ${end(state)}`, renew, 'warning');
    case 'valid':
      return [];
  }
}

function ofNamespaces({ terminating }: StatusFacts, { apply }: Remedies): readonly StatusProblem[] {
  return terminating.map((name) =>
    problem(
      'namespace-terminating',
      [],
      `namespace ${name} is being deleted`,
      `${apply} waits until it is gone and makes it anew`,
    ),
  );
}

function ofOther({ desired }: StatusFacts, other: OtherProject): StatusProblem {
  const { message, toHaveBoth, ifRenamed } = tellOtherProject(other, desired.config);
  return problem(
    'other-project',
    [],
    message,
    `${toHaveBoth}; ${ifRenamed}ingress-tls apply --take-over ${other.project}`,
    formatSome(other.found.map(printObjectName)),
  );
}

function ofProject({ orphans: { releases, objects }, services, desired }: StatusFacts): readonly StatusProblem[] {
  // Whoever asks for some services is told of those alone.
  if (releases.length + objects.length === 0 || services.length < desired.services.length) return [];
  const names = [
    ...releases.map(({ name, namespace }) => `release ${namespace}/${name}`),
    ...objects.map(printObjectName),
  ];
  return [
    warn(
      'no-longer-wanted',
      `on the cluster and no longer in the project: ${formatSome(names).join(', ')}`,
      'ingress-tls apply --prune removes what is no longer wanted',
    ),
  ];
}

function ofUnseen({ unseen }: StatusFacts): readonly StatusProblem[] {
  if (unseen.length === 0) return [];
  return [
    warn(
      'not-looked-at',
      `your user of the cluster may not look at ${unseen.join(', ')}: nothing is said of that`,
      'kubectl auth can-i --list shows the rights you have',
    ),
  ];
}

/** Enough to begin with; diff tells all. */
const mostNamed = 5;

function formatSome(texts: readonly string[]): readonly string[] {
  return texts.length <= mostNamed ? texts : [...texts.slice(0, mostNamed), `and ${texts.length - mostNamed} more`];
}

function reasons({ causes }: StatusFacts, kind: string, namespace: string, name: string): readonly string[] {
  return causes.get(`${kind} ${namespace}/${name}`)?.map(escapeControls) ?? [];
}

function lookAt(kind: string, name: string, namespace: string): string {
  return `kubectl describe ${kind.toLowerCase()} ${name} --namespace ${namespace}`;
}

function problem(
  code: ProblemCode,
  services: readonly string[],
  message: string,
  remedy: string,
  details: readonly string[] = [],
): StatusProblem {
  return { level: 'error', code, services, message, details, remedy };
}

/** Of the project as a whole, and nothing that is broken. */
function warn(code: ProblemCode, message: string, remedy: string): StatusProblem {
  return { ...problem(code, [], message, remedy), level: 'warning' };
}
