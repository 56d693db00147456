import { describe, expect, it } from 'vitest';
import { reachService } from '../../../src/app/cluster/reach-service.ts';
import type { ClusterTools } from '../../../src/app/cluster/tools.ts';
import type { ServiceEntry } from '../../../src/model/controller-profile.ts';

type Found = Awaited<ReturnType<ClusterTools['kubectl']['findService']>>;

const entry: ServiceEntry = { kind: 'load-balancer', service: { name: 'c', namespace: 'edge' }, port: 443 };
const ask = (found: Found, more: Partial<ServiceEntry> = {}) => {
  const kubectl = { findService: () => Promise.resolve(found) };
  return reachService({ kubectl, isInPod: false } as unknown as ClusterTools, { ...entry, ...more });
};
/** What changes a controller of the project's own. */
const ofOurs = /ingress-tls (?:apply|\.yaml)|ingress-tls\.yaml|controller\.service/;

describe.each([
  ['is gone', undefined],
  ['is of another type', { type: 'ClusterIP', addresses: [] }],
  ['has no address yet', { type: 'LoadBalancer', addresses: [] }],
] as const)('a Service of a controller that %s', (_title, found) => {
  it('is mended in the project where the controller is the project’s', async () => {
    expect(await ask(found)).toMatchObject({ remedy: expect.stringMatching(ofOurs) as unknown });
  });

  it('and by who sees to it where it is somebody else’s', async () => {
    const answer = await ask(found, { isOthers: true });
    expect(answer).toMatchObject({ remedy: expect.stringContaining('--address HOST:PORT') as unknown });
    expect(JSON.stringify(answer)).not.toMatch(ofOurs);
  });
});
