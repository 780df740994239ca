import { beforeEach, describe, expect, test } from 'vitest';
import { send } from '../support/http.ts';
import type { FullClient } from '../support/lifecycle.ts';
import { mobile, portal, userinfo } from '../support/lifecycle.ts';
import { authorizeTarget, claimsOf, obtainCode, parametersOf, postToken, redeem } from '../support/protocol.ts';
import { type Region, signedInAt, startRegions } from '../support/regions.ts';
import { rounds } from '../support/rounds.ts';

const spa: FullClient = { ...mobile, client_id: 'spa', grant_types: ['authorization_code'] };
const clients = [spa, mobile, portal];
const regions = await startRegions({ clients });
const { a, b, sent, ways } = regions;
const person = { a: await signedInAt(a), b: await signedInAt(b) };

const codeOf = (region: Region, client: FullClient = spa) => obtainCode(person[region.letter], client);
const redeemAt = (region: Region, { code, verifier }: { code: string; verifier: string }, client: FullClient = spa) =>
  redeem(region, client, { code, code_verifier: verifier });
const linesOf = (region: Region) => region.auditLines.map((line) => JSON.parse(line));

beforeEach(() => {
  ways.clear();
  sent.length = 0;
  a.auditLines.length = 0;
  b.auditLines.length = 0;
});

describe('a code', () => {
  test('names the region that made it', async () => {
    expect((await codeOf(a)).code).toMatch(/^a\.[\w-]{60,}$/);
    expect((await codeOf(b)).code).toMatch(/^b\.[\w-]{60,}$/);
  });

  test('is redeemed in its region without asking another', async () => {
    expect((await redeemAt(a, await codeOf(a))).status).toBe(200);
    expect((await redeemAt(b, await codeOf(b))).status).toBe(200);
    expect(sent).toEqual([]);
  });

  test.each([
    { home: a, other: b },
    { home: b, other: a },
  ])('of $home.letter is redeemed at $other.letter: by its own region', async ({ home, other }) => {
    const answer = await redeemAt(other, await codeOf(home));
    expect(answer.status).toBe(200);
    expect(sent).toEqual([`${other.letter} → ${home.letter} token`]);
    expect(linesOf(home).filter(({ endpoint }) => endpoint === 'token')).toMatchObject([{ verdict: 'allowed' }]);
    expect(linesOf(other).filter(({ endpoint }) => endpoint === 'token')).toEqual([]);
    expect(await userinfo(other, answer.json.access_token)).toMatchObject({ status: 200 });
  });

  test('gets the same answer there, with every header, as in its own region', async () => {
    const here = await redeemAt(a, { ...(await codeOf(a)), verifier: 'x'.repeat(43) });
    const there = await redeemAt(b, { ...(await codeOf(a)), verifier: 'x'.repeat(43) });
    const without = ({ headers }: typeof here) => ({ ...headers, 'apigw-requestid': '', 'x-request-id': '', date: '' });
    expect([there.status, there.body, without(there)]).toEqual([here.status, here.body, without(here)]);
  });

  test('is spent by a wrong verifier in the other region, too', async () => {
    const issued = await codeOf(a);
    const wrong = await redeemAt(b, { ...issued, verifier: 'x'.repeat(43) });
    expect(wrong).toMatchObject({ status: 400, json: { reason: 'code_verifier_mismatch' } });
    expect(await redeemAt(a, issued)).toMatchObject({ status: 400, json: { reason: 'code_spent' } });
  });

  test('has one winner, whichever regions try at once', async () => {
    for (let round = 0; round < rounds(50, 500); round += 1) {
      const issued = await codeOf(round % 2 === 0 ? a : b, mobile);
      const answers = await Promise.all([a, b, a, b].map((region) => redeemAt(region, issued, mobile)));
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
      expect(new Set(answers.map(({ json }) => json.error))).toEqual(new Set([undefined, 'invalid_grant']));
    }
  });

  test('revokes what it gave when it is replayed in the other region', async () => {
    const issued = await codeOf(a);
    const { json } = await redeemAt(a, issued);
    expect((await redeemAt(b, issued)).status).toBe(400);
    expect((await userinfo(b, json.access_token)).status).toBe(401);
  });

  test.each(['z', 'c', 'A', 'ab'])('that begins with %s. is nobody’s', async (letter) => {
    const { code, verifier } = await codeOf(a);
    const renamed = `${letter}${code.slice(1)}`;
    expect(await redeemAt(b, { code: renamed, verifier })).toMatchObject({
      status: 400,
      json: { error: 'invalid_grant' },
    });
    expect((await redeemAt(b, { code, verifier })).status).toBe(200);
  });

  test('of another letter than its own finds nothing', async () => {
    const { code, verifier } = await codeOf(a);
    for (const changed of [`b${code.slice(1)}`, code.slice(2)]) {
      const answer = await redeemAt(b, { code: changed, verifier });
      expect(answer).toMatchObject({ status: 400, json: { error: 'invalid_grant', reason: 'code_unknown' } });
    }
  });

  test('is judged with the client’s secret in its own region alone', async () => {
    const { code, verifier } = await obtainCode(person.a, portal);
    const wrong = await redeem(b, { ...portal, client_secret: 'wrong' }, { code, code_verifier: verifier });
    expect(wrong).toMatchObject({ status: 401, json: { error: 'invalid_client' } });
    expect(wrong.headers['www-authenticate']).toContain('Basic');
    expect(sent).toEqual(['b → a token']);
    expect(linesOf(b).filter(({ endpoint }) => endpoint === 'token')).toEqual([]);
    expect((await redeem(b, portal, { code, code_verifier: verifier })).status).toBe(200);
  });

  test('expires by the clock of its own region', async () => {
    b.clock.advance(7_200);
    const issued = await codeOf(a);
    expect((await redeemAt(b, issued)).status).toBe(200);
    const late = await codeOf(a);
    a.clock.advance(7_200);
    expect(await redeemAt(b, late)).toMatchObject({ status: 400, json: { reason: 'code_expired' } });
  });
});

