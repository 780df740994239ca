import { DecryptCommand, EncryptCommand, KMSClient } from '@aws-sdk/client-kms';
import { clientDefaults, StoreUnavailable } from '../aws/dynamodb.ts';
import { kmsService } from './kms-service.ts';
import type { KeyWrapper } from './signing-key.ts';

/** The region in the ARN of a key. A server that had one region keeps its key there, and others call it (docs/deploy.md). */
const regionOf = (keyId: string): string | undefined => /^arn:[^:]+:kms:([^:]+):/.exec(keyId)?.[1];

const clientFor = (keyId: string): KMSClient => {
  const region = regionOf(keyId);
  return new KMSClient({ ...clientDefaults, ...(region !== undefined && { region }) });
};

/**
 * Wraps keys with a symmetric key in AWS KMS, passing `context` as the encryption context. A PKCS#8 RSA-2048 key (1.2 kB) fits
 * the limit of 4,096 bytes.
 */
export function kmsWrapper(keyId: string, client = clientFor(keyId)): KeyWrapper {
  const bytes = (output: Uint8Array | undefined): Uint8Array => {
    if (output === undefined) throw new StoreUnavailable('it answered without data', kmsService);
    return output;
  };
  const guard = async <Output>(call: Promise<Output>): Promise<Output> => {
    try {
      return await call;
    } catch (error) {
      throw new StoreUnavailable(error, kmsService);
    }
  };
  return {
    async wrap(Plaintext, kid) {
      const command = new EncryptCommand({ KeyId: keyId, Plaintext, EncryptionContext: { kid } });
      return bytes((await guard(client.send(command))).CiphertextBlob);
    },
    async unwrap(CiphertextBlob, kid) {
      const command = new DecryptCommand({ KeyId: keyId, CiphertextBlob, EncryptionContext: { kid } });
      return bytes((await guard(client.send(command))).Plaintext);
    },
  };
}
