import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { beforeEach, describe, expect, test } from 'vitest';
import { compose as composeAuthorize } from '../../functions/authorize/compose.ts';
import { openDoor } from '../../functions/homes/door.ts';
import { compose as composeRemoveAccounts } from '../../functions/remove-accounts/compose.ts';
import { compose as composeRotateKeys } from '../../functions/rotate-keys/compose.ts';
import { openRuntime } from '../../functions/runtime.ts';
import { lambdaContext } from '../../infra/local/gateway/lambda-context.ts';
import { clientStore } from '../../shared/clients/client-store.ts';
import { keyStore } from '../../shared/keys/key-store.ts';
import { accountStore } from '../../shared/people/account-store.ts';
import { newMailedLinkUntil } from '../../shared/people/mailed-link.ts';
import { removalStore } from '../../shared/people/removal-store.ts';
import { spa, type TestClient } from '../support/clients.ts';
import { askForCodes, confirmationIn, decideFor, deviceGrant, enterUserCode, poll } from '../support/device.ts';
import { send } from '../support/http.ts';
import { mobile } from '../support/lifecycle.ts';
import { formTokenOf, isSignInPage, newPerson } from '../support/person.ts';
import { authorizeTarget, parametersOf, redeem, withoutChallenge } from '../support/protocol.ts';
import { pushed, pushFor } from '../support/pushed.ts';
import { codeWithoutSignIn, homesOf, movedTo, type Region, signedInAt, startRegions } from '../support/regions.ts';
import { rounds } from '../support/rounds.ts';
import { ada, tables } from '../support/server.ts';

const third: TestClient = { ...spa, client_id: 'third', client_name: 'Third party', first_party: false };
const fourth: TestClient = { ...third, client_id: 'fourth' };
const television: TestClient = {
  ...spa,
  client_id: 'television',
  redirect_uris: [],
  grant_types: [deviceGrant],
  token_endpoint_auth_method: 'client_secret_basic',
  client_secret: 'the secret of a television, long enough',
  pkce_policy: 'none',
};
const loose: TestClient = {
  ...spa,
  client_id: 'loose',
  token_endpoint_auth_method: 'client_secret_basic',
  client_secret: 'a secret that is long enough for this',
  pkce_policy: 'inherit',
};
const regions = await startRegions({ clients: [spa, third, fourth, loose, mobile, television] });
const { a, b, replicas, sent, ways, advance } = regions;
const asAda = { username: ada.username, password: ada.password };

const runtimeOf = ({ letter, issuer, database, clock }: Region) =>
  openRuntime(
    {
      PIXY_ISSUER: issuer,
      PIXY_GRANTS_TABLE: tables.grants,
      PIXY_CLIENTS_TABLE: tables.clients,
      PIXY_PEOPLE_TABLE: tables.people,
      PIXY_KEYS_TABLE: tables.keys,
      PIXY_WRAPPING_KEY: Buffer.alloc(32, 7).toString('base64url'),
      ...homesOf(letter),
    },
    { database, now: clock.now, writeLine: () => undefined, send: regions.sendFrom(letter) },
  );

beforeEach(() => {
  ways.clear();
  sent.length = 0;
});

