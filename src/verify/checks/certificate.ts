import type { Observation } from '../../model/probe.ts';
import type { CertificateFacts } from '../../model/certificate.ts';
import { explain, fail, pass, type Finding, type See, type ServiceCheck, type Situation } from '../finding.ts';
import { identifyLeaf, isLeafOf } from '../leaves.ts';
import { pinnedVersions, probeAsClient, probeVersion } from '../probe-plan.ts';
import { isChainRefused } from '../trust-problems.ts';
import { nameCertificate, nameExpected, showCertificate, showFailure } from '../words.ts';
import { otherCertificate, otherCertificateRules } from './certificate-causes.ts';
import { noCertificate, noCertificateRules } from './no-certificate-causes.ts';

/** Who presented the certificate: of all that is seen from outside, what tells where TLS ends. */
export const certificate: ServiceCheck = {
  id: 'certificate',
  appliesTo: () => true,
  plan: ({ subject }) => [probeAsClient(subject), ...pinnedVersions.map((version) => probeVersion(subject, version))],
  expect: ({ subject }) => nameExpected(subject),
  judge: (situation, see) => {
    const observation = see(probeAsClient(situation.subject));
    if (observation.leaf === undefined) return failWithoutCertificate(situation, observation);
    return (
      judgeLeaf(situation, observation, observation.leaf) ??
      findOutlier(situation, see) ??
      pass(nameCertificate(observation.leaf))
    );
  },
};

function failWithoutCertificate(situation: Situation, observation: Observation): Finding {
  const evidence = { ...situation, failure: observation.failure };
  return fail(
    `no certificate: ${showFailure(observation.failure)}`,
    explain(noCertificateRules, evidence, noCertificate(evidence)),
  );
}

function judgeLeaf(situation: Situation, observation: Observation, leaf: CertificateFacts): Finding | undefined {
  const owner = identifyLeaf(situation.context, situation.subject, leaf);
  if (owner.kind === 'expected') return undefined;
  const evidence = {
    ...situation,
    owner,
    leaf,
    answer: observation.answer,
    isVouchedFor: !isChainRefused(observation),
  };
  return fail(showCertificate(leaf), explain(otherCertificateRules, evidence, otherCertificate(evidence)));
}

/** Another certificate on some of the connections: two replicas that do not agree, or two controllers at one address. */
function findOutlier(situation: Situation, see: See): Finding | undefined {
  for (const version of pinnedVersions) {
    const { leaf } = see(probeVersion(situation.subject, version));
    if (leaf === undefined || isLeafOf(situation.subject, leaf)) continue;
    return fail(`now the right certificate, now ${showCertificate(leaf)}`, {
      cause:
        'not every connection reaches the same server: replicas of different age, or two controllers behind one address',
      remedy: 'wait until the rollout is done, then run ingress-tls verify again',
    });
  }
  return undefined;
}
