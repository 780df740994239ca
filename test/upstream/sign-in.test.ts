import { SignJWT } from 'jose';
import { beforeEach, describe, expect, test } from 'vitest';
import { openDatabase } from '../../shared/aws/dynamodb.ts';
import { accountStore } from '../../shared/people/account-store.ts';
import { linkStore } from '../../shared/upstream/link-store.ts';
import { web } from '../support/clients.ts';
import { encodeFields, formType, send } from '../support/http.ts';
import { obtainTokens } from '../support/lifecycle.ts';
import { formTokenOf, newPerson, type Person, signedInPerson } from '../support/person.ts';
import { pkcePair } from '../support/pkce.ts';
import { authorizeTarget, claimsOf, parametersOf, redeem } from '../support/protocol.ts';
import { pushFor } from '../support/pushed.ts';
import { ada, startTestServer, tables } from '../support/server.ts';
import { comeBack, problemOn, s256, targetOf, toProvider } from './flow.ts';
import { type ScriptedProvider, startScriptedProvider } from './scripted-provider.ts';

const secret = 'the secret that the provider knows us by';
const client = { ...web, first_party: true };
const grace = { username: 'grace@example.com', password: ada.password, claims: { sub: 'grace-0001' } };
const linus = { username: 'linus', password: ada.password, claims: { sub: 'linus-0001' } };

/** Everybody gets a subject of their own at the provider, unless a test says otherwise. */
let people = 0;
const somebody = (claims: Record<string, unknown> = {}) => {
  people += 1;
  return { sub: `person-${people}`, ...claims };
};

const provider = await startScriptedProvider();
const described = {
  name: 'Example ID',
  issuer: provider.issuer,
  client_id: 'pixy',
  client_secret: secret,
  timeout: 10,
};
const upstreams = [
  {
    ...described,
    id: 'example',
    trust_email: true,
    trust_amr: true,
    claims: { department: 'https://example.com/department' },
  },
  { ...described, id: 'linked', name: 'Linked ID', accounts: 'linked_only' },
  { ...described, id: 'work', name: 'Work ID', email_domains: ['work.example'] },
  { ...described, id: 'stranger', name: 'Strange ID' },
  { ...described, id: 'slow', name: 'Slow ID', timeout: 3, claims: { phone_number_verified: 'phone_number_verified' } },
  { ...described, id: 'gone', name: 'Gone ID', issuer: 'http://127.0.0.1:9' },
  { ...described, id: 'other', name: 'Other ID', issuer: provider.issuer.replace('127.0.0.1', 'localhost') },
];
const server = await startTestServer({
  clients: [client],
  accounts: [ada, grace, linus],
  environment: { PIXY_UPSTREAMS: JSON.stringify(upstreams) },
});
const accounts = accountStore(openDatabase(), tables.people);
const links = linkStore(openDatabase(), tables.people);

beforeEach(() => provider.play({ claims: somebody() }));

const request = (changes: Record<string, string | undefined> = {}) =>
  authorizeTarget(client, { idp: 'example', ...changes });
const lastLine = () => JSON.parse(server.auditLines.at(-1) ?? '{}') as Record<string, unknown>;
const auditOf = (reason: string) =>
  server.auditLines.map((line) => JSON.parse(line)).findLast((line) => line.reason === reason);

/** Signs in by the provider as whoever it says; ends at the redirect to the client. */
async function signIn(person: Person, changes: Record<string, string | undefined> = {}) {
  const authorization = await toProvider(person, request(changes));
  const page = await comeBack(person, provider.approve(authorization));
  return { page, to: page.status === 302 ? new URL(page.headers.location ?? '') : undefined };
}

/** The ID token that the client ends up with. */
async function idTokenOf(person: Person) {
  const { verifier, challenge } = pkcePair();
  const { to, page } = await signIn(person, { code_challenge: challenge, scope: 'openid profile email' });
  if (to === undefined) throw new Error(`expected a code, got ${page.status} ${problemOn(page)}`);
  const answer = await redeem(server, client, { code: parametersOf(to).code, code_verifier: verifier });
  return claimsOf(answer.json.id_token);
}

describe('O3: a method that a step does not take', () => {
  test.each([
    ['POST', 'callback', 'GET'],
    ['GET', 'confirm', 'POST'],
  ])('%s of /upstream/example/%s is 405 with Allow: %s', async (method, step, allow) => {
    const sent = method === 'POST' ? { headers: formType, body: encodeFields({ code: 'x', state: 'y' }) } : {};
    const answer = await send(server.port, `/upstream/example/${step}`, { method, ...sent });
    expect(answer.status).toBe(405);
    expect(answer.headers.allow).toBe(allow);
    expect(lastLine()).toMatchObject({ verdict: 'refused', reason: 'method_not_allowed' });
  });

  test.each(['GET', 'POST'])('%s of a provider that is not there is 404', async (method) => {
    const answer = await send(server.port, '/upstream/nobody/callback', { method, headers: formType });
    expect(answer.status).toBe(404);
    expect(lastLine()).toMatchObject({ reason: 'upstream_unknown' });
  });
});

