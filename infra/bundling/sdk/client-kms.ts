import { type ClientSettings, commandOf, fromBase64, JsonClient, toBase64 } from './json-client.ts';

/* Replaces @aws-sdk/client-kms in the bundles, with the commands that shared/keys uses. */

export class KMSClient extends JsonClient {
  constructor(settings: ClientSettings = {}) {
    super({ name: 'kms', variable: 'KMS', target: 'TrentService', version: '1.1' }, settings);
  }
}

type Json = Record<string, unknown>;

const binary = new Set(['Plaintext', 'CiphertextBlob', 'Message', 'Signature', 'PublicKey']);

const mapBinary = (members: Json, change: (value: never) => unknown): Json =>
  Object.fromEntries(
    Object.entries(members).map(([name, value]) => [name, binary.has(name) ? change(value as never) : value]),
  );

const kmsCommand = (operation: string) =>
  commandOf(
    operation,
    (input: Json) => mapBinary(input, toBase64),
    (json: Json) => mapBinary(json, fromBase64),
  );

export const EncryptCommand = kmsCommand('Encrypt');
export const DecryptCommand = kmsCommand('Decrypt');
export const SignCommand = kmsCommand('Sign');
export const CreateKeyCommand = kmsCommand('CreateKey');
export const GetPublicKeyCommand = kmsCommand('GetPublicKey');
export const ScheduleKeyDeletionCommand = kmsCommand('ScheduleKeyDeletion');
