import { exportJWK, generateKeyPair, type JSONWebKeySet, SignJWT } from 'jose';
import { beforeEach, describe, expect, test } from 'vitest';
import { verifyAssertion } from '../../shared/clients/client-assertion.ts';
import { parseRegistration } from '../../shared/clients/registration.ts';
import { type RemoteJwks, remoteJwks } from '../../shared/clients/remote-jwks.ts';
import { type Clock, stoppedClock } from '../support/clock.ts';

/* OpenID Connect Core §10.1.1: how a server that verifies follows the keys of a client. The network is what stands in here. */

const url = 'https://client.example/jwks';
const jwks = (...kids: string[]): JSONWebKeySet => ({ keys: kids.map((kid) => ({ kty: 'OKP', kid })) });

let clock: Clock;
let asked: string[];
let served: JSONWebKeySet | undefined;
let keysOf: RemoteJwks;

beforeEach(() => {
  clock = stoppedClock();
  asked = [];
  served = jwks('a');
  keysOf = remoteJwks(clock.now, async (address) => {
    asked.push(address);
    return served;
  });
});

const kids = async (kid?: string) => (await keysOf(url, kid))?.keys.map((key) => key.kid);

describe('the keys of a client', () => {
  test('are fetched once in five minutes', async () => {
    await kids('a');
    clock.advance(299);
    expect(await kids('a')).toEqual(['a']);
    expect(asked).toHaveLength(1);
    clock.advance(1);
    await kids('a');
    expect(asked).toHaveLength(2);
  });

  test('are those of its own address', async () => {
    await kids();
    await keysOf('https://other.example/jwks');
    expect(asked).toEqual([url, 'https://other.example/jwks']);
  });

  test('H37: are fetched once for 50 who ask at the same time', async () => {
    expect(await Promise.all(Array.from({ length: 50 }, () => kids('b')))).toEqual(Array(50).fill(['a']));
    expect(asked).toHaveLength(1);
  });

  test('are not fetched again for an assertion without a kid', async () => {
    await kids();
    clock.advance(200);
    await kids();
    expect(asked).toHaveLength(1);
  });
});

describe('OC14: a key that is not among them', () => {
  test('is looked for again, and found after the client has rotated', async () => {
    await kids('a');
    served = jwks('b', 'a');
    clock.advance(30);
    expect(await kids('b')).toEqual(['b', 'a']);
    expect(asked).toHaveLength(2);
  });

  test('is looked for at most once in 30 seconds, whoever asks for whatever', async () => {
    await kids('a');
    for (let second = 0; second < 60; second += 1) {
      clock.advance(1);
      await Promise.all([kids(`x${second}`), kids('__proto__'), kids('')]);
    }
    expect(asked).toHaveLength(3);
  });

  test('does not take away the keys that are there, when the address does not answer', async () => {
    await kids('a');
    served = undefined;
    clock.advance(30);
    expect(await kids('b')).toEqual(['a']);
    expect(await kids('a')).toEqual(['a']);
    clock.advance(29);
    await kids('b');
    expect(asked).toHaveLength(2);
  });

  test('does not keep keys any longer: after five minutes there are none that cannot be fetched', async () => {
    await kids('a');
    served = undefined;
    clock.advance(290);
    expect(await kids('b')).toEqual(['a']);
    clock.advance(10);
    expect(await kids('a')).toBeUndefined();
  });
});

describe('an address that does not answer', () => {
  beforeEach(() => {
    served = undefined;
  });

  test('is asked again after ten seconds, not before', async () => {
    expect(await kids('a')).toBeUndefined();
    clock.advance(9);
    expect(await kids('a')).toBeUndefined();
    expect(asked).toHaveLength(1);
    served = jwks('a');
    clock.advance(1);
    expect(await kids('a')).toEqual(['a']);
  });

  test('is asked again at once when the fetch itself broke', async () => {
    let broken = true;
    const get = remoteJwks(clock.now, () => {
      if (!broken) return Promise.resolve(jwks('a'));
      broken = false;
      return Promise.reject(new Error('out of memory'));
    });
    await expect(get(url)).rejects.toThrow('out of memory');
    expect(await get(url)).toEqual(jwks('a'));
  });
});

test('the addresses of 200 clients are remembered, the one that was fetched first makes room', async () => {
  for (let index = 0; index <= 200; index += 1) await keysOf(`https://client-${index}.example/jwks`);
  await keysOf('https://client-1.example/jwks');
  expect(asked).toHaveLength(201);
  await keysOf('https://client-0.example/jwks');
  expect(asked).toHaveLength(202);
});

test('OC14: a client that has rotated authenticates with its new key half a minute later at most', async () => {
  const registered = await parseRegistration({
    client_id: 'rotating',
    token_endpoint_auth_method: 'private_key_jwt',
    grant_types: ['client_credentials'],
    jwks_uri: url,
  });
  if (!registered.ok) throw new Error(`${registered.refusal.member} ${registered.refusal.problem}`);
  const client = registered.value;
  const audience = 'https://sign-in.example';
  const pairs = await Promise.all(['old', 'new'].map(async (kid) => ({ kid, ...(await generateKeyPair('ES256')) })));
  const publish = async (count: number) => {
    const keys = await Promise.all(
      pairs.slice(0, count).map(async ({ kid, publicKey }) => ({ ...(await exportJWK(publicKey)), kid })),
    );
    served = { keys: keys as JSONWebKeySet['keys'] };
  };
  const authenticates = async (index: number) => {
    const { kid, privateKey } = pairs[index] as (typeof pairs)[number];
    const assertion = await new SignJWT({ jti: crypto.randomUUID(), exp: clock.now() + 60 })
      .setIssuer(client.clientId)
      .setSubject(client.clientId)
      .setAudience(audience)
      .setProtectedHeader({ alg: 'ES256', kid })
      .sign(privateKey);
    const assertions = { use: async () => true };
    const outcome = await verifyAssertion(assertion, client, {
      audiences: [audience, `${audience}/token`],
      remoteJwks: keysOf,
      assertions,
      now: clock.now,
    });
    return outcome.ok;
  };
  await publish(1);
  expect(await authenticates(0)).toBe(true);
  await publish(2);
  expect(await authenticates(1)).toBe(false);
  clock.advance(30);
  expect(await authenticates(1)).toBe(true);
  expect(await authenticates(0)).toBe(true);
  expect(asked).toHaveLength(2);
});