describe('the way there', () => {
  test('the sign-in page has a button for every provider', async () => {
    const page = await newPerson(server).follow(authorizeTarget(client));
    expect([...page.body.matchAll(/name="idp" value="([^"]+)"/g)].map(([, id]) => id)).toEqual([
      'example', 'linked', 'work', 'stranger', 'slow', 'gone', 'other',
    ]); // biome-ignore format: a list
    expect(page.body).toContain('Continue with <bdi>Example ID</bdi>');
  });

  test('the button leads to the provider, and from there back to the client', async () => {
    const person = newPerson(server);
    const page = await person.follow(authorizeTarget(client));
    const pressed = await person.submit(page, { idp: 'example' });
    expect(pressed.status).toBe(303);
    const authorization = await toProvider(person, pressed.headers.location ?? '');
    const done = await comeBack(person, provider.approve(authorization));
    expect(parametersOf(new URL(done.headers.location ?? ''))).toMatchObject({ state: 'a-state', iss: server.issuer });
  });

  test('RFC 7636, OIDC Core §3.1.2.1: PKCE S256, state and nonce, all of them new for every flow', async () => {
    const person = newPerson(server);
    const [one, two] = [await toProvider(person, request()), await toProvider(person, request())];
    expect(Object.fromEntries(one.searchParams)).toEqual({
      client_id: 'pixy',
      response_type: 'code',
      redirect_uri: `${server.issuer}/upstream/example/callback`,
      scope: 'openid profile email',
      state: expect.stringMatching(/^[\w-]{43}$/),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
    });
    for (const name of ['state', 'nonce', 'code_challenge']) {
      expect(one.searchParams.get(name)).not.toBe(two.searchParams.get(name));
    }
  });

  test('login_hint and ui_locales are passed on; prompt=login and max_age ask the provider to ask again', async () => {
    const { searchParams } = await toProvider(newPerson(server), request({ login_hint: 'grace', ui_locales: 'de fr' }));
    expect(searchParams.get('login_hint')).toBe('grace');
    expect(searchParams.get('ui_locales')).toBe('de fr');
    expect(searchParams.get('prompt')).toBeNull();
    expect(searchParams.get('max_age')).toBeNull();
    for (const again of [{ prompt: 'login' }, { max_age: '60' }]) {
      const asked = await toProvider(newPerson(server), request(again));
      expect(asked.searchParams.get('prompt')).toBe('login');
      expect(asked.searchParams.get('max_age')).toBe('0');
    }
  });

  test('a provider that is not known shows the page, and has no address', async () => {
    const page = await newPerson(server).follow(authorizeTarget(client, { idp: 'nobody' }));
    expect(page.body).toContain('name="password"');
    for (const path of ['/upstream/nobody/start', '/upstream/example/other', '/upstream/example', '/upstream/x/y/z']) {
      expect((await send(server.port, path)).status).toBe(404);
    }
  });

  test('the secret of the provider and our verifier go nowhere but to its token endpoint', async () => {
    provider.seen.length = 0;
    const person = newPerson(server);
    const authorization = await toProvider(person, request());
    await comeBack(person, provider.approve(authorization));
    const [token] = provider.seen.filter(({ path }) => path === '/token');
    expect(s256(token?.form.get('code_verifier') ?? '')).toBe(authorization.searchParams.get('code_challenge'));
    expect(Buffer.from(token?.authorization?.split(' ')[1] ?? '', 'base64').toString()).toContain('pixy:');
    const items = JSON.stringify(await everyItem());
    for (const kept of [token?.form.get('code_verifier'), authorization.searchParams.get('nonce'), secret]) {
      expect(items).not.toContain(kept);
      expect(server.auditLines.join('')).not.toContain(kept);
    }
  });
});

async function everyItem() {
  const { DynamoDBClient, ScanCommand } = await import('@aws-sdk/client-dynamodb');
  const database = new DynamoDBClient({});
  const { Items = [] } = await database.send(new ScanCommand({ TableName: tables.people }));
  return Items;
}

