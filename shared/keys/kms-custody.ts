import { createPublicKey } from 'node:crypto';
import {
  CreateKeyCommand,
  GetPublicKeyCommand,
  type KeySpec,
  KMSClient,
  ScheduleKeyDeletionCommand,
  SignCommand,
  type SigningAlgorithmSpec,
} from '@aws-sdk/client-kms';
import { clientDefaults, StoreUnavailable } from '../aws/dynamodb.ts';
import { joseSignature } from './der-signature.ts';
import { kmsKeyTag } from './kms-key-tag.ts';
import { kmsService } from './kms-service.ts';
import type { KeyCustody, SigningAlgorithm } from './signing-key.ts';

const kms: Partial<Record<SigningAlgorithm, { spec: KeySpec; signing: SigningAlgorithmSpec }>> = {
  RS256: { spec: 'RSA_2048', signing: 'RSASSA_PKCS1_V1_5_SHA_256' },
  PS256: { spec: 'RSA_2048', signing: 'RSASSA_PSS_SHA_256' },
  ES256: { spec: 'ECC_NIST_P256', signing: 'ECDSA_SHA_256' },
};

/**
 * Makes private keys in AWS KMS, which they never leave; every token costs a call of KMS. KMS has no EdDSA. Keys are tagged with
 * their `owner`, so that a server's functions can be allowed to use its keys and no others, and with `tags` besides.
 */
export function kmsCustody(given?: KMSClient, owner = 'pixy', tags: Readonly<Record<string, string>> = {}): KeyCustody {
  const client = given ?? new KMSClient(clientDefaults);
  // CreateKey has no token that would make a second attempt harmless: it would make a second key.
  const once = given ?? new KMSClient({ ...clientDefaults, maxAttempts: 1 });
  const algorithmOf = (algorithm: SigningAlgorithm) => {
    const known = kms[algorithm];
    if (known === undefined) throw new Error(`KMS does not sign with ${algorithm}`);
    return known;
  };
  const guard = async <Output>(call: Promise<Output>): Promise<Output> => {
    try {
      return await call;
    } catch (error) {
      throw new StoreUnavailable(error, kmsService);
    }
  };
  const present = <Value>(value: Value | undefined): Value => {
    if (value === undefined) throw new StoreUnavailable('it answered without data', kmsService);
    return value;
  };

  return {
    place: 'kms',

    async generate(algorithm, signFrom, unfinished) {
      const { spec } = algorithmOf(algorithm);
      const make = async (): Promise<string> => {
        const command = new CreateKeyCommand({
          KeySpec: spec,
          KeyUsage: 'SIGN_VERIFY',
          Description: `Pixy ${algorithm}`,
          Tags: Object.entries({ ...tags, [kmsKeyTag]: owner }).map(([TagKey, TagValue]) => ({ TagKey, TagValue })),
        });
        const made = present((await guard(once.send(command))).KeyMetadata?.KeyId);
        await unfinished?.noteUnfinished(algorithm, made);
        return made;
      };
      const kmsKeyId = (await unfinished?.findUnfinished(algorithm)) ?? (await make());
      const { PublicKey } = await guard(client.send(new GetPublicKeyCommand({ KeyId: kmsKeyId })));
      const publicKey = createPublicKey({ key: Buffer.from(present(PublicKey)), type: 'spki', format: 'der' });
      const { describePublicKey } = await import('./public-jwk.ts');
      return { ...(await describePublicKey(publicKey, algorithm)), private: { kmsKeyId }, signFrom };
    },

    async open({ kid, algorithm, private: kept }) {
      if (!('kmsKeyId' in kept))
        throw new Error('this key is kept in memory, and the server is set to keep keys in KMS');
      const KeyId = kept.kmsKeyId;
      const { signing: SigningAlgorithm } = algorithmOf(algorithm);
      return {
        kid,
        algorithm,
        place: 'kms',
        async sign(Message) {
          const command = new SignCommand({ KeyId, Message, MessageType: 'RAW', SigningAlgorithm });
          const signature = Buffer.from(present((await guard(client.send(command))).Signature));
          return algorithm === 'ES256' ? joseSignature(signature) : signature;
        },
      };
    },

    /** KMS waits at least seven days before it deletes a key. */
    async destroy({ private: kept }) {
      if (!('kmsKeyId' in kept)) return;
      await guard(client.send(new ScheduleKeyDeletionCommand({ KeyId: kept.kmsKeyId, PendingWindowInDays: 7 })));
    },
  };
}
