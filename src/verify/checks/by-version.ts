import type { Observation } from '../../model/probe.ts';
import { isVersionRefused } from '../failures.ts';
import type { See } from '../finding.ts';
import { pinnedVersions, type PinnedVersion } from '../probe-plan.ts';
import type { NamedProbe } from '../subject.ts';
import { showByVersion, showOutcome } from '../words.ts';

interface Attempt {
  readonly version: PinnedVersion;
  readonly observation: Observation;
}

export interface SeenByVersion {
  /** Those in a version that the other side speaks. */
  readonly spoken: readonly Attempt[];
  /** What was seen in each version, in words; by default what came of each. */
  readonly show: (tell?: (observation: Observation) => string) => string;
}

/** The same connection in each version of TLS. Which of them have to be spoken is the check `tls-versions`. */
export function seeByVersion(see: See, probe: (version: PinnedVersion) => NamedProbe): SeenByVersion {
  const attempts = pinnedVersions.map((version): Attempt => ({ version, observation: see(probe(version)) }));
  return {
    spoken: attempts.filter(({ observation }) => !isVersionRefused(observation)),
    show: (tell = showOutcome) =>
      showByVersion(
        attempts.map(({ version, observation }) => ({
          version,
          text: isVersionRefused(observation) ? 'not spoken' : tell(observation),
        })),
      ),
  };
}
