import { beforeEach, describe, expect, test } from 'vitest';
import { compose as composeCheckToken } from '../../functions/check-token/compose.ts';
import { openRuntime } from '../../functions/runtime.ts';
import { lambdaContext } from '../../infra/local/gateway/lambda-context.ts';
import { clientStore } from '../../shared/clients/client-store.ts';
import { jwtBearer, tokenExchange } from '../../shared/oauth/server-metadata.ts';
import { accountStore } from '../../shared/people/account-store.ts';
import { encodeFields, formType, send } from '../support/http.ts';
import {
  clientCredentials,
  type FullClient,
  introspect,
  machine,
  mobile,
  obtainTokens,
  portal,
  refresh,
  refreshed,
  revoke,
  userinfo,
  warehouse,
} from '../support/lifecycle.ts';
import { basic, claimsOf, postToken } from '../support/protocol.ts';
import { homesOf, movedTo, type Region, signedInAt, startRegions } from '../support/regions.ts';
import { rounds } from '../support/rounds.ts';
import { ada, tables } from '../support/server.ts';

const agent: FullClient = { ...machine, client_id: 'agent', grant_types: [tokenExchange], scope: 'openid' };
const bob = { username: 'bob', claims: { sub: 'bob-0001' } };
const regions = await startRegions({
  clients: [mobile, portal, machine, warehouse, agent],
  accounts: [ada, bob],
  environment: { PIXY_TOKEN_EXCHANGE: 'on', PIXY_JWT_BEARER: 'on' },
});
const { a, b, replicas, sent, ways, advance } = regions;
const person = { a: await signedInAt(a), b: await signedInAt(b) };
const grace = 30;

const tokensOf = (region: Region, client: FullClient = mobile) =>
  obtainTokens(region, person[region.letter], client, { scope: 'openid' });

beforeEach(() => {
  ways.clear();
  sent.length = 0;
});

describe('a refresh token', () => {
  test('is renewed in the region of its grant, wherever it is sent', async () => {
    const { refresh_token } = await tokensOf(a);
    expect(refresh_token).toMatch(/^a\./);
    const next = await refreshed(b, mobile, refresh_token);
    expect(next.refresh_token).toMatch(/^a\./);
    expect(sent).toEqual(['b → a token']);
    expect((await refresh(a, mobile, next.refresh_token)).status).toBe(200);
  });

  test('leads to the same successor in both regions at once', async () => {
    for (let round = 0; round < rounds(10, 200); round += 1) {
      const { refresh_token } = await tokensOf(round % 2 === 0 ? a : b);
      const answers = await Promise.all([a, b, a, b].map((region) => refreshed(region, mobile, refresh_token)));
      expect(new Set(answers.map((tokens) => tokens.refresh_token)).size).toBe(1);
    }
  });

  test('works again within the grace, and after it revokes the grant, by whichever region it comes', async () => {
    const { refresh_token: first } = await tokensOf(a);
    const { refresh_token: second } = await refreshed(b, mobile, first);
    await refreshed(a, mobile, second);
    expect((await refresh(b, mobile, first)).status).toBe(200);
    advance(grace + 1);
    expect(await refresh(b, mobile, first)).toMatchObject({ status: 400, json: { reason: 'refresh_token_replayed' } });
    expect((await refresh(a, mobile, second)).status).toBe(400);
  });

  test('is not used up by a region that cannot reach its own', async () => {
    const { refresh_token } = await tokensOf(a);
    ways.set('a', 'cut');
    const answer = await refresh(b, mobile, refresh_token);
    expect(answer).toMatchObject({
      status: 503,
      headers: { 'retry-after': '1' },
      json: { reason: 'region_unavailable' },
    });
    ways.clear();
    expect((await refresh(b, mobile, refresh_token)).status).toBe(200);
  });

  test('whose answer was lost between the regions is answered by the next try', async () => {
    const { refresh_token } = await tokensOf(a);
    ways.set('a', 'lost');
    expect((await refresh(b, mobile, refresh_token)).status).toBe(503);
    ways.clear();
    expect((await refresh(b, mobile, refresh_token)).status).toBe(200);
  });

  test.each(['', 'b.', 'z.'])('is none when its letter is replaced by "%s"', async (letter) => {
    const { refresh_token = '' } = await tokensOf(a);
    const changed = letter + refresh_token.slice(2);
    const answer = await refresh(b, mobile, changed);
    expect(answer).toMatchObject({ status: 400, json: { error: 'invalid_grant', reason: 'refresh_token_unknown' } });
    expect((await refresh(b, mobile, refresh_token)).status).toBe(200);
  });
});

