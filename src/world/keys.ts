import { generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import type { KeyType } from '../model/config.ts';

const generate = promisify(generateKeyPair);

/** A new private key as PKCS#8 PEM. Runs on a thread of its own, so that several are made side by side. */
export async function generateKey(keyType: KeyType): Promise<string> {
  const { privateKey } =
    keyType === 'rsa-2048'
      ? await generate('rsa', { modulusLength: 2048 })
      : await generate('ec', { namedCurve: 'P-256' });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}