describe('a session', () => {
  test('names the region where it began', async () => {
    const person = newPerson(b);
    const target = authorizeTarget(spa);
    const page = await person.follow(target);
    await person.submit(page, asAda);
    expect(person.cookies.get('pixy_session')).toMatch(/^b\.[\w-]+\.[\w-]{43}$/);
    expect(sent).toEqual([]);
  });

  test('is good in both regions once its copy is there', async () => {
    expect(await codeWithoutSignIn(movedTo(a, await signedInAt(b)), authorizeTarget(spa))).toMatch(/^a\./);
    expect(sent).toEqual([]);
  });

  test('whose copy is not there yet is asked for in its own region, which answers', async () => {
    await replicas.late(async () => {
      const person = movedTo(a, await signedInAt(b));
      expect(await codeWithoutSignIn(person, authorizeTarget(spa))).toMatch(/^b\./);
      expect(sent).toEqual(['a → b authorize']);
    });
  });

  test('whose copy is not there yet costs one more sign-in page while its region gives no answer', async () => {
    await replicas.late(async () => {
      const person = movedTo(a, await signedInAt(b));
      ways.set('b', 'cut');
      const page = await person.follow(authorizeTarget(spa));
      expect(isSignInPage(page)).toBe(true);
      const redirected = await person.authorize(authorizeTarget(spa));
      expect(parametersOf(redirected).code).toMatch(/^a\./);
    });
  });

  test('that there never was keeps nobody from the sign-in page while its region is silent', async () => {
    const person = newPerson(a);
    person.cookies.set('pixy_session', `b.YWRhLTAwMDE.${'x'.repeat(43)}`);
    ways.set('b', 'silent');
    expect(isSignInPage(await person.follow(authorizeTarget(spa)))).toBe(true);
  });

  test.each([
    ['anywhere', async () => `${authorizeTarget(spa)}&prompt=login`],
    ['for a request that was pushed', async () => (await pushFor(a, spa, { prompt: 'login' })).target],
  ])('whose copy is there is not looked for when a fresh sign-in is wanted %s', async (_, targetOf) => {
    const person = movedTo(a, await signedInAt(b));
    advance(60);
    const target = await targetOf();
    const lines = a.auditLines.length;
    const { status, headers } = await person.open(target);
    expect([status, headers.location]).toEqual([303, expect.stringContaining('/sign-in?')]);
    expect([sent, a.auditLines.length - lines]).toEqual([[], 1]);
  });

  test('whose copy comes between two looks is found by the second', async () => {
    const runtime = runtimeOf(a);
    const { homes } = runtime.config;
    if (homes === undefined) throw new Error('there is one region');
    const authorize = composeAuthorize(runtime);
    const handler: typeof authorize = async (...call) => {
      const reply = await authorize(...call);
      await replicas.deliver();
      return reply;
    };
    const { fromOutside } = openDoor({ name: 'authorize', handler, homes, runtime, unanswered: (event) => event });
    const reply = await replicas.late(async () => {
      const person = await signedInAt(b);
      const [path, query = ''] = authorizeTarget(spa).split('?');
      const event = {
        rawPath: path,
        rawQueryString: query,
        headers: {},
        cookies: [`pixy_session=${person.cookies.get('pixy_session')}`],
        requestContext: { requestId: 'one', http: { method: 'GET', path, sourceIp: '192.0.2.1' } },
      };
      return fromOutside(event as unknown as APIGatewayProxyEventV2, lambdaContext(Date.now() + 10_000));
    });
    expect(reply).toMatchObject({ statusCode: 302, headers: { location: expect.stringContaining('code=a.') } });
    expect(sent).toEqual([]);
  });

  test('that there never was leads to the sign-in page, and to no third region', async () => {
    const person = newPerson(a);
    person.cookies.set('pixy_session', `b.YWRhLTAwMDE.${'x'.repeat(43)}`);
    expect(isSignInPage(await person.follow(authorizeTarget(spa)))).toBe(true);
    expect(sent).toEqual(['a → b authorize']);
  });

  test.each([
    ['the account page', async () => '/account'],
    ['a request that was pushed', async () => (await pushFor(a, spa)).target],
  ])('that there never was has nobody wait at %s, which one region alone can answer', async (_, targetOf) => {
    const person = newPerson(a);
    person.cookies.set('pixy_session', `b.YWRhLTAwMDE.${'x'.repeat(43)}`);
    const target = await targetOf();
    const lines = a.auditLines.length;
    const page = await person.open(target);
    expect(page.headers.location).toMatch(/^\/sign-in/);
    // Looked for once, and asked for once.
    expect(a.auditLines.length - lines).toBe(1);
    expect(sent).toHaveLength(1);
  });

  test('that its region cannot be asked for is waited for, as its copy may still come', async () => {
    await replicas.late(async () => {
      const person = movedTo(a, await signedInAt(b));
      ways.set('b', 'cut');
      const lines = a.auditLines.length;
      const going = person.open('/account');
      await expect.poll(() => a.auditLines.length).toBeGreaterThan(lines);
      await replicas.deliver();
      expect((await going).status).toBe(200);
    });
  });

  test('that ended here ends there when the news arrives', async () => {
    const person = await signedInAt(b);
    const there = movedTo(a, person);
    await replicas.late(async () => {
      const page = await person.open('/sign-out');
      await person.submit(page, {});
      expect(isSignInPage(await movedTo(b, there).follow(authorizeTarget(spa)))).toBe(true);
      // The window.
      expect(await codeWithoutSignIn(there, authorizeTarget(spa))).toMatch(/^a\./);
    });
    expect(isSignInPage(await there.follow(authorizeTarget(spa)))).toBe(true);
  });
});

