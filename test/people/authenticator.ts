import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

/*
 * An authenticator and the browser around it, in this process: it makes passkeys with ES256 and signs with them as WebAuthn §6
 * says, and where a test asks for it, in a way that no authenticator should.
 */

export type CreationOptions = { challenge: string; rp: { id: string }; user: { id: string } };
export type RequestOptions = { challenge: string; rpId: string };

/** What can be wrong with an answer. */
export type Faults = {
  origin?: string;
  rpId?: string;
  type?: string;
  isUserVerified?: boolean;
  isUserPresent?: boolean;
  isBackedUp?: boolean;
  crossOrigin?: boolean;
  counter?: number;
  userHandle?: string | undefined;
  key?: KeyObject;
};

const flagBits = { present: 0x01, verified: 0x04, syncable: 0x08, backedUp: 0x10, attested: 0x40 };

const sha256 = (data: string | Buffer): Buffer => createHash('sha256').update(data).digest();
const json = (value: object): Buffer => Buffer.from(JSON.stringify(value));

/** One passkey. `isSyncable` ones are what phones and password managers make; the others count their uses. */
export function makeAuthenticator(origin: string, { isSyncable = true }: { isSyncable?: boolean } = {}) {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const credentialId = randomBytes(32);
  let counter = 0;
  let userHandle = '';

  const clientData = (type: string, challenge: string, faults: Faults): Buffer =>
    json({
      type: faults.type ?? type,
      challenge,
      origin: faults.origin ?? origin,
      crossOrigin: faults.crossOrigin ?? false,
    });

  function authenticatorData(rpId: string, faults: Faults, attested = Buffer.alloc(0)): Buffer {
    if (!isSyncable) counter += 1;
    const flags =
      ((faults.isUserPresent ?? true) ? flagBits.present : 0) |
      ((faults.isUserVerified ?? true) ? flagBits.verified : 0) |
      (isSyncable ? flagBits.syncable : 0) |
      ((faults.isBackedUp ?? isSyncable) ? flagBits.backedUp : 0) |
      (attested.length > 0 ? flagBits.attested : 0);
    const head = Buffer.alloc(5);
    head.writeUInt8(flags, 0);
    head.writeUInt32BE(faults.counter ?? counter, 1);
    return Buffer.concat([sha256(faults.rpId ?? rpId), head, attested]);
  }

  const written = (response: object): string =>
    JSON.stringify({
      id: credentialId.toString('base64url'),
      rawId: credentialId.toString('base64url'),
      type: 'public-key',
      clientExtensionResults: {},
      response,
    });

  return {
    credentialId: credentialId.toString('base64url'),

    /** navigator.credentials.create(), as the page sends it. */
    create(options: CreationOptions, faults: Faults = {}): string {
      userHandle = options.user.id;
      const length = Buffer.alloc(2);
      length.writeUInt16BE(credentialId.length);
      const attested = Buffer.concat([Buffer.alloc(16), length, credentialId, coseKey(publicKey)]);
      const attestation = cborMap([
        [cborText('fmt'), cborText('none')],
        [cborText('attStmt'), cborMap([])],
        [cborText('authData'), cborBytes(authenticatorData(options.rp.id, faults, attested))],
      ]);
      return written({
        clientDataJSON: clientData('webauthn.create', options.challenge, faults).toString('base64url'),
        attestationObject: attestation.toString('base64url'),
        transports: ['internal'],
      });
    },

    /** navigator.credentials.get(), as the page sends it. */
    get(options: RequestOptions, faults: Faults = {}): string {
      const data = authenticatorData(options.rpId, faults);
      const told = clientData('webauthn.get', options.challenge, faults);
      const signature = sign('sha256', Buffer.concat([data, sha256(told)]), faults.key ?? privateKey);
      return written({
        clientDataJSON: told.toString('base64url'),
        authenticatorData: data.toString('base64url'),
        signature: signature.toString('base64url'),
        userHandle: 'userHandle' in faults ? faults.userHandle : userHandle,
      });
    },
  };
}

/** RFC 9053 §7.1.1: an EC2 key for ES256. */
function coseKey(key: KeyObject): Buffer {
  const { x = '', y = '' } = key.export({ format: 'jwk' });
  return cborMap([
    [cborInt(1), cborInt(2)],
    [cborInt(3), cborInt(-7)],
    [cborInt(-1), cborInt(1)],
    [cborInt(-2), cborBytes(Buffer.from(x, 'base64url'))],
    [cborInt(-3), cborBytes(Buffer.from(y, 'base64url'))],
  ]);
}

// RFC 8949 §3, for what is in an attestation.
function cborHead(major: number, value: number): Buffer {
  if (value < 24) return Buffer.from([(major << 5) | value]);
  if (value < 256) return Buffer.from([(major << 5) | 24, value]);
  return Buffer.from([(major << 5) | 25, value >> 8, value & 0xff]);
}
const cborInt = (value: number): Buffer => (value < 0 ? cborHead(1, -1 - value) : cborHead(0, value));
const cborBytes = (bytes: Buffer): Buffer => Buffer.concat([cborHead(2, bytes.length), bytes]);
const cborText = (text: string): Buffer => Buffer.concat([cborHead(3, text.length), Buffer.from(text)]);
const cborMap = (entries: [Buffer, Buffer][]): Buffer =>
  Buffer.concat([cborHead(5, entries.length), ...entries.flat()]);