describe('accounts', () => {
  test('a first sign-in makes an account, a second one finds it', async () => {
    const claims = somebody({
      name: 'Grace Hopper',
      email: 'gh@example.com',
      email_verified: true,
      'https://example.com/department': 'navy',
    });
    provider.play({ claims });
    const first = await idTokenOf(newPerson(server));
    expect(first['sub']).not.toBe(claims['sub']);
    const account = await accounts.findBySubject(String(first['sub']));
    expect(account?.claims).toMatchObject({
      name: 'Grace Hopper',
      email: 'gh@example.com',
      email_verified: true,
      department: 'navy',
    });
    expect(account).not.toHaveProperty('passwordHash');
    expect((await idTokenOf(newPerson(server)))['sub']).toBe(first['sub']);
  });

  test('two first sign-ins at once make one account', async () => {
    provider.play({ claims: somebody({ email: 'twice@example.com', email_verified: true }) });
    const tokens = await Promise.all(Array.from({ length: 6 }, () => idTokenOf(newPerson(server))));
    expect(new Set(tokens.map(({ sub }) => sub)).size).toBe(1);
  });

  test('an account is never found by its address, however verified', async () => {
    provider.play({ claims: somebody({ email: 'grace@example.com', email_verified: true }) });
    const { page } = await signIn(newPerson(server));
    expect(problemOn(page)).toBe(
      'No account here is linked to that account at Example ID. Sign in another way, and link it in your account.',
    );
    expect(auditOf('upstream_not_linked')).toMatchObject({ endpoint: 'upstream', verdict: 'refused' });
  });

  test('an address that is not verified is no name to sign in with', async () => {
    provider.play({ claims: somebody({ email: 'grace@example.com' }) });
    const { sub } = await idTokenOf(newPerson(server));
    const account = await accounts.findBySubject(String(sub));
    expect(account?.email).toBeUndefined();
    expect(account?.claims).toMatchObject({ email: 'grace@example.com', email_verified: false });
  });

  test('S12: a provider that may speak for no domain takes no address from the person it belongs to', async () => {
    const ceo = { email: 'ceo@corp.example', email_verified: true };
    const signInAt = async (idp: string) => {
      provider.play({ claims: somebody(ceo) });
      const person = newPerson(server);
      expect((await signIn(person, { idp })).page.status).toBe(302);
      const { sub } = claimsOf((await obtainTokens(server, person, client)).id_token);
      return accounts.findBySubject(String(sub));
    };
    const squatter = await signInAt('stranger');
    expect(squatter?.email).toBeUndefined();
    expect(squatter?.claims).toMatchObject({ email: 'ceo@corp.example', email_verified: false });
    expect(await accounts.findByUsername('ceo@corp.example')).toBeUndefined();
    const owner = await signInAt('example');
    expect(owner?.claims).toMatchObject(ceo);
    expect((await accounts.findByUsername('ceo@corp.example'))?.sub).toBe(owner?.sub);
  });

  test('S12: an address in a listed domain is a name to sign in with', async () => {
    provider.play({ claims: somebody({ email: 'named@work.example', email_verified: true }) });
    expect((await signIn(newPerson(server), { idp: 'work' })).page.status).toBe(302);
    expect((await accounts.findByUsername('named@work.example'))?.claims).toMatchObject({ email_verified: true });
  });

  test('S3: an address that looks like another one is a claim and no name', async () => {
    const email = 'ceo@\uff45xample.com';
    provider.play({ claims: somebody({ email, email_verified: true }) });
    const { sub } = await idTokenOf(newPerson(server));
    const account = await accounts.findBySubject(String(sub));
    expect(account?.email).toBeUndefined();
    expect(account?.claims).toMatchObject({ email, email_verified: false });
    expect(await accounts.isTaken('ceo@example.com')).toBe(false);
  });

  test.each([
    'victim@corp.example,mallory@example.com',
    'victim@corp.example@example.com',
    '"victim@corp.example"@example.com',
    'Victim <victim@corp.example>',
    'mallory\u0000@example.com',
    'mallory\u202e@example.com',
    '@example.com',
    `${'x'.repeat(65)}@example.com`,
  ])('an email that is no address is left out: %j', async (email) => {
    provider.play({ claims: somebody({ email, email_verified: true }) });
    const { sub } = await idTokenOf(newPerson(server));
    const account = await accounts.findBySubject(String(sub));
    expect(account?.email).toBeUndefined();
    expect(account?.claims).toEqual({ sub });
  });

  test('an address is stored without the blanks and the line break around it', async () => {
    provider.play({ claims: somebody({ email: ' wide@example.com\r\n', email_verified: true }) });
    const { sub } = await idTokenOf(newPerson(server));
    const account = await accounts.findBySubject(String(sub));
    expect(account?.email).toBe('wide@example.com');
    expect(account?.claims).toMatchObject({ email: 'wide@example.com', email_verified: true });
  });

  test('what cannot be stored keeps nobody out', async () => {
    const deep = JSON.parse(`${'['.repeat(100)}${']'.repeat(100)}`);
    const claims = {
      updated_at: 1e308,
      'https://example.com/department': deep,
      nickname: 'Amazing \ud800',
      name: 'Grace',
    };
    provider.play({ claims: somebody(claims) });
    const { sub } = await idTokenOf(newPerson(server));
    expect((await accounts.findBySubject(String(sub)))?.claims).toEqual({ sub, name: 'Grace' });
  });

  test('a phone number is verified only if the provider may say so', async () => {
    const phone = { phone_number: '+44 20 7946 0000', phone_number_verified: true };
    const claimsAt = async (idp: string) => {
      provider.play({ claims: somebody(phone) });
      const person = newPerson(server);
      expect((await signIn(person, { idp })).page.status).toBe(302);
      const { sub } = claimsOf((await obtainTokens(server, person, client)).id_token);
      return (await accounts.findBySubject(String(sub)))?.claims;
    };
    expect(await claimsAt('example')).not.toHaveProperty('phone_number_verified');
    expect(await claimsAt('slow')).toMatchObject(phone);
  });

  test('the same subject of another issuer is somebody else', async () => {
    const claims = somebody();
    provider.play({ claims });
    const first = await idTokenOf(newPerson(server));
    const local = provider.issuer.replace('127.0.0.1', 'localhost');
    provider.play({ claims: { ...claims, iss: local }, metadata: { issuer: local } });
    const person = newPerson(server);
    const authorization = await toProvider(person, request({ idp: 'other' }));
    const page = await comeBack(person, provider.approve(authorization));
    expect(page.status).toBe(302);
    const second = claimsOf((await obtainTokens(server, person, client)).id_token);
    expect(second['sub']).not.toBe(first['sub']);
  });

  test('a provider that makes no accounts lets in nobody who is not linked', async () => {
    const person = newPerson(server);
    const authorization = await toProvider(person, request({ idp: 'linked' }));
    const page = await comeBack(person, provider.approve(authorization));
    expect(problemOn(page)).toContain('No account here is linked to that account at Linked ID.');
  });

  test('an account that is disabled stays outside', async () => {
    const claims = somebody();
    provider.play({ claims });
    const { sub } = await idTokenOf(newPerson(server));
    await accounts.disable(String(sub), server.clock.now());
    const { page } = await signIn(newPerson(server));
    expect(problemOn(page)).toBe('Signing in with Example ID did not work. Try again, or sign in another way.');
    expect(auditOf('upstream_account_disabled')).toBeDefined();
  });

  test.each<[string, Record<string, unknown>, boolean]>([
    ['a verified address in it', { email: 'a@work.example', email_verified: true }, true],
    ['in other letters', { email: 'b@WORK.example', email_verified: true }, true],
    ['an address that is not verified', { email: 'c@work.example' }, false],
    ['a subdomain', { email: 'd@x.work.example', email_verified: true }, false],
    ['a domain that ends like it', { email: 'e@notwork.example', email_verified: true }, false],
    ['an address of others before it', { email: 'f@corp.example,f@work.example', email_verified: true }, false],
    ['an address of others quoted in it', { email: '"f@corp.example"@work.example', email_verified: true }, false],
    ['two of them', { email: 'f@work.example@evil.example', email_verified: true }, false],
    ['a letter that folds into it', { email: 'g@wor\u212a.example', email_verified: true }, false],
    ['no address', {}, false],
  ])('only certain domains: %s', async (_, told, isIn) => {
    provider.play({ claims: somebody(told) });
    const person = newPerson(server);
    const authorization = await toProvider(person, request({ idp: 'work' }));
    const page = await comeBack(person, provider.approve(authorization));
    expect(page.status).toBe(isIn ? 302 : 200);
    const said = problemOn(page)?.startsWith('Only verified addresses of certain organisations');
    expect(said).toBe(isIn ? undefined : true);
  });

  test.each<[unknown, unknown]>([
    [
      ['pwd', 'mfa'],
      ['pwd', 'mfa'],
    ],
    [undefined, undefined],
    ['mfa', undefined],
    [[1, null, { a: 1 }, 'otp', 'otp', 'x'.repeat(33), 'a b', '<script>'], ['otp']],
  ])('amr %j of the provider becomes %j', async (amr, expected) => {
    provider.play({ claims: somebody({ amr }) });
    const token = await idTokenOf(newPerson(server));
    expect(token['amr']).toEqual(expected);
    expect(token['acr']).toBe(Array.isArray(amr) && amr.includes('mfa') ? '2fa' : '1fa');
  });

  test.each<[string, string, Record<string, unknown>]>([
    ['the ID token of a provider that is not believed', 'stranger', { amr: ['hwk', 'mfa'] }],
    ['userinfo of one that is', 'example', {}],
  ])('S14: %s satisfies no acr that a client insists on', async (_, idp, told) => {
    const claims = somebody(told);
    server.clock.advance(1_000);
    provider.seen.length = 0;
    provider.play({
      claims,
      metadata: { userinfo_endpoint: `${provider.issuer}/userinfo` },
      userinfo: { sub: claims.sub, amr: ['phr', 'hwk', 'mfa'], acr: 'phr', auth_time: server.clock.now() },
    });
    const person = newPerson(server);
    const { to } = await signIn(person, { idp });
    server.clock.advance(1_000);
    expect(to?.searchParams.get('code')).toBeTruthy();
    expect(provider.seen.some(({ path }) => path === '/userinfo')).toBe(true);
    const { id_token } = await obtainTokens(server, person, client, { scope: 'openid' });
    expect(claimsOf(id_token)).toMatchObject({ acr: '1fa' });
    expect(claimsOf(id_token)).not.toHaveProperty('amr');
    const essential = JSON.stringify({ id_token: { acr: { essential: true, values: ['phr'] } } });
    const page = await person.follow(authorizeTarget(client, { claims: essential, prompt: 'none' }));
    expect(parametersOf(new URL(page.headers.location ?? ''))).toMatchObject({
      error: 'unmet_authentication_requirements',
    });
  });

  test('an azp that is null, beside a single audience, names no other client', async () => {
    provider.play({ claims: somebody({ azp: null }) });
    expect((await signIn(newPerson(server))).to).toBeDefined();
  });

  test('S14: the ID token of a provider that is believed satisfies it', async () => {
    provider.play({ claims: somebody({ amr: ['hwk'] }) });
    const claims = JSON.stringify({ id_token: { acr: { essential: true, values: ['phr'] } } });
    const { to } = await signIn(newPerson(server), { claims });
    expect(to?.searchParams.get('code')).toBeTruthy();
  });

  test('claims of the protocol are not taken over', async () => {
    provider.play({
      claims: somebody({ acr: 'phr', auth_time: 1, sid: 'x', scope: 'admin', picture: 'https://x.example/p' }),
    });
    const { sub } = await idTokenOf(newPerson(server));
    expect((await accounts.findBySubject(String(sub)))?.claims).toEqual({ sub, picture: 'https://x.example/p' });
  });

  test('userinfo is asked for an address that the ID token does not have, and must be about the same person', async () => {
    const metadata = { userinfo_endpoint: `${provider.issuer}/userinfo` };
    const person = somebody();
    server.clock.advance(1_000);
    provider.play({
      claims: person,
      metadata,
      userinfo: { sub: person.sub, email: 'told@example.com', email_verified: true },
    });
    const { sub } = await idTokenOf(newPerson(server));
    expect((await accounts.findBySubject(String(sub)))?.email).toBe('told@example.com');
    provider.play({
      claims: somebody(),
      metadata,
      userinfo: { sub: 'another', email: 'a@example.com', email_verified: true },
    });
    expect(problemOn((await signIn(newPerson(server))).page)).toContain('did not work');
    server.clock.advance(1_000);
  });
});