describe('a pushed request', () => {
  test('is opened in the region where it was pushed, with every page on its way', async () => {
    const request = await pushFor(a, spa);
    expect(request.request_uri).toMatch(/:a\.[\w-]{43}$/);
    const person = newPerson(b);
    const redirected = await person.authorize(request.target, asAda);
    const { code } = parametersOf(redirected);
    expect(code).toMatch(/^a\./);
    expect(person.cookies.get('pixy_session')).toMatch(/^a\./);
    expect(new Set(sent)).toEqual(new Set(['b → a authorize', 'b → a sign-in']));
    expect((await redeem(b, spa, { code, code_verifier: request.verifier })).status).toBe(200);
  });

  test('becomes one code, however many browsers come in both regions', async () => {
    const people = [await signedInAt(a), movedTo(b, await signedInAt(a))];
    for (let round = 0; round < rounds(10, 100); round += 1) {
      const request = await pushFor(round % 2 === 0 ? a : b, spa);
      const pages = await Promise.all(people.map((person) => person.follow(request.target)));
      const codes = pages.filter(({ headers }) => /[?&]code=/.test(headers.location ?? ''));
      expect(codes).toHaveLength(1);
    }
  });

  test('is there again when its region is', async () => {
    const request = await pushFor(a, spa);
    const person = await signedInAt(b);
    ways.set('a', 'cut');
    const page = await person.follow(request.target);
    expect(page).toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
    expect(page.headers['content-type']).toContain('text/html');
    ways.clear();
    expect(parametersOf(await person.authorize(request.target)).code).toMatch(/^a\./);
  });

  test.each([
    { pushedAt: a, signedIn: b },
    { pushedAt: b, signedIn: a },
  ])('of $pushedAt.letter waits a moment for a session that is on its way', async ({ pushedAt, signedIn }) => {
    const request = await pushFor(pushedAt, spa);
    const code = await replicas.late(async () => {
      const person = movedTo(b, await signedInAt(signedIn));
      const lines = pushedAt.auditLines.length;
      const going = codeWithoutSignIn(person, request.target);
      // It was looked for, and was not there.
      await expect.poll(() => pushedAt.auditLines.length).toBeGreaterThan(lines);
      await replicas.deliver();
      return going;
    });
    expect(code.charAt(0)).toBe(pushedAt.letter);
  });

  test('of a letter that no region has is unknown', async () => {
    const { json } = await pushed(a, spa);
    const target = `/authorize?client_id=spa&request_uri=${json.request_uri.replace(':a.', ':q.')}`;
    expect((await (await signedInAt(b)).follow(target)).body).toContain('request_uri_unknown');
    expect(sent).toEqual([]);
  });
});

describe('a device', () => {
  test('waits in one region for a person and a poll in another', async () => {
    const { json } = await askForCodes(a, television);
    expect(json.user_code).toMatch(/^A(-[B-Z]{3}){3}$/);
    expect(json.device_code).toMatch(/^a\./);
    expect(await poll(b, television, json.device_code)).toMatchObject({ json: { error: 'authorization_pending' } });
    const page = await decideFor(await signedInAt(b), json.user_code.toLowerCase().replaceAll('-', ' '));
    expect(page.status).toBe(200);
    advance(6);
    expect((await poll(b, television, json.device_code)).status).toBe(200);
    expect(sent).toEqual(['b → a token', 'b → a device', 'b → a device', 'b → a token']);
  });

  test('has one winner when both regions are polled at once', async () => {
    const person = await signedInAt(a);
    for (let round = 0; round < rounds(5, 50); round += 1) {
      const { json } = await askForCodes(round % 2 === 0 ? a : b, television);
      await decideFor(person, json.user_code);
      const answers = await Promise.all([a, b, a, b].map((region) => poll(region, television, json.device_code)));
      expect(answers.map(({ status }) => status).filter((status) => status === 200)).toEqual([200]);
      advance(601);
    }
  });

  test('can still be allowed when its region is back', async () => {
    const { json } = await askForCodes(a, television);
    const person = await signedInAt(b);
    ways.set('a', 'cut');
    expect((await enterUserCode(person, json.user_code)).status).toBe(503);
    expect((await poll(b, television, json.device_code)).status).toBe(503);
    ways.clear();
    const page = await enterUserCode(person, json.user_code);
    expect(confirmationIn(page)).not.toBe('');
  });

  test('of a letter that no region has is unknown', async () => {
    const { json } = await askForCodes(a, television);
    const page = await enterUserCode(await signedInAt(b), `Q${json.user_code.slice(1)}`);
    expect(page.status).toBe(400);
    expect(await poll(b, television, `q${json.device_code.slice(1)}`)).toMatchObject({
      json: { error: 'invalid_grant' },
    });
  });
});

test('consent is given where the browser is, also while the copy of its session is on its way', async () => {
  const first = await signedInAt(a);
  const page = await replicas.late(async () => {
    const there = movedTo(b, await signedInAt(a));
    const asking = await there.follow(authorizeTarget(third));
    expect(asking.body).toContain('Third party');
    return { there, asking };
  });
  const { there, asking } = page;
  const allowed = await there.submit(asking, { decision: 'allow', form_token: formTokenOf(asking) });
  expect(allowed.status).toBe(303);
  const redirected = await there.follow(allowed.headers.location ?? '');
  expect(redirected.status).toBe(302);
  // What was allowed there is known here.
  expect((await first.open(authorizeTarget(third))).status).toBe(302);
});