describe('a token of the other region', () => {
  test('is introspected, shown its claims and revoked as in its own', async () => {
    const { access_token, refresh_token } = await tokensOf(a);
    expect((await introspect(b, warehouse, { token: access_token })).json).toMatchObject({
      active: true,
      sub: 'ada-0001',
    });
    expect((await userinfo(b, access_token)).json).toMatchObject({ sub: 'ada-0001' });
    expect((await revoke(b, mobile, { token: refresh_token })).status).toBe(200);
    expect((await introspect(a, warehouse, { token: access_token })).json).toEqual({ active: false });
    expect((await userinfo(b, access_token)).status).toBe(401);
    expect(sent).toEqual(['b → a introspect', 'b → a userinfo', 'b → a revoke', 'b → a userinfo']);
  });

  test('can be revoked by its access token', async () => {
    const { access_token } = await tokensOf(b);
    expect((await revoke(a, mobile, { token: access_token })).status).toBe(200);
    expect((await userinfo(b, access_token)).status).toBe(401);
  });

  test('is neither active nor inactive while its region gives no answer', async () => {
    const { access_token, refresh_token } = await tokensOf(a);
    ways.set('a', 'cut');
    const answers = [
      await introspect(b, warehouse, { token: access_token }),
      await userinfo(b, access_token),
      await revoke(b, mobile, { token: refresh_token }),
    ];
    for (const { status, headers, json } of answers) {
      expect([status, headers['retry-after'], json['reason']]).toEqual([503, '1', 'region_unavailable']);
    }
    ways.clear();
    expect((await introspect(b, warehouse, { token: access_token })).json).toMatchObject({ active: true });
  });

  test('is exchanged in its region', async () => {
    const { access_token } = await tokensOf(a);
    const form = {
      grant_type: tokenExchange,
      subject_token: access_token,
      subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    };
    const answer = await postToken(b, form, { authorization: basic(agent) });
    expect(answer.status).toBe(200);
    expect(sent).toEqual(['b → a token']);
    expect(claimsOf(answer.json.access_token)['grant_id']).toBe(claimsOf(access_token)['grant_id']);
  });

  test('opens an API in front of which this region asks the other one about the grant', async () => {
    const { access_token } = await tokensOf(a);
    const check = checkerAt(b);
    const allowed = { policyDocument: { Statement: [{ Effect: 'Allow' }] } };
    expect(await check(access_token)).toMatchObject(allowed);
    expect(sent).toEqual(['b → a introspect']);
    ways.set('a', 'cut');
    await expect(check(access_token)).rejects.toThrow('region_unavailable');
    ways.clear();
    await revoke(a, mobile, { token: access_token });
    await expect(check(access_token)).rejects.toThrow('Unauthorized');
    expect(await check((await tokensOf(b)).access_token)).toMatchObject(allowed);
  });
});

test('a token that stands for itself is made and introspected where it is asked for', async () => {
  const { json } = await clientCredentials(b, machine);
  expect((await introspect(a, warehouse, { token: json.access_token })).json).toMatchObject({ active: true });
  expect((await introspect(b, warehouse, { token: json.access_token })).json).toMatchObject({ active: true });
  expect(sent).toEqual([]);
});

test('an assertion of an issuer is taken in the first region, which knows those that were used', async () => {
  await postToken(b, { grant_type: jwtBearer, assertion: 'x.y.z' }, { authorization: basic(portal) });
  // Its body begins like JSON, and is a form all the same.
  const body = `{&${encodeFields({ grant_type: jwtBearer, assertion: 'x.y.z' })}`;
  await send(b.port, '/token', { method: 'POST', body, headers: { ...formType, authorization: basic(portal) } });
  expect(sent).toEqual(['b → a token', 'b → a token']);
});

