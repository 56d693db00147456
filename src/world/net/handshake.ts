import type { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { isIP, type Socket } from 'node:net';
import {
  checkServerIdentity,
  connect,
  createSecureContext,
  type PeerCertificate,
  type SecureContext,
  type TLSSocket,
} from 'node:tls';
import { isPair } from '../../certs/key-pair.ts';
import { UsageError } from '../../errors.ts';
import type { Probe, TlsVersion } from '../../model/probe.ts';
import type { Attempt } from './attempt.ts';
import { closed } from './probe-end.ts';
import { readLeaf } from './read-leaf.ts';
import { splitFirstFlight } from './split-flight.ts';

const clientRemedy =
  'Put back the pair that was made together; ingress-tls render makes a new one where both are missing.';

type HttpsProbe = Extract<Probe, { kind: 'https' }>;

/**
 * The material of a probe, made ready for OpenSSL. Nothing is trusted but `trust`, and each certificate in it is trusted
 * for itself, authority or not, as curl's --cacert does it (curl@7.68 lib/vtls/openssl.c, X509_V_FLAG_PARTIAL_CHAIN).
 *
 * @throws UsageError when OpenSSL cannot use it; nothing of a key is repeated.
 */
export function createProbeContext({ trust, client, version }: HttpsProbe): SecureContext {
  // OpenSSL keeps one pair for each kind of key, so that it takes an RSA key beside an ECDSA certificate, and sends neither.
  if (client !== undefined && !isPair(client.certificate, client.key, 'client key')) {
    throw new UsageError('probe not possible: the client key does not belong to the client certificate', {
      remedy: clientRemedy,
    });
  }
  try {
    return createSecureContext({
      ca: [trust],
      allowPartialTrustChain: true,
      minVersion: version ?? 'TLSv1.2',
      maxVersion: version ?? 'TLSv1.3',
      ...(client === undefined ? {} : { cert: client.certificate, key: client.key }),
    });
  } catch {
    throw new UsageError('probe not possible: OpenSSL cannot use the trusted certificates or the client certificate', {
      remedy: 'Look at both with openssl x509 -in FILE -noout -text; ingress-tls render makes anew what is missing.',
    });
  }
}

/**
 * The TLS handshake. Resolves when it is complete on this side; a server of TLS 1.3 may still refuse the client's
 * certificate then, and its alert comes with the first read (RFC 8446, 4.4.2.4).
 *
 * An IP address is never sent as server name (RFC 6066, 3); the certificate is checked against it all the same.
 *
 * @param between what is waited for between the pieces of a hello that is cut.
 */
export async function shakeHands(
  socket: Socket,
  probe: HttpsProbe,
  context: SecureContext,
  attempt: Attempt,
  between: () => Promise<void>,
): Promise<TLSSocket> {
  attempt.stage = 'handshake';
  const { serverName, host, protocols, splitAfter } = probe;
  const expectedName = serverName ?? host;
  const tls = attempt.own(
    connect({
      socket: splitAfter === undefined ? socket : splitFirstFlight(socket, splitAfter, between),
      secureContext: context,
      ALPNProtocols: [...protocols],
      ...(serverName === undefined || isIP(serverName) !== 0 ? {} : { servername: serverName }),
      // The connection goes on whatever the verdict; it is read below.
      rejectUnauthorized: false,
      checkServerIdentity: (_name, certificate) => checkName(expectedName, certificate),
    }),
  );
  tls.on('error', (error) => {
    noteCertificatesOfFailure(tls, attempt);
    attempt.fail(error);
  });
  // Before node:tls's own listener, which destroys the connection, and the certificate with it.
  tls.prependListener('end', () => {
    noteCertificatesOfFailure(tls, attempt);
  });
  tls.on('close', () => {
    attempt.fail(closed());
  });
  await once(tls, 'secureConnect');
  noteHandshake(tls, attempt);
  return tls;
}

function noteHandshake(tls: TLSSocket, attempt: Attempt): void {
  const { seen } = attempt;
  noteVersion(tls, attempt);
  if (typeof tls.alpnProtocol === 'string') seen.protocol = tls.alpnProtocol;
  seen.cipher = tls.getCipher().standardName;
  // Of a group that node does not know it says nothing (node@20 src/crypto/crypto_common.cc, GetEphemeralKey).
  const agreed = tls.getEphemeralKeyInfo();
  if (agreed !== null && 'name' in agreed && typeof agreed.name === 'string') seen.group = agreed.name;
  const problem = readProblem(tls);
  seen.isTrusted = problem === undefined;
  if (problem !== undefined) seen.trustProblem = problem;
  noteCertificates(tls, attempt);
}

/** In TLS 1.2 the certificate is shown before the server refuses the client's. */
function noteCertificatesOfFailure(tls: TLSSocket, attempt: Attempt): void {
  if (attempt.stage !== 'handshake' || attempt.seen.leaf !== undefined) return;
  try {
    if (noteCertificates(tls, attempt)) noteVersion(tls, attempt);
  } catch {
    // The error that ended the handshake says more.
  }
}

function noteVersion(tls: TLSSocket, { seen }: Attempt): void {
  const version = tls.getProtocol();
  if (version !== null) seen.version = version as TlsVersion;
}

/** Notes leaf and length of the chain that was shown; whether there was one. */
function noteCertificates(tls: TLSSocket, { seen }: Attempt): boolean {
  const first = tls.getPeerX509Certificate();
  if (first === undefined) return false;
  seen.chainLength = countShown(first);
  seen.leaf = readLeaf(first.raw);
  return true;
}

/** Unlike those of getPeerCertificate, these issuers are the certificates as they were sent, and none out of `trust`. */
function countShown(first: X509Certificate): number {
  let count = 0;
  for (let next: X509Certificate | undefined = first; next !== undefined; next = next.issuerCertificate) count += 1;
  return count;
}

/** OpenSSL's code for the chain or Node's for the name: a string, and not the Error that @types/node has it to be. */
function readProblem({ authorized, authorizationError }: TLSSocket): string | undefined {
  const problem: unknown = authorizationError;
  return authorized ? undefined : typeof problem === 'string' ? problem : 'UNSPECIFIED';
}

/** Node's check of names, which throws for names that it cannot take apart, and would do so where nobody catches. */
function checkName(expected: string, certificate: PeerCertificate): Error | undefined {
  try {
    return checkServerIdentity(expected, certificate);
  } catch (error) {
    return error as Error;
  }
}