describe('an answer that is not for this browser, or not for now', () => {
  const expired = 'That took too long. Sign in again from the beginning.';
  const unknown = () => expect(lastLine()).toMatchObject({ endpoint: 'upstream', reason: 'upstream_flow_unknown' });

  test('RFC 9700 §4.7: a callback in another browser', async () => {
    const callback = provider.approve(await toProvider(newPerson(server), request()));
    for (const other of [newPerson(server), await withFlow()]) {
      const page = await other.open(targetOf(callback));
      unknown();
      expect(problemOn(await other.follow(page.headers.location ?? ''))).toBe(expired);
      expect(other.cookies.has('pixy_session')).toBe(false);
    }
  });

  const withFlow = async () => {
    const person = newPerson(server);
    await toProvider(person, request());
    return person;
  };

  test('a callback that comes twice, and twenty at once', async () => {
    const person = newPerson(server);
    const callback = provider.approve(await toProvider(person, request()));
    provider.seen.length = 0;
    const pages = await Promise.all(Array.from({ length: 20 }, () => person.open(targetOf(callback))));
    expect(pages.filter(({ headers }) => headers.location?.startsWith('/authorize')).length).toBe(1);
    expect(provider.seen.filter(({ path }) => path === '/token')).toHaveLength(1);
    await person.open(targetOf(callback));
    unknown();
  });

  test.each([
    ['forged', 'A'.repeat(43)],
    ['empty', ''],
    ['left out', undefined],
  ])('a state that is %s', async (_, state) => {
    const person = newPerson(server);
    const authorization = await toProvider(person, request());
    const callback = provider.approve(authorization);
    if (state === undefined) callback.searchParams.delete('state');
    else callback.searchParams.set('state', state);
    await person.open(targetOf(callback));
    unknown();
  });

  test('a state that comes twice', async () => {
    const person = newPerson(server);
    const callback = provider.approve(await toProvider(person, request()));
    await person.open(`${targetOf(callback)}&state=x`);
    unknown();
  });

  test('a flow that took too long', async () => {
    const person = newPerson(server);
    const callback = provider.approve(await toProvider(person, request()));
    server.clock.advance(901);
    await person.open(targetOf(callback));
    unknown();
  });

  test('RFC 9700 §4.4: a flow with one provider that comes back from another', async () => {
    const person = newPerson(server);
    const callback = provider.approve(await toProvider(person, request()));
    await person.open(targetOf(callback).replace('/example/', '/work/'));
    unknown();
  });

  test('two tabs do not disturb each other', async () => {
    const person = newPerson(server);
    const [one, two] = [await toProvider(person, request()), await toProvider(person, request())];
    expect((await comeBack(person, provider.approve(one))).status).toBe(302);
    expect((await comeBack(person, provider.approve(two))).status).toBe(302);
  });

  test('three tabs that are opened at once in a new browser do not disturb each other', async () => {
    const person = newPerson(server);
    const tabs = await Promise.all([1, 2, 3].map(() => toProvider(person, request())));
    const pages = await Promise.all(tabs.map((tab) => comeBack(person, provider.approve(tab))));
    expect(pages.map(({ status }) => status)).toEqual([302, 302, 302]);
  });

  test('a browser keeps eight flows under way, and none that is over', async () => {
    const person = newPerson(server);
    const flows = () => [...person.cookies].filter(([name, value]) => name.startsWith('pixy_upstream') && value !== '');
    const begun: URL[] = [];
    for (let count = 0; count < 10; count += 1) begun.push(await toProvider(person, request()));
    expect(flows().length).toBe(8);
    expect((await comeBack(person, provider.approve(begun.at(-1) as URL))).status).toBe(302);
    expect(flows().length).toBe(7);
  });

  test('the session has a new id: what was in the cookie before is of no use', async () => {
    const person = newPerson(server);
    person.cookies.set('pixy_session', 'Zml4ZWQ.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa');
    const { page } = await signIn(person);
    expect(page.status).toBe(302);
    expect(person.cookies.get('pixy_session')).not.toMatch(/^Zml4ZWQ\.a+$/);
  });
});

