import {
  buildAuthorityIssuer,
  buildCertificate,
  buildSelfSigningIssuer,
  certificateKind,
} from '../cert-manager/objects.ts';
import {
  requestClient,
  requestPassthroughServer,
  requestPodServer,
  requestProjectAuthority,
} from '../certs/requests.ts';
import { isIssued } from '../model/backend.ts';
import { listHostCertificates, listOtherDomains } from '../model/host-certificate.ts';
import type { CertificateRequest } from '../model/certificate.ts';
import type { Config, IssuerReference } from '../model/config.ts';
import { listHosts } from '../model/hosts.ts';
import type { KubeObject, Labels, ObjectReference } from '../model/kube-object.ts';
import { hasTlsHop, podSpeaksTls } from '../model/mode.ts';
import type { Notice } from '../model/notice.ts';
import type { DesiredService } from './desired-services.ts';
import { listShowingNamespaces, requestForHosts } from './host-certificates.ts';
import { podAuthority } from './places.ts';

/** What cert-manager is asked for. */
export interface Issued {
  /** Issuers before what they issue. */
  readonly objects: readonly KubeObject[];
  /** Each keeps a Secret of its name and namespace. */
  readonly certificates: readonly ObjectReference[];
}

interface Wish {
  readonly name: string;
  readonly namespace: string;
  readonly request: CertificateRequest;
  /** Absent: an authority of the project's own, one in each namespace. */
  readonly issuer?: IssuerReference;
}

/** The Certificates of hosts and pods, and where no issuer is named the chain of issuers behind them. */
export function planIssued(config: Config, services: readonly DesiredService[], labels: Labels): Issued {
  const wishes = listWishes(config, services);
  const { domain, controller, certificate } = config;
  const [selfSigning, own] = [`${controller.name}-self-signing`, `${controller.name}-ca`];
  const refer = (name: string): IssuerReference => ({ name, kind: 'Issuer', group: 'cert-manager.io' });
  const withChain = [...new Set(wishes.flatMap(({ namespace, issuer }) => (issuer === undefined ? [namespace] : [])))];
  const chains = withChain.flatMap((namespace) => [
    buildSelfSigningIssuer({ name: selfSigning, namespace, labels }),
    buildCertificate(
      { name: own, namespace, labels },
      requestProjectAuthority(domain, certificate.keyType ?? 'ecdsa-p256', listOtherDomains(config)),
      refer(selfSigning),
    ),
    buildAuthorityIssuer({ name: own, namespace, labels }, own),
  ]);
  const objects = [
    ...chains,
    ...wishes.map(({ name, namespace, request, issuer = refer(own) }) =>
      buildCertificate({ name, namespace, labels }, request, issuer),
    ),
  ];
  return {
    objects,
    certificates: objects.flatMap(({ kind, metadata: { name, namespace } }) =>
      kind === certificateKind && namespace !== undefined ? [{ kind, name, namespace }] : [],
    ),
  };
}

function listWishes(config: Config, services: readonly DesiredService[]): readonly Wish[] {
  const { domain, controller, certificate } = config;
  const { days, keyType = 'ecdsa-p256', issuerRef } = certificate;
  const ofHosts = listHostCertificates(config).filter(({ source }) => source === 'cert-manager');
  return [
    ...ofHosts.flatMap((each) =>
      listShowingNamespaces(config, each).map((namespace) => ({
        ...{ name: each.secretName, namespace },
        request: requestForHosts(each, domain),
        ...(each.issuerRef !== undefined && { issuer: each.issuerRef }),
      })),
    ),
    ...services.flatMap((service): readonly Wish[] => {
      const { namespace, podTlsSecret, upstreamName, upstreamCa } = service;
      if (!isIssued(service) || podTlsSecret === undefined || !podSpeaksTls(service.mode)) return [];
      const issuer = service.certificate?.issuerRef ?? issuerRef;
      const common = { namespace, ...(issuer !== undefined && { issuer }) };
      const request =
        upstreamName === undefined
          ? requestPassthroughServer(listHosts(service), days, keyType)
          : requestPodServer(upstreamName, days, keyType);
      // With each certificate comes its authority, as ca.crt: a Certificate of the controller's own brings it to where the controller reads it,
      // and the key beside it is none of the pod's.
      const isCopied = podAuthority(service) === undefined && upstreamCa?.kind === 'Secret';
      return [
        { ...common, name: podTlsSecret, request },
        ...(isCopied
          ? [
              {
                ...{ ...common, name: upstreamCa.name },
                request: {
                  ...requestClient(controller.name, days, keyType),
                  dnsNames: [`${controller.name}.${controller.namespace}.svc`],
                },
              },
            ]
          : []),
      ];
    }),
  ];
}

/** A hop whose authority the controller wants where cert-manager does not put it. */
export function refuseUnplacedAuthority(service: DesiredService, index: number): readonly Notice[] {
  const { name, mode, upstreamCa } = service;
  if (!isIssued(service) || !hasTlsHop(mode) || podAuthority(service) !== undefined) return [];
  if (upstreamCa === undefined || (upstreamCa.kind === 'Secret' && upstreamCa.key === 'ca.crt')) return [];
  return [
    {
      level: 'error',
      code: 'cert-manager-authority',
      message: `${name}: the controller wants the authority of its pod in a ${upstreamCa.kind === 'ChartValue' ? 'route' : upstreamCa.kind}, where cert-manager does not put it`,
      remedy: 'name a file in certs/ with that authority as certificate.authority of the service',
      path: ['services', index, 'certificate', 'source'],
    },
  ];
}
