import { describe, expect, test } from 'vitest';
import { startDatabaseProxy } from '../support/database-proxy.ts';
import { warehouse } from '../support/lifecycle.ts';
import { startTestServer } from '../support/server.ts';
import {
  app,
  everything,
  expectAllOrNothing,
  newAccount,
  takeInHand,
  tryAll,
  wayOf,
  ways,
  wrappingKey,
} from '../support/taking-back.ts';
import { placesToHold, requestsUnderWay, takeBackUnderWay } from '../support/under-way.ts';

/* TB1–TB9 with every way of taking back at every place, and with races repeated fifty times. Takes minutes: not part of `npm test`. */

const repetitions = 50;
const database = await startDatabaseProxy();
const server = await startTestServer({
  clients: [app, warehouse],
  dynamodb: database.endpoint,
  environment: { PIXY_WRAPPING_KEY: wrappingKey, PIXY_REVOKE_AT_SIGN_OUT: 'on' },
});
const inHand = async () => takeInHand(await newAccount(server.clock.now()), server);
await tryAll(await inHand(), server);

const prepared = async (name: string) => {
  const held = await inHand();
  const takeBack = await wayOf(name).prepare(held, server);
  return { held, takeBack };
};

describe('TB8: nothing is worth anything, of fifty people each', () => {
  test.each(Object.entries(ways))(
    'after %s',
    async (name, way) => {
      for (let round = 0; round < repetitions; round += 1) {
        const { held, takeBack } = await prepared(name);
        await takeBack();
        const worth = await tryAll(held, server);
        const good = everything.filter((one) => worth[one]?.isGood);
        expect({ round, good }).toEqual({ round, good: everything.filter((one) => way.stays?.(one)) });
      }
    },
    600_000,
  );
});

describe('S4: a fault at any call of the taking back leaves everything or nothing', () => {
  const requests = Object.entries(ways).filter(([, { isRequest }]) => isRequest);
  test.each(requests)('%s', (name) => expectAllOrNothing(name, database, server), 600_000);
});

/** An authorization request that reads the account after the app was removed is a new one, in a session that goes on. */
const mayComeAfter = (request: string, name: string): boolean =>
  request === 'an authorization request' && wayOf(name).stays !== undefined;

const races = Object.keys(requestsUnderWay).flatMap((request) => Object.keys(ways).map((name) => ({ request, name })));

describe('TB1, S5, S6: what is on its way', () => {
  test.each(races)(
    '$request, held at every call, is dead after $name',
    async ({ request, name }) => {
      const places = mayComeAfter(request, name) ? placesToHold.slice(1) : placesToHold;
      for (const { index, side } of places) {
        const { held, takeBack } = await prepared(name);
        await takeBackUnderWay(request, held, server, { hold: () => database.hold(index, side), takeBack });
      }
    },
    600_000,
  );

  test.each(races.filter(({ request, name }) => !mayComeAfter(request, name)))(
    '$request and, at the same moment, $name: dead, fifty times',
    async ({ request, name }) => {
      for (let round = 0; round < repetitions; round += 1) {
        const { held, takeBack } = await prepared(name);
        const taken = takeBack();
        await Promise.all([taken, requestsUnderWay[request]?.(held, server, taken)]);
      }
    },
    600_000,
  );
});