describe('an answer that cannot be believed', () => {
  const failed = 'Signing in with Example ID did not work. Try again, or sign in another way.';

  test.each<[string, Record<string, string | undefined>]>([
    ['RFC 9207: of another issuer', { iss: 'https://evil.example' }],
    ['RFC 9207: of an issuer that looks alike', { iss: 'http://127.0.0.1' }],
    ['with a code that nobody issued', { code: 'invented' }],
    ['without a code', { code: undefined }],
    ['of another response type', { id_token: 'eyJ.eyJ.x', code: undefined }],
  ])('%s', async (_, changes) => {
    const person = newPerson(server);
    const authorization = await toProvider(person, request());
    const page = await comeBack(person, provider.approve(authorization, changes));
    expect(problemOn(page)).toBe(failed);
    expect(person.cookies.has('pixy_session')).toBe(false);
    expect(auditOf('upstream_answer_invalid')['cause']).toMatch(/^example: [\w ]+$/);
  });

  test.each<[string, () => Parameters<ScriptedProvider['play']>[0]]>([
    ['of another issuer', () => ({ claims: { iss: 'https://evil.example' } })],
    ['for another client', () => ({ claims: { aud: 'another' } })],
    ['for several clients without azp', () => ({ claims: { aud: ['pixy', 'another'] } })],
    ['for several clients with an azp that is null', () => ({ claims: { aud: ['pixy', 'another'], azp: null } })],
    ['with another nonce', () => ({ claims: { nonce: 'another' } })],
    ['without a nonce', () => ({ claims: { nonce: undefined } })],
    ['that another client asked for', () => ({ claims: { azp: 'another' } })],
    ['for several clients, which another one asked for', () => ({ claims: { aud: ['pixy', 'another'], azp: 'another' } })],
    ['without a subject', () => ({ claims: { sub: undefined } })],
    ['with the empty subject', () => ({ claims: { sub: '' } })],
    ['with a blank subject', () => ({ claims: { sub: ' ' } })],
    ['with a subject that is a number', () => ({ claims: { sub: 7 } })],
    ['with a subject of 256 characters', () => ({ claims: { sub: 'x'.repeat(256) } })],
    ['with a subject in broken Unicode', () => ({ claims: { sub: 'x\ud800' } })],
    ['with a subject of two lines', () => ({ claims: { sub: 'x\ny' } })],
    ['that has expired', () => ({ claims: { exp: Math.floor(Date.now() / 1_000) - 60 } })],
    ['signed by a stranger', () => ({ idToken: (claims) => provider.sign(claims, provider.strangersKey) })],
    ['with a signature that was changed', () => ({ idToken: async (claims) => `${(await provider.sign(claims)).slice(0, -6)}AAAAAA` })],
    ['alg none', () => ({ idToken: (claims) => `${encode({ alg: 'none' })}.${encode(claims)}.` })],
    ['signed with our client secret', () => ({ idToken: (claims) => new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(Buffer.from(secret)) })],
    ['that is missing', () => ({ idToken: () => undefined })],
    ['that is no JWT', () => ({ idToken: () => 'x' })],
  ])('an ID token %s', async (_, script) => {
    provider.play(script());
    const person = newPerson(server);
    const { page } = await signIn(person);
    expect(problemOn(page)).toBe(failed);
    expect(person.cookies.has('pixy_session')).toBe(false);
  }); // biome-ignore format: one case per line

  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

  test.each<[string, Record<string, unknown>]>([
    ['of another issuer', { issuer: 'https://evil.example' }],
    ['of an issuer with a slash more', { issuer: 'slash' }],
    ['with alg none and shared secrets only', { id_token_signing_alg_values_supported: ['none', 'HS256'] }],
  ])('metadata %s', async (_, metadata) => {
    const issuer = metadata['issuer'] === 'slash' ? { issuer: `${provider.issuer}/` } : {};
    server.clock.advance(1_000);
    provider.play({ metadata: { ...metadata, ...issuer } });
    const page = await newPerson(server).follow(request());
    expect(problemOn(page)).toBe(failed);
    server.clock.advance(1_000);
  });

  test('RFC 9207: an issuer that says it sends iss has to', async () => {
    server.clock.advance(1_000);
    provider.play({ claims: somebody(), metadata: { authorization_response_iss_parameter_supported: true } });
    expect(problemOn((await signIn(newPerson(server))).page)).toBe(failed);
    const person = newPerson(server);
    const authorization = await toProvider(person, request());
    expect((await comeBack(person, provider.approve(authorization, { iss: provider.issuer }))).status).toBe(302);
    server.clock.advance(1_000);
  });
});

