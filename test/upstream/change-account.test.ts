import { beforeEach, describe, expect, test } from 'vitest';
import { openDatabase } from '../../shared/aws/dynamodb.ts';
import { accountStore } from '../../shared/people/account-store.ts';
import { sessionStore, subjectOf } from '../../shared/people/session-store.ts';
import { linkStore } from '../../shared/upstream/link-store.ts';
import { web } from '../support/clients.ts';
import { encodeFields, type Fields, formType } from '../support/http.ts';
import { formOf, obtainTokens } from '../support/lifecycle.ts';
import { isSignInPage, newPerson, type Page, type Person, signedInPerson } from '../support/person.ts';
import { authorizeTarget, claimsOf, parametersOf } from '../support/protocol.ts';
import { ada, startTestServer, tables } from '../support/server.ts';
import { comeBack, targetOf, toProvider } from './flow.ts';
import { startScriptedProvider } from './scripted-provider.ts';

/* Ada is signed in, and something sends her browser to a provider that has a session of Mallory. */

const client = { ...web, first_party: true };
const provider = await startScriptedProvider();
const described = {
  issuer: provider.issuer,
  client_id: 'pixy',
  client_secret: 'a secret of the provider',
  trust_email: true,
};
const upstreams = [
  { ...described, id: 'example', name: 'Example ID', trust_amr: true },
  { ...described, id: 'nameless', name: 'Nameless ID', trust_email: false },
];
const server = await startTestServer({
  clients: [client],
  accounts: [ada],
  environment: { PIXY_UPSTREAMS: JSON.stringify(upstreams) },
});
const accounts = accountStore(openDatabase(), tables.people);
const sessions = sessionStore(openDatabase(), tables.people);
const links = linkStore(openDatabase(), tables.people);

let people = 0;
let mallory = '';
beforeEach(() => {
  people += 1;
  mallory = `mallory-${people}@example.com`;
  const claims = {
    sub: mallory,
    email: mallory,
    email_verified: true,
    amr: ['otp'],
    auth_time: server.clock.now() - 100,
  };
  provider.play({ claims });
});

/** What any site can send a browser to: the sign-in page, which goes on to a provider at once. */
const asked = (changes: Fields = {}) =>
  authorizeTarget(client, { idp: 'example', ...changes }).replace('/authorize?', '/sign-in?');

/** Goes to the provider, which asks nothing, and comes back. */
const visit = async (person: Person, target = asked()) =>
  comeBack(person, provider.approve(await toProvider(person, target)));

const cookieOf = (person: Person) => person.cookies.get('pixy_session') ?? '';
const peopleIn = (person: Person) => cookieOf(person).split('~').map(subjectOf);
const subjectOfMallory = async () => (await accounts.findByUsername(mallory))?.sub ?? '';
const lastLine = () => JSON.parse(server.auditLines.at(-1) ?? '{}') as Record<string, unknown>;

/** Sends the form of the page, with these fields instead of those in it, to this address. */
function confirm(person: Person, page: Page, changes: Fields = {}, to?: string): Promise<Page> {
  const { action, fields } = formOf(page);
  const body = encodeFields({ ...fields, ...changes });
  return person.open(to ?? action, { method: 'POST', headers: formType, body });
}

/** Whose tokens the client gets that goes on from this page. */
async function subjectAtClient(person: Person) {
  return claimsOf((await obtainTokens(server, person, client, { scope: 'openid' })).id_token)['sub'];
}

describe('S15: somebody who is signed in and comes back from a provider as somebody else', () => {
  test('stays who they are, and is asked', async () => {
    const person = await signedInPerson(server);
    const before = cookieOf(person);
    const page = await visit(person);
    expect(page.status).toBe(200);
    expect(page.body).toContain('<h1>Change account?</h1>');
    expect(page.body).toContain(`signed in as <strong><bdi>${ada.username}</bdi></strong>`);
    expect(page.body).toContain(
      `<bdi>Example ID</bdi> has now signed you in as <strong><bdi>${mallory}</bdi></strong>`,
    );
    expect(lastLine()).toMatchObject({ endpoint: 'upstream', verdict: 'continued' });
    expect(cookieOf(person)).toBe(before);
    expect(await subjectAtClient(person)).toBe(ada.claims.sub);
    expect(await sessions.list(await subjectOfMallory(), server.clock.now())).toEqual([]);
  });

  test('goes on as the other one after they said so, and both are signed in', async () => {
    const person = await signedInPerson(server);
    const page = await visit(person);
    const done = await confirm(person, page);
    expect(lastLine()).toMatchObject({ endpoint: 'upstream', verdict: 'allowed' });
    const sub = await subjectOfMallory();
    expect(peopleIn(person)).toEqual([sub, ada.claims.sub]);
    const answer = await person.follow(done.headers.location ?? '');
    expect(parametersOf(new URL(answer.headers.location ?? ''))).toMatchObject({
      state: 'a-state',
      code: expect.any(String),
    });
    const { id_token } = await obtainTokens(server, person, client, { scope: 'openid', max_age: '1000' });
    expect(claimsOf(id_token)).toMatchObject({ sub, amr: ['otp'], auth_time: server.clock.now() - 100 });
    expect([...person.cookies].filter(([name, value]) => name.startsWith('pixy_upstream_') && value !== '')).toEqual(
      [],
    );
  });

  test('goes on as themselves by the link', async () => {
    const person = await signedInPerson(server);
    const page = await visit(person);
    const [, stay = ''] = /<a href="([^"]*)">Stay signed in as/.exec(page.body) ?? [];
    const answer = await person.follow(stay.replaceAll('&amp;', '&'));
    expect(parametersOf(new URL(answer.headers.location ?? ''))).toMatchObject({ state: 'a-state' });
    expect(peopleIn(person)).toEqual([ada.claims.sub]);
  });

  test('and has to sign in all the same where the client asks for that', async () => {
    provider.play({ claims: { sub: mallory, email: mallory, email_verified: true, auth_time: server.clock.now() } });
    const person = await signedInPerson(server);
    const page = await visit(person, asked({ prompt: 'login' }));
    const [, stay = ''] = /<a href="([^"]*)">Stay signed in as/.exec(page.body) ?? [];
    expect(isSignInPage(await person.follow(stay.replaceAll('&amp;', '&')))).toBe(true);
  });

  test('is asked without an app as well', async () => {
    provider.play({ claims: { sub: mallory, email: mallory, email_verified: true, auth_time: server.clock.now() } });
    const person = await signedInPerson(server);
    const page = await visit(person, '/upstream/example/start');
    expect(page.body).toContain('<a href="/account">Stay signed in as');
    const done = await confirm(person, page);
    expect(done.status).toBe(200);
    expect(done.body).toContain('href="/account"');
    expect(peopleIn(person)[0]).toBe(await subjectOfMallory());
  });

  test('reads the page in the language of the request', async () => {
    const page = await visit(await signedInPerson(server), asked({ ui_locales: 'de' }));
    expect(page.body).toContain('<h1>Konto wechseln?</h1>');
  });

  test('reads what the provider calls them where they have no name here', async () => {
    const page = await visit(await signedInPerson(server), asked({ idp: 'nameless' }));
    expect(page.body).toContain(`Continue as <bdi>${mallory}</bdi>`);
  });
});