describe('taking back', () => {
  test('everything of a person ends what the other region gave, as soon as the copy of the account is there', async () => {
    const [ofA, ofB] = [await tokensOf(a), await tokensOf(b)];
    const accounts = accountStore(a.database, tables.people);
    const { epoch } = (await accounts.findBySubject('ada-0001')) ?? { epoch: -1 };
    await replicas.late(async () => {
      await accounts.takeBackAll('ada-0001', epoch);
      expect((await userinfo(b, ofA.access_token)).status).toBe(401);
      expect((await refresh(b, mobile, ofA.refresh_token)).status).toBe(400);
      // The window: what b gave, until the copy is there.
      expect((await userinfo(a, ofB.access_token)).status).toBe(200);
    });
    expect((await userinfo(a, ofB.access_token)).status).toBe(401);
    expect((await refresh(a, mobile, ofB.refresh_token)).status).toBe(400);
    person.a = await signedInAt(a);
    person.b = await signedInAt(b);
  });

  test('a disabled client gets nothing anywhere, once the copy is there and 30 seconds have passed', async () => {
    const { refresh_token } = await tokensOf(b, portal);
    const clients = clientStore(a.database, tables.clients, a.clock.now);
    const current = await clients.find('portal');
    if (current === undefined) throw new Error('there is no portal');
    await replicas.late(async () => {
      await clients.put('portal', { ...current, disabled: true }, { by: 'test', why: '' });
      advance(31);
      expect((await refresh(b, portal, refresh_token)).status).toBe(200);
    });
    advance(31);
    expect(await refresh(a, portal, refresh_token)).toMatchObject({ json: { error: 'invalid_client' } });
    await clients.put('portal', current, { by: 'test', why: '' });
    advance(31);
  });

  test('an account that is gone is gone in both regions', async () => {
    const [ofA, ofB] = [await signedInAt(a, 'bob'), await signedInAt(b, 'bob')];
    const tokens = [
      await obtainTokens(a, ofA, mobile, { scope: 'openid' }),
      await obtainTokens(b, ofB, mobile, { scope: 'openid' }),
    ];
    const accounts = accountStore(a.database, tables.people);
    const account = await accounts.findBySubject('bob-0001');
    if (account === undefined) throw new Error('there is no bob');
    await accounts.remove(account);
    for (const { access_token, refresh_token } of tokens) {
      expect((await userinfo(b, access_token)).status).toBe(401);
      expect((await refresh(b, mobile, refresh_token)).status).toBe(400);
    }
  });
});

describe('the account page', () => {
  test('lists the apps of both regions, from whichever it is opened, and ends their access in both', async () => {
    const [ofA, ofB] = [await tokensOf(a), await tokensOf(b, portal)];
    const page = await person.b.open('/account');
    expect(page.status).toBe(200);
    expect(page.body).toContain('mobile');
    expect(page.body).toContain('portal');
    expect(sent.slice(0, 2)).toEqual(['b → a account', 'a → b account']);
    for (const id of ['mobile', 'portal']) {
      const ended = await person.b.submit(page, { action: 'revoke_access', id });
      expect(ended.status).toBe(303);
    }
    expect((await userinfo(b, ofA.access_token)).status).toBe(401);
    expect((await refresh(b, portal, ofB.refresh_token)).status).toBe(400);
    expect((await movedTo(a, person.b).open('/account')).body).not.toContain('value="portal"');
  });

  test('says that apps may be missing while a region gives no answer, and an export is whole or not at all', async () => {
    await tokensOf(b, portal);
    ways.set('b', 'cut');
    const page = await person.a.open('/account');
    expect(page.status).toBe(200);
    expect(page.body).toContain('Apps of another region of this server may be missing here.');
    expect(page.body).not.toContain('value="portal"');
    expect(await person.a.open('/account/export')).toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
    ways.clear();
    const whole = await person.a.open('/account');
    expect(whole.body).not.toContain('may be missing');
    expect(whole.body).toContain('value="portal"');
    expect(JSON.parse((await person.a.open('/account/export')).body)).toMatchObject({
      apps: expect.arrayContaining([expect.objectContaining({ client_id: 'portal' })]),
    });
  });

  test('is there in the first region alone', async () => {
    ways.set('a', 'cut');
    const page = await person.b.open('/account');
    expect(page).toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
    expect(page.headers['content-type']).toContain('text/html');
  });
});

/** An authorizer of a REST API in a region. */
function checkerAt({ letter, issuer, database, clock }: Region) {
  const runtime = openRuntime(
    {
      PIXY_ISSUER: issuer,
      PIXY_GRANTS_TABLE: tables.grants,
      PIXY_CLIENTS_TABLE: tables.clients,
      PIXY_PEOPLE_TABLE: tables.people,
      PIXY_KEYS_TABLE: tables.keys,
      ...homesOf(letter),
    },
    { database, now: clock.now, writeLine: () => undefined, send: regions.sendFrom(letter) },
  );
  const handler = composeCheckToken(runtime, { audience: [issuer], scope: [] });
  return (token: string | undefined) =>
    handler(
      {
        type: 'TOKEN',
        methodArn: 'arn:aws:execute-api:eu-west-1:000000000000:api/stage/GET/x',
        authorizationToken: `Bearer ${token}`,
      },
      lambdaContext(0),
    );
}