describe('a provider that says no, or nothing', () => {
  test.each(['access_denied', 'login_required', 'consent_required'])('%s', async (error) => {
    const person = newPerson(server);
    const authorization = await toProvider(person, request());
    const page = await comeBack(
      person,
      provider.back(authorization, { error, error_description: '<script>alert(1)</script>' }),
    );
    expect(problemOn(page)).toBe('You were not signed in with Example ID, because you or Example ID said no.');
    expect(page.body).not.toContain('alert(1)');
  });

  test.each(['server_error', 'temporarily_unavailable'])('%s', async (error) => {
    const person = newPerson(server);
    const authorization = await toProvider(person, request());
    const page = await comeBack(person, provider.back(authorization, { error }));
    expect(problemOn(page)).toBe('Example ID does not answer at the moment. Try again later, or sign in another way.');
  });

  test('one that cannot be reached: the page says so, with the way back to the client', async () => {
    const page = await newPerson(server).follow(request({ idp: 'gone', state: 'kept' }));
    expect(problemOn(page)).toBe('Gone ID does not answer at the moment. Try again later, or sign in another way.');
    expect(page.target).toContain('state=kept');
    expect(page.target).not.toContain('idp=');
  });

  test('one that takes the code and never answers', async () => {
    provider.play({ token: 'silence' });
    const person = newPerson(server);
    const authorization = await toProvider(person, request({ idp: 'slow' }));
    const page = await comeBack(person, provider.approve(authorization));
    expect(problemOn(page)).toContain('Slow ID does not answer at the moment.');
    expect(auditOf('upstream_unavailable')['cause']).toBe('slow: OAUTH_TIMEOUT');
  });

  test('and the person signs in in another way from there', async () => {
    const person = newPerson(server);
    const page = await person.follow(request({ idp: 'gone' }));
    const signedIn = await person.submit(page, { username: ada.username, password: ada.password });
    const done = await person.follow(signedIn.headers.location ?? '');
    expect(done.status).toBe(302);
    expect(signedIn.headers.location).not.toContain('pixy_problem');
  });

  test.each([
    { status: 500, body: {} },
    { status: 503, body: { error: 'temporarily_unavailable' } },
  ])('a token endpoint with %j', async (token) => {
    provider.play({ token });
    expect(problemOn((await signIn(newPerson(server))).page)).toContain('does not answer at the moment');
  });

  test.each([
    { status: 401, body: { error: 'invalid_client' } },
    { status: 200, body: 'tokens' },
    { status: 200, body: { access_token: 'x', token_type: 'mac' } },
    { status: 302, body: {} },
  ])('a token endpoint with %j is not believed', async (token) => {
    provider.play({ token });
    expect(problemOn((await signIn(newPerson(server))).page)).toContain('did not work');
  });

  test.each([
    ['de', 'Example ID'], ['fr', 'Example ID'], ['es', 'Example ID'], ['pt', 'Example ID'],
  ])('is said in %s as well', async (language, name) => {
    const person = newPerson(server);
    const authorization = await toProvider(person, request());
    const back = await person.open(targetOf(provider.back(authorization, { error: 'access_denied' })));
    const page = await person.open(back.headers.location ?? '', { headers: { 'accept-language': language } });
    expect(problemOn(page)).toContain(name);
    expect(problemOn(page)).not.toContain('You were not');
  }); // biome-ignore format: a short table
});

describe('what the address says is wrong', () => {
  test.each([
    'upstream_denied.<script>alert(1)</script>',
    'toString.example',
    '__proto__.example',
    'upstream_denied.nobody',
    'x'.repeat(500),
  ])('is one of our sentences or nothing: %s', async (value) => {
    const page = await newPerson(server).open(`/sign-in?pixy_problem=${encodeURIComponent(value)}`);
    expect({ status: page.status, problem: problemOn(page) }).toEqual({ status: 200, problem: undefined });
    expect(page.body).not.toContain('<script>alert');
  });
});

