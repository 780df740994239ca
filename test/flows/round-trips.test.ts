import { afterAll, describe, expect, test } from 'vitest';
import { startCountingProxy } from '../../bench/counting-proxy.ts';
import { looksAtLimit } from '../../shared/grants/grant-limit.ts';
import { grantId } from '../../shared/grants/issue-code.ts';
import { spa, web } from '../support/clients.ts';
import { startDatabaseProxy } from '../support/database-proxy.ts';
import { send } from '../support/http.ts';
import { mobile, refreshed } from '../support/lifecycle.ts';
import { newPerson, signedInPerson } from '../support/person.ts';
import { authorizeTarget, obtainCode, obtainCodeThat, redeem, withoutChallenge } from '../support/protocol.ts';
import { startTestServer, tables } from '../support/server.ts';

const database = await startDatabaseProxy();
const counting = await startCountingProxy(database.endpoint);
afterAll(() => counting.close());
/** One that may ask for an ID token in front, and one that people are asked about. */
const both = { ...mobile, client_id: 'both', response_types: ['code', 'code id_token'] };
const third = { ...spa, client_id: 'third', first_party: false };
const server = await startTestServer({ clients: [spa, web, mobile, both, third], dynamodb: counting.endpoint });
const person = await signedInPerson(server);

// Clients, policy and keys are remembered: the first flow of each client pays for them.
for (const client of [spa, web, mobile]) {
  const { code, verifier } = await obtainCode(person, client);
  await redeem(server, client, { code, code_verifier: verifier });
}
const documents = ['/.well-known/openid-configuration', '/.well-known/oauth-authorization-server', '/jwks'];
for (const target of documents) await send(server.port, target);

describe('how often the database is asked, with a session and warm caches', () => {
  test.each([
    ['a public client', spa],
    ['a confidential client', web],
  ])('a sign-in of %s is two reads and two writes, in three round trips', async (_, client) => {
    let issued = { code: '', verifier: '' };
    const authorizing = await database.callsDuring(async () => {
      issued = await obtainCode(person, client);
    });
    expect(authorizing).toEqual([`BatchGetItem ${tables.people}`, `PutItem ${tables.grants}`]);
    const redeeming = await database.callsDuring(async () => {
      const { status } = await redeem(server, client, { code: issued.code, code_verifier: issued.verifier });
      expect(status).toBe(200);
    });
    expect(redeeming.toSorted()).toEqual([`GetItem ${tables.people}`, `UpdateItem ${tables.grants}`]);
  });

  test('the first redirect of somebody without a session asks for nothing', async () => {
    expect(await database.callsDuring(() => newPerson(server).open(authorizeTarget(spa)))).toEqual([]);
  });

  test('a refused authorization request asks for nothing', async () => {
    expect(await database.callsDuring(() => person.open(authorizeTarget(spa, withoutChallenge)))).toEqual([]);
  });

  test('a token request with a malformed verifier asks for nothing', async () => {
    const fields = { code: 'x', code_verifier: 'short' };
    expect(await database.callsDuring(() => redeem(server, spa, fields))).toEqual([]);
  });

  test('a token request with a wrong secret is counted, in one write', async () => {
    const wrong = { ...web, client_secret: 'a wrong secret' };
    expect(await database.callsDuring(() => redeem(server, wrong, { code: 'x' }))).toEqual([
      `UpdateItem ${tables.grants}`,
    ]);
  });

  test('metadata and keys ask for nothing', async () => {
    const asked = await database.callsDuring(async () => {
      for (const target of documents) await send(server.port, target);
    });
    expect(asked).toEqual([]);
  });
});

describe('what that costs in capacity units, the index aside, which this database does not count', () => {
  const unitsOf = async (work: () => Promise<unknown>) => {
    const calls = await counting.callsDuring(work);
    const sum = (units: (call: (typeof calls)[number]) => number) => calls.reduce((all, call) => all + units(call), 0);
    return { calls: calls.length, writes: sum((call) => call.writeUnits), reads: sum((call) => call.readUnits) };
  };

  test('a sign-in with a refresh token: 2 write and 2 read units', async () => {
    const signIn = async () => {
      let code = '';
      const units = await unitsOf(async () => {
        const issued = await obtainCode(person, mobile);
        code = issued.code;
        await redeem(server, mobile, { code, code_verifier: issued.verifier });
      });
      return { units, looks: looksAtLimit(grantId(code)) };
    };
    let measured = await signIn();
    while (measured.looks) measured = await signIn();
    expect(measured.units).toEqual({ calls: 4, writes: 2, reads: 2 });
  });

  test('S7: one redemption of sixteen looks at the limit of grants, in one query more', async () => {
    const { code, verifier } = await obtainCodeThat(true, person, mobile);
    const calls = await database.callsDuring(() => redeem(server, mobile, { code, code_verifier: verifier }));
    expect(calls.toSorted()).toEqual([
      `GetItem ${tables.people}`,
      `Query ${tables.grants}`,
      `UpdateItem ${tables.grants}`,
    ]);
  });

  test('a refresh: 1 write and 1 read unit', async () => {
    const { code, verifier } = await obtainCode(person, mobile);
    const { json } = await redeem(server, mobile, { code, code_verifier: verifier });
    const units = await unitsOf(() => refreshed(server, mobile, json.refresh_token));
    expect(units).toEqual({ calls: 2, writes: 1, reads: 1 });
  });
});

describe('how consistently it is asked whether somebody is still signed in', () => {
  const readsOf = async (target: string, of = person) => {
    const calls = await counting.callsDuring(() => of.follow(target));
    return calls.filter(({ operation }) => operation === 'BatchGetItem').map(({ readUnits }) => readUnits);
  };

  test('for a code eventually: /token compares again. For an ID token that nobody brings back, consistently', async () => {
    expect(await readsOf(authorizeTarget(both, { prompt: 'none' }))).toEqual([1]);
    const hybrid = { prompt: 'none', response_type: 'code id_token', nonce: 'a-nonce' };
    expect(await readsOf(authorizeTarget(both, hybrid))).toEqual([2]);
  });

  test('for consent, and twice for somebody who is not found at first, as a moment after signing in', async () => {
    expect(await readsOf(authorizeTarget(third))).toEqual([3, 2]);
    const nobody = newPerson(server);
    nobody.cookies.set('pixy_session', `YWRhLTAwMDE.${'A'.repeat(43)}`);
    expect(await readsOf(authorizeTarget(both, { prompt: 'none' }), nobody)).toHaveLength(2);
  });
});

describe('a session in use', () => {
  test('is written once when half of its idle time is over, and then not again', async () => {
    server.clock.advance(3_601);
    // What is remembered has expired by now: one sign-in pays for that, and notes that the session is in use.
    const first = await counting.callsDuring(() => obtainCode(person, mobile));
    expect(first.filter(({ operation }) => operation === 'UpdateItem').map(({ table }) => table)).toEqual([
      tables.people,
    ]);
    const second = await counting.callsDuring(() => obtainCode(person, mobile));
    expect(second.map(({ operation, table }) => `${operation} ${table}`)).toEqual([
      `BatchGetItem ${tables.people}`,
      `PutItem ${tables.grants}`,
    ]);
  });
});