describe('a decision about consent is taken where the browser is, before the copy of its session is there', () => {
  const decide = (decision: string) =>
    replicas.late(async () => {
      const person = movedTo(b, await signedInAt(a));
      const asking = await person.follow(authorizeTarget(fourth));
      const answer = await person.submit(asking, { decision, form_token: formTokenOf(asking) });
      const target = answer.headers.location ?? '';
      return { answer, target, next: target.startsWith('/') ? await person.follow(target) : undefined };
    });

  test('no', async () => {
    const { target } = await decide('deny');
    expect(new URL(target).searchParams.get('error')).toBe('access_denied');
  });

  test('yes, for which nobody is asked again', async () => {
    const { answer, next } = await decide('allow');
    expect(answer.status).toBe(303);
    expect(next?.status).toBe(302);
  });
});

describe('what is changed in one region', () => {
  test.each([
    '/account',
    '/account/password',
    '/account/passkey',
    '/invitation?token=x',
    '/forgotten-password',
    '/register',
    '/sign-in',
    '/upstream/x/start',
    '/admin/policy',
  ])('%s is answered by the first, and by nobody while that gives no answer', async (path) => {
    const without = (body: string) => body.replaceAll(/[\w-]{43}(?="|&quot;)/g, '');
    const [here, there] = [await send(a.port, path), await send(b.port, path)];
    expect([there.status, without(there.body)]).toEqual([here.status, without(here.body)]);
    expect(sent).toHaveLength(1);
    ways.set('a', 'cut');
    expect(await send(b.port, path)).toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
    expect((await send(a.port, path)).status).toBe(here.status);
  });

  test('a name of the account: in the other region, too, once the copy is there', async () => {
    const accounts = accountStore(a.database, tables.people);
    const account = await accounts.findBySubject('ada-0001');
    if (account === undefined) throw new Error('there is no ada');
    await accounts.change(account, { claims: { ...account.claims, name: 'Ada L.' } }, a.clock.now());
    expect((await accountStore(b.database, tables.people).findBySubject('ada-0001'))?.claims).toMatchObject({
      name: 'Ada L.',
    });
  });

  test('a policy that is tightened: there after its copy, and 30 seconds at most', async () => {
    const target = authorizeTarget(loose, withoutChallenge);
    const clients = clientStore(a.database, tables.clients, a.clock.now);
    const person = await signedInAt(b);
    const current = await clients.find('loose');
    if (current === undefined) throw new Error('there is no such client');
    await clients.put('loose', { ...current, pkce: { ...current.pkce, policy: 'none' } }, { by: 'test', why: '' });
    advance(31);
    expect(parametersOf(await person.authorize(target)).code).toBeDefined();
    await clients.put('loose', { ...current, pkce: { ...current.pkce, policy: 'S256' } }, { by: 'test', why: '' });
    advance(31);
    expect(parametersOf(await person.authorize(target)).error).toBe('invalid_request');
  });

  test('keys: the other region makes and removes none', async () => {
    const keys = keyStore(b.database, tables.keys);
    const before = await keys.list();
    b.clock.advance(400 * 86_400);
    expect(await composeRotateKeys(runtimeOf(b))()).toEqual({ published: [], retired: [] });
    expect(await keys.list()).toEqual(before);
    expect(await composeRemoveAccounts(runtimeOf(b))()).toEqual({ removed: 0 });
    b.clock.advance(-400 * 86_400);
  });
});

test('an account that is due is removed when every region has ended what is there in its name', async () => {
  const accounts = accountStore(a.database, tables.people);
  const { sub, epoch } = await accounts.put({ username: 'dora', claims: {} });
  const due = a.clock.now() + 60;
  const link = newMailedLinkUntil({ id: 'an order', at: a.clock.now() }, due);
  await removalStore(a.database, tables.people).note(sub, due);
  await accounts.startRemoval(sub, epoch, { due, link }, a.clock.now());
  advance(61);
  ways.set('b', 'cut');
  await expect(composeRemoveAccounts(runtimeOf(a))()).rejects.toThrow('1 not removed');
  expect(await accounts.findBySubject(sub)).toMatchObject({ disabledAt: expect.any(Number) });
  ways.clear();
  expect(await composeRemoveAccounts(runtimeOf(a))()).toEqual({ removed: 1 });
  for (const { database } of [a, b])
    expect(await accountStore(database, tables.people).findBySubject(sub)).toBeUndefined();
});

test('of two writes of one item in two regions, the later one is left in both', async () => {
  const inA = accountStore(a.database, tables.people);
  const inB = accountStore(b.database, tables.people);
  await replicas.late(async () => {
    await inA.setPassword('ada-0001', 'the first');
    await inB.setPassword('ada-0001', 'the second');
  });
  for (const accounts of [inA, inB]) {
    expect((await accounts.findBySubject('ada-0001'))?.passwordHash).toBe('the second');
  }
});