describe('a request that was pushed', () => {
  const secondsAgo = (seconds: number) => server.clock.now() - seconds;
  const codeIn = ({ headers }: { headers: { location?: string } }) =>
    parametersOf(new URL(headers.location ?? 'https://nowhere.example')).code;
  const push = (changes: Record<string, string>) => pushFor(server, client, { idp: 'example', ...changes });

  test('PA9: takes the person to the provider that it names, with its hints, and nothing of it is in an address here', async () => {
    const person = newPerson(server);
    const { target, verifier } = await push({ login_hint: 'ada@example.com', ui_locales: 'de', state: 'kept' });
    const at = (await person.open((await person.open(target)).headers.location ?? '')).headers.location ?? '';
    expect(at).toMatch(/^\/upstream\/example\/start\?/);
    expect(at).not.toMatch(/login_hint|kept|idp/);
    const authorization = await toProvider(person, target);
    expect(authorization.searchParams.get('login_hint')).toBe('ada@example.com');
    expect(authorization.searchParams.get('ui_locales')).toBe('de');
    const code = codeIn(await comeBack(person, provider.approve(authorization)));
    expect((await redeem(server, client, { code, code_verifier: verifier })).status).toBe(200);
  });

  test.each([
    ['prompt=login', { prompt: 'login' }],
    ['max_age', { max_age: '60' }],
  ])('%s: a provider that has just asked them is enough, though its clock is behind', async (_, changes) => {
    const person = newPerson(server);
    const authorization = await toProvider(person, (await push(changes)).target);
    provider.play({ claims: somebody({ auth_time: secondsAgo(20) }) });
    expect(codeIn(await comeBack(person, provider.approve(authorization)))).toBeDefined();
  });

  test.each([
    ['an account that they choose there', { prompt: 'select_account' }],
    ['a class that it does not reach', { acr_values: 'phr' }],
  ])('does not send them in a circle for %s', async (_, changes) => {
    const person = newPerson(server);
    const authorization = await toProvider(person, (await push(changes)).target);
    provider.play({ claims: somebody({ auth_time: secondsAgo(7_200) }) });
    expect(codeIn(await comeBack(person, provider.approve(authorization)))).toBeDefined();
  });

  test('comes back to the sign-in page when the provider cannot be reached, and stays there', async () => {
    const page = await newPerson(server).follow((await push({ idp: 'gone' })).target);
    expect(problemOn(page)).toBe('Gone ID does not answer at the moment. Try again later, or sign in another way.');
  });
});

describe('somebody who has to prove anew who they are', () => {
  const silent = 'Example ID did not ask you to sign in again, which is required here. Sign in another way.';
  const ago = (seconds: number) => server.clock.now() - seconds;
  /** Back from the provider, which says that they signed in there at this time. */
  const approved = (authorization: URL, claims: Record<string, unknown>) => {
    provider.play({ claims });
    return provider.approve(authorization);
  };

  test.each<[string, Record<string, string>, () => unknown]>([
    ['prompt=login', { prompt: 'login' }, () => undefined],
    ['max_age', { max_age: '86400' }, () => undefined],
    ['prompt=login', { prompt: 'login' }, () => ago(31)],
    ['max_age', { max_age: '86400' }, () => ago(31)],
  ])('with %s %j is not let in by a provider that does not say that it asked', async (_, changes, authTime) => {
    const person = newPerson(server);
    const authorization = await toProvider(person, request(changes));
    const page = await comeBack(person, approved(authorization, somebody({ auth_time: authTime() })));
    expect(page.status).toBe(200);
    expect(person.cookies.has('pixy_session')).toBe(false);
    expect(problemOn(page)).toBe(silent);
    expect(auditOf('upstream_not_fresh')).toMatchObject({ endpoint: 'upstream', verdict: 'refused' });
  });

  test.each(['1800000000', null, -1])('is not let in with the auth_time %j', async (auth_time) => {
    const person = newPerson(server);
    const authorization = await toProvider(person, request({ prompt: 'login' }));
    expect((await comeBack(person, approved(authorization, somebody({ auth_time })))).status).toBe(200);
    expect(person.cookies.has('pixy_session')).toBe(false);
  });

  test('is not let in on the word of userinfo', async () => {
    const metadata = { userinfo_endpoint: `${provider.issuer}/userinfo` };
    const claims = somebody();
    server.clock.advance(1_000);
    provider.play({ claims, metadata, userinfo: { sub: claims.sub, auth_time: ago(0) } });
    const { page } = await signIn(newPerson(server), { prompt: 'login' });
    expect(problemOn(page)).toBe(silent);
    server.clock.advance(1_000);
  });

  test('is let in when they signed in there since, and the client learns when', async () => {
    const person = newPerson(server);
    const { verifier, challenge } = pkcePair();
    const authorization = await toProvider(person, request({ max_age: '60', code_challenge: challenge }));
    server.clock.advance(120);
    const page = await comeBack(person, approved(authorization, somebody({ auth_time: ago(100) })));
    const { code } = parametersOf(new URL(page.headers.location ?? ''));
    const { json } = await redeem(server, client, { code, code_verifier: verifier });
    expect(claimsOf(json.id_token)['auth_time']).toBe(ago(100));
  });

  test.each([
    ['long ago', 7_200, 7_200],
    ['in the future', -500, 0],
  ])('a sign-in at the provider %s is one here', async (_, seconds, expected) => {
    provider.play({ claims: somebody({ auth_time: ago(seconds) }) });
    const person = newPerson(server);
    expect((await idTokenOf(person))['auth_time']).toBe(ago(expected));
    const page = await person.open('/account/passkey');
    expect(page.headers.location).toBe(expected === 0 ? undefined : '/sign-in');
  });

  test('on the account page does so at the provider, and gets in', async () => {
    const claims = somebody();
    provider.play({ claims });
    const person = newPerson(server);
    await signIn(person);
    server.clock.advance(601);
    const confirm = await person.follow('/account/passkey');
    expect(confirm.body).toContain('Confirm that it is you');
    const press = async () => {
      const pressed = await person.submit(await person.open('/sign-in'), { idp: 'example' });
      return toProvider(person, pressed.headers.location ?? '');
    };
    const authorization = await press();
    expect(authorization.searchParams.get('prompt')).toBe('login');
    expect(authorization.searchParams.get('max_age')).toBe('0');
    const refused = await comeBack(person, approved(authorization, claims));
    expect(problemOn(refused)).toBe(silent);
    expect((await person.open('/account/passkey')).headers.location).toBe('/sign-in');
    const done = await comeBack(person, approved(await press(), { ...claims, auth_time: ago(0) }));
    expect(done.body).toContain('href="/account"');
    expect((await person.open('/account/passkey')).status).toBe(200);
  });

  test('may do so by password after the provider did not ask', async () => {
    const person = await signedInPerson(server);
    const pressed = await person.submit(await person.open('/sign-in'), { idp: 'example' });
    const authorization = await toProvider(person, pressed.headers.location ?? '');
    const refused = await comeBack(person, approved(authorization, somebody()));
    const done = await person.submit(refused, { username: ada.username, password: ada.password });
    expect(done.status).toBe(200);
    expect(done.body).toContain('href="/account"');
  });
});