describe('a region that gives no answer', () => {
  test('is told apart from a refusal, and the code is good once it is back', async () => {
    const issued = await codeOf(a);
    ways.set('a', 'cut');
    const answer = await redeemAt(b, issued);
    expect(answer).toMatchObject({
      status: 503,
      headers: { 'retry-after': '1', 'cache-control': 'no-store', 'content-type': 'application/json' },
      json: { error: 'temporarily_unavailable', reason: 'region_unavailable' },
    });
    expect(linesOf(b).filter(({ endpoint }) => endpoint === 'token')).toMatchObject([
      { verdict: 'failed', reason: 'region_unavailable', cause: 'RegionUnavailable a < Error' },
    ]);
    ways.clear();
    expect((await redeemAt(b, issued)).status).toBe(200);
  });

  test('keeps its own clients going, and the other region its own', async () => {
    const [ofA, ofB] = [await codeOf(a), await codeOf(b)];
    ways.set('a', 'cut');
    ways.set('b', 'cut');
    expect((await redeemAt(a, ofA)).status).toBe(200);
    expect((await redeemAt(b, ofB)).status).toBe(200);
  });

  test('after it has spent the code is as any lost answer: the next try is a replay', async () => {
    const issued = await codeOf(a);
    ways.set('a', 'lost');
    expect((await redeemAt(b, issued)).status).toBe(503);
    ways.clear();
    expect(await redeemAt(b, issued)).toMatchObject({ status: 400, json: { reason: 'code_spent' } });
  });

  test('writes no secret into a log', async () => {
    const issued = await obtainCode(person.a, portal);
    ways.set('a', 'cut');
    await redeem(b, portal, { code: issued.code, code_verifier: issued.verifier });
    const log = [...a.auditLines, ...b.auditLines].join('\n');
    for (const secret of [issued.code, issued.code.slice(2), issued.verifier, portal.client_secret ?? '']) {
      expect(log).not.toContain(secret);
    }
  });
});

describe('an event', () => {
  const eventOf = (fields: Record<string, string>, more: object = {}) => ({
    version: '2.0',
    rawPath: '/token',
    rawQueryString: '',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    requestContext: { requestId: 'r', http: { method: 'POST', path: '/token', sourceIp: '192.0.2.1' } },
    body: new URLSearchParams(fields).toString(),
    isBase64Encoded: false,
    ...more,
  });
  const redemption = ({ code, verifier }: { code: string; verifier: string }) => ({
    grant_type: 'authorization_code',
    client_id: spa.client_id,
    code,
    code_verifier: verifier,
    redirect_uri: spa.redirect_uris[0] ?? '',
  });

  test('that was passed on is never passed on again', async () => {
    const issued = await codeOf(a);
    const answer = await b.invoke('token', eventOf(redemption(issued), { passedOnBy: 'a' }));
    expect(answer).toMatchObject({ statusCode: 400 });
    expect(sent).toEqual([]);
    expect((await redeemAt(a, issued)).status).toBe(200);
  });

  test.each(['z', 'b', '', 1, null])('that says %j has passed it on is not answered', async (passedOnBy) => {
    const issued = await codeOf(a);
    await expect(b.invoke('token', eventOf(redemption(issued), { passedOnBy }))).rejects.toThrow(/another server/);
    expect(sent).toEqual([]);
  });

  test('cannot be made to say so by a client, in whatever part of its request', async () => {
    const issued = await codeOf(a);
    const answer = await postToken(
      b,
      { ...redemption(issued), passedOnBy: 'a', question: 'findGrant' },
      { passedonby: 'a', 'x-passed-on-by': 'a', cookie: 'passedOnBy=a' },
    );
    // It went the way of any other: to the region of its code.
    expect(sent).toEqual(['b → a token']);
    expect(answer.status).toBe(200);
  });

  test('keeps the id of the request', async () => {
    const issued = await codeOf(a);
    const answer = await redeemAt(b, issued);
    expect(answer.headers['x-request-id']).toBe(answer.headers['apigw-requestid']);
    const [line] = linesOf(a).filter(({ endpoint }) => endpoint === 'token');
    expect(Object.values(line)).toContain(answer.headers['apigw-requestid']);
  });
});

test('tokens name the grant with its region', async () => {
  const { json } = await redeemAt(b, await codeOf(b, mobile), mobile);
  expect(claimsOf(json.access_token)['grant_id']).toMatch(/^b\.[\w-]{43}$/);
  expect(json.refresh_token).toMatch(/^b\./);
});

test('the metadata and the keys are the same in both regions', async () => {
  for (const path of ['/jwks', '/.well-known/openid-configuration', '/.well-known/oauth-authorization-server']) {
    const [one, other] = await Promise.all([a, b].map(({ port }) => send(port, path)));
    expect(one?.status).toBe(200);
    expect(other?.body).toBe(one?.body);
  }
});

test('an authorization request is answered where it comes', async () => {
  const redirected = await person.b.authorize(authorizeTarget(spa));
  expect(parametersOf(redirected)).toMatchObject({ code: expect.stringMatching(/^b\./), iss: a.issuer });
  expect(sent).toEqual([]);
});
