import {
  constants,
  createCipheriv,
  createDecipheriv,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
} from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { KMSClient } from '@aws-sdk/client-kms';
import { afterAll } from 'vitest';

type Input = Record<string, unknown>;

/**
 * The wire protocol of AWS KMS with real key pairs behind it, for what Pixy uses: the client that talks to it is the real SDK.
 * `failNext` answers the next request with an error of KMS.
 */
export async function kmsStub() {
  const pairs = new Map<string, { publicKey: KeyObject; privateKey: KeyObject }>();
  const wrapping = randomBytes(32);
  const calls: string[] = [];
  const tags = new Map<string, Record<string, string>>();
  let failure: { status: number; type: string; operation?: string } | undefined;

  const blob = (value: unknown) => Buffer.from(value as string, 'base64');
  const operations: Record<string, (input: Input) => object> = {
    CreateKey: ({ KeySpec, Tags }) => {
      const KeyId = `key-${pairs.size + 1}`;
      const given = Tags as { TagKey: string; TagValue: string }[];
      tags.set(KeyId, Object.fromEntries(given.map(({ TagKey, TagValue }) => [TagKey, TagValue])));
      pairs.set(
        KeyId,
        KeySpec === 'RSA_2048'
          ? generateKeyPairSync('rsa', { modulusLength: 2_048 })
          : generateKeyPairSync('ec', { namedCurve: 'P-256' }),
      );
      return { KeyMetadata: { KeyId } };
    },
    GetPublicKey: ({ KeyId }) => ({
      PublicKey: pairs
        .get(KeyId as string)
        ?.publicKey.export({ type: 'spki', format: 'der' })
        .toString('base64'),
    }),
    Sign: ({ KeyId, Message, SigningAlgorithm }) => {
      const key = pairs.get(KeyId as string)?.privateKey as KeyObject;
      const padding = constants.RSA_PKCS1_PSS_PADDING;
      const options = SigningAlgorithm === 'RSASSA_PSS_SHA_256' ? { key, padding, saltLength: 32 } : { key };
      return { Signature: sign('sha256', blob(Message), options).toString('base64') };
    },
    ScheduleKeyDeletion: () => ({}),
    Encrypt: ({ Plaintext, EncryptionContext }) => {
      const nonce = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', wrapping, nonce).setAAD(
        Buffer.from(JSON.stringify(EncryptionContext)),
      );
      const text = Buffer.concat([cipher.update(blob(Plaintext)), cipher.final()]);
      return { CiphertextBlob: Buffer.concat([nonce, cipher.getAuthTag(), text]).toString('base64') };
    },
    Decrypt: ({ CiphertextBlob, EncryptionContext }) => {
      const bytes = blob(CiphertextBlob);
      const decipher = createDecipheriv('aes-256-gcm', wrapping, bytes.subarray(0, 12), { authTagLength: 16 });
      decipher.setAAD(Buffer.from(JSON.stringify(EncryptionContext))).setAuthTag(bytes.subarray(12, 28));
      return { Plaintext: Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('base64') };
    },
  };

  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const operation = String(request.headers['x-amz-target']).replace('TrentService.', '');
    calls.push(operation);
    const answer = (status: number, body: object) =>
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
    if (failure && (failure.operation ?? operation) === operation) {
      answer(failure.status, { __type: failure.type });
      return;
    }
    try {
      answer(200, operations[operation]?.(JSON.parse(Buffer.concat(chunks).toString())) ?? {});
    } catch {
      answer(400, { __type: 'InvalidCiphertextException' });
    }
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = new KMSClient({
    endpoint,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
  afterAll(() => {
    client.destroy();
    server.close();
    server.closeAllConnections();
  });
  return {
    client,
    endpoint,
    calls,
    /** The tags that keys were made with, by id. */
    tags,
    failWith(next: typeof failure) {
      failure = next;
    },
  };
}