describe('linking', () => {
  const post = async (person: Person, id: string, changes: Record<string, string> = {}) => {
    const page = await person.open('/account');
    return person.submit({ ...page, target: `/upstream/${id}/start` }, { form_token: formTokenOf(page), ...changes });
  };

  test('somebody who is signed in links an identity, and signs in with it from then on', async () => {
    provider.play({ claims: somebody({ email: 'ada@example.com', email_verified: true }) });
    const person = await signedInPerson(server);
    const there = await post(person, 'linked');
    const back = await person.open(targetOf(provider.approve(new URL(there.headers.location ?? ''))));
    expect(back.headers.location).toBe('/account');
    const account = await person.open('/account');
    expect(account.body).toContain('The account is linked.');
    expect(account.body).toContain('ada@example.com');
    expect(account.body).toContain('action="/upstream/example/start"');
    const other = newPerson(server);
    const authorization = await toProvider(other, request({ idp: 'linked' }));
    expect((await comeBack(other, provider.approve(authorization))).status).toBe(302);
    const { id_token } = await obtainTokens(server, other, client);
    expect(claimsOf(id_token)['sub']).toBe(ada.claims.sub);
  });

  test('an identity that is linked to somebody else stays theirs', async () => {
    provider.play({ claims: somebody() });
    await idTokenOf(newPerson(server));
    const person = await signedInPerson(server);
    const there = await post(person, 'example');
    const back = await person.open(targetOf(provider.approve(new URL(there.headers.location ?? ''))));
    expect(problemOn(await person.open(back.headers.location ?? ''))).toBe(
      'That account at Example ID is linked to another account here. Remove that link first.',
    );
  });

  test('takes a form of ours, and a session', async () => {
    const person = await signedInPerson(server);
    expect((await post(person, 'linked', { form_token: 'x' })).status).toBe(403);
    expect((await post(newPerson(server), 'linked')).headers.location).toBe('/sign-in');
  });

  test('takes no form of another page, whatever the browser says of it', async () => {
    const person = await signedInPerson(server);
    const page = await person.open('/sign-in');
    const body = encodeFields({ form_token: formTokenOf(page) });
    const headers = { ...formType, 'sec-fetch-site': 'same-origin' };
    expect((await person.open('/upstream/linked/start', { method: 'POST', headers, body })).status).toBe(403);
  });

  test('asks somebody who signed in too long ago to confirm that it is them', async () => {
    const person = await signedInPerson(server);
    server.clock.advance(601);
    const answer = await post(person, 'linked');
    expect(answer.headers.location).toBe('/sign-in');
    expect((await person.follow('/sign-in')).body).toContain('Confirm that it is you');
  });

  test('does not happen to somebody whose sign-in was too long ago when they came back', async () => {
    const claims = somebody();
    provider.play({ claims });
    const person = await signedInPerson(server);
    server.clock.advance(500);
    const there = await post(person, 'linked');
    server.clock.advance(200);
    const back = await person.open(targetOf(provider.approve(new URL(there.headers.location ?? ''))));
    expect(back.headers.location).toBe('/sign-in');
    expect(await links.find({ issuer: provider.issuer, subject: claims.sub })).toBeUndefined();
  });

  test('does not happen to an account that is disabled, before or meanwhile', async () => {
    const claims = somebody();
    provider.play({ claims });
    const person = await signedInPerson(server, linus);
    const there = await post(person, 'linked');
    await accounts.disable(linus.claims.sub, server.clock.now());
    const back = await person.open(targetOf(provider.approve(new URL(there.headers.location ?? ''))));
    expect(back.headers.location).toContain('upstream_flow_unknown');
    expect(await links.find({ issuer: provider.issuer, subject: claims.sub })).toBeUndefined();
    expect((await post(person, 'linked')).headers.location).toBe('/sign-in');
  });

  test('is for the person who started it', async () => {
    const person = await signedInPerson(server);
    const callback = provider.approve(new URL((await post(person, 'linked')).headers.location ?? ''));
    const other = await signedInPerson(server, grace);
    person.cookies.set('pixy_session', other.cookies.get('pixy_session') ?? '');
    const back = await person.open(targetOf(callback));
    expect(back.headers.location).toContain('upstream_flow_unknown');
  });
});