describe('S15: nobody is asked', () => {
  test('at the first sign-in in a browser', async () => {
    const person = newPerson(server);
    expect((await visit(person)).status).toBe(302);
    expect(peopleIn(person)).toEqual([await subjectOfMallory()]);
  });

  test('when it is the same person again', async () => {
    const person = newPerson(server);
    await visit(person);
    const before = cookieOf(person);
    expect((await visit(person)).status).toBe(302);
    expect(cookieOf(person)).not.toBe(before);
  });

  test('when the session is over', async () => {
    const person = await signedInPerson(server);
    server.clock.advance(7_201);
    expect((await visit(person)).status).toBe(302);
    expect(peopleIn(person)[0]).toBe(await subjectOfMallory());
  });

  test('when whoever was signed in is disabled', async () => {
    const other = { username: `gone-${people}`, password: ada.password };
    const { sub } = await accounts.put({ username: other.username, claims: {} });
    const person = await signedInPerson(server, other);
    await accounts.disable(sub, server.clock.now());
    expect((await visit(person)).status).toBe(302);
  });
});

describe('S15: the account does not change', () => {
  const unknown = (page: Page) => {
    expect(page.headers.location).toBe('/sign-in?pixy_problem=upstream_flow_unknown');
    expect(lastLine()).toMatchObject({ endpoint: 'upstream', reason: 'upstream_flow_unknown' });
  };
  const isStillAda = (person: Person) => expect(peopleIn(person)).toEqual([ada.claims.sub]);

  test('with a form of another page', async () => {
    const person = await signedInPerson(server);
    const page = await visit(person);
    for (const form_token of ['x', undefined]) {
      expect((await confirm(person, page, { form_token })).status).toBe(403);
    }
    isStillAda(person);
  });

  test('with a form of another browser', async () => {
    const [person, other] = [await signedInPerson(server), await signedInPerson(server)];
    const [page, theirs] = [await visit(person), await visit(other)];
    const { state = '' } = formOf(theirs).fields;
    for (const changes of [{ state }, { state: undefined }, { state: '' }])
      unknown(await confirm(person, page, changes));
    isStillAda(person);
  });

  test('twice with one form', async () => {
    const person = await signedInPerson(server);
    const page = await visit(person);
    const kept = new Map(person.cookies);
    await confirm(person, page);
    for (const [name, value] of kept) person.cookies.set(name, value);
    unknown(await confirm(person, page));
    isStillAda(person);
  });

  test('after a quarter of an hour', async () => {
    const person = await signedInPerson(server);
    const page = await visit(person);
    server.clock.advance(901);
    unknown(await confirm(person, page));
    isStillAda(person);
  });

  test('at another provider', async () => {
    const person = await signedInPerson(server);
    unknown(await confirm(person, await visit(person), {}, '/upstream/nameless/confirm'));
    isStillAda(person);
  });

  test('to one that is disabled meanwhile', async () => {
    const person = await signedInPerson(server);
    const page = await visit(person);
    await accounts.disable(await subjectOfMallory(), server.clock.now());
    unknown(await confirm(person, page));
    isStillAda(person);
  });

  test('to one whose link to the provider was removed meanwhile', async () => {
    const person = await signedInPerson(server);
    const page = await visit(person);
    await links.release(await subjectOfMallory(), { issuer: provider.issuer, subject: mallory });
    unknown(await confirm(person, page));
    isStillAda(person);
  });

  test('with the state of a flow that has yet to come back, and no answer of a provider ends one that waits for a form', async () => {
    const person = await signedInPerson(server);
    const page = await visit(person);
    const authorization = await toProvider(person, asked());
    unknown(await confirm(person, page, { state: authorization.searchParams.get('state') ?? '' }));
    const { state = '' } = formOf(page).fields;
    unknown(await person.open(targetOf(provider.approve(await toProvider(person, asked()), { state }))));
    isStillAda(person);
  });

  test('by a link, and an answer of a provider is no form', async () => {
    const person = await signedInPerson(server);
    const page = await visit(person);
    expect((await person.open(formOf(page).action)).status).toBe(405);
    expect((await confirm(person, page, {}, '/upstream/example/callback')).status).toBe(405);
    isStillAda(person);
  });
});
