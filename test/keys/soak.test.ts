import { randomBytes } from 'node:crypto';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { beforeEach, describe, expect, test } from 'vitest';
import { handOver, retireKey } from '../../functions/rotate-keys/by-hand.ts';
import { rotateKeys } from '../../functions/rotate-keys/rotate.ts';
import { handoverTime, keysRemembered, rotationSettings } from '../../shared/keys/key-ring.ts';
import { keyStore } from '../../shared/keys/key-store.ts';
import { type JwkSet, publishedKeys, signingKeys } from '../../shared/keys/loaded-keys.ts';
import { localWrapper } from '../../shared/keys/local-wrapper.ts';
import { memoryCustody } from '../../shared/keys/memory-custody.ts';
import { signJws } from '../../shared/keys/sign.ts';
import { freshTables } from '../store/store.ts';
import { stoppedClock } from '../support/clock.ts';

/*
 * H23: somebody signs in every twenty minutes for a day while an operator rotates by hand. Several instances of the functions sign
 * and publish, each with what it remembers, and several verifiers keep a JWKS for as long as the strictest of them is known to.
 * test/lifecycle/key-rotation.test.ts lets the schedule rotate, through the running server, for a year.
 */

const minute = 60;
const hour = 60 * minute;
const life = hour;

type Verifier = { jwks: JwkSet; at: number };

const { database, tables } = await freshTables();
const store = keyStore(database, tables.keys);
beforeEach(async () => {
  for (const { kid } of await store.list()) await store.remove(kid);
});

async function soak(operate: (hours: number, world: World) => Promise<void>, { hours = 24, looksAgain = false } = {}) {
  const clock = stoppedClock();
  const custody = memoryCustody(localWrapper(randomBytes(32)));
  await rotateKeys(store, custody, ['EdDSA'], rotationSettings, clock.now());

  const signers = Array.from({ length: 3 }, () => signingKeys(store, custody, clock.now));
  const publishers = Array.from({ length: 3 }, () => publishedKeys(store, clock.now));
  const verifiers: Verifier[] = [];
  const failures: string[] = [];
  const kids = new Set<string>();
  const alive: { jwt: string; until: number }[] = [];
  const publisherOf = (index: number) => publishers[index % publishers.length] as () => Promise<JwkSet>;

  /** Once for real; a signature that was right stays right, so from then on it is a matter of who has the key. */
  const verified = new Map<string, Promise<string>>();
  async function verifies(jwt: string, { jwks }: Verifier): Promise<boolean> {
    const known = verified.get(jwt) ?? verify(jwt, jwks);
    const kid = await known.catch(() => undefined);
    if (kid !== undefined) verified.set(jwt, known);
    return kid !== undefined && jwks.keys.some((key) => key.kid === kid);
  }
  async function verify(jwt: string, jwks: JwkSet): Promise<string> {
    const currentDate = new Date(clock.now() * 1_000);
    const { protectedHeader } = await jwtVerify(jwt, createLocalJWKSet(jwks), { currentDate });
    return protectedHeader.kid ?? '';
  }

  for (let step = 0; step < hours * 3; step += 1) {
    // Right after the verifiers could fetch: they keep what they have for as long as they may.
    if (step % 3 === 1) await operate((step - 1) / 3, { custody, now: clock.now() });
    const signing = await Promise.all(signers.map((signingKey) => signingKey('EdDSA')));
    for (const key of signing) {
      kids.add(key.kid);
      const exp = clock.now() + life;
      alive.push({ jwt: await signJws({ typ: 'at+jwt' }, { iat: clock.now(), exp }, key), until: exp });
    }
    // Verifier 0 fetches whenever it can, 1 every hour, 2 every two hours.
    for (const [index, age] of [0, hour, 2 * hour].entries()) {
      const held = verifiers[index];
      if (!held || clock.now() - held.at >= age)
        verifiers[index] = { jwks: await publisherOf(index)(), at: clock.now() };
    }
    for (const { jwt } of alive) {
      for (const [index, verifier] of verifiers.entries()) {
        let held = verifier;
        if (!(await verifies(jwt, held)) && looksAgain) {
          held = { jwks: await publisherOf(index)(), at: clock.now() };
          verifiers[index] = held;
        }
        if (!(await verifies(jwt, held))) failures.push(`step ${step}, verifier ${index}`);
      }
    }
    clock.advance(20 * minute);
    while ((alive[0]?.until ?? Infinity) <= clock.now()) alive.shift();
  }
  return { failures, kids };
}

type World = {
  custody: ReturnType<typeof memoryCustody>;
  now: number;
};

const daily = async (hours: number, { custody, now }: World) => {
  if (hours % 24 === 0) await rotateKeys(store, custody, ['EdDSA'], rotationSettings, now);
};

describe('H23, AT6: under continuous sign-ins', () => {
  test('a rotation by hand every five hours fails no token, at verifiers that keep a JWKS for two hours', async () => {
    const { failures, kids } = await soak(async (hours, world) => {
      await daily(hours, world);
      const { custody, now } = world;
      if (hours % 5 === 4) await handOver(store, custody, 'EdDSA', now, now + handoverTime);
    });
    expect(failures).toEqual([]);
    expect(kids.size).toBeGreaterThanOrEqual(5);
  });

  test('rotate --now fails no token at verifiers that look again for an unknown kid', async () => {
    const { failures, kids } = await soak(
      async (hours, world) => {
        await daily(hours, world);
        const { custody, now } = world;
        if (hours % 5 === 4) await handOver(store, custody, 'EdDSA', now, now + keysRemembered);
      },
      { looksAgain: true },
    );
    expect(failures).toEqual([]);
    expect(kids.size).toBeGreaterThanOrEqual(5);
  });

  test('rotate --now does fail tokens at verifiers that do not, which is its price', async () => {
    const { failures } = await soak(
      async (hours, { custody, now }) => {
        if (hours === 5) await handOver(store, custody, 'EdDSA', now, now + keysRemembered);
      },
      { hours: 9 },
    );
    expect(failures.length).toBeGreaterThan(0);
  });

  test('a retired key ends its tokens, and nothing is ever without a key that signs', async () => {
    const { failures, kids } = await soak(
      async (hours, { custody, now }) => {
        if (hours !== 5) return;
        const [key] = await store.list();
        await retireKey(store, custody, key?.kid ?? '', now);
      },
      { hours: 9, looksAgain: true },
    );
    expect(failures.length).toBeGreaterThan(0);
    expect(kids.size).toBe(2);
  });
});
