import { describe, expect, test } from 'vitest';
import { openDatabase } from '../../shared/aws/dynamodb.ts';
import { accountStore } from '../../shared/people/account-store.ts';
import { newLink } from '../../shared/people/invitation.ts';
import { pendingStore } from '../../shared/people/totp-pending-store.ts';
import { spa } from '../support/clients.ts';
import { formType } from '../support/http.ts';
import { formTokenOf, isSignInPage, newPerson, type Person, signedInPerson } from '../support/person.ts';
import { authorizeTarget } from '../support/protocol.ts';
import { ada, startTestServer, tables } from '../support/server.ts';

const provider = { id: 'example', name: 'Example', issuer: 'https://provider.example', client_id: 'pixy' };
const third = { ...spa, client_id: 'third', first_party: false };
const server = await startTestServer({
  clients: [spa, third],
  accounts: [{ ...ada, email: 'ada@example.com' }],
  environment: {
    PIXY_REGISTRATION: 'on',
    PIXY_DEVICE_AUTHORIZATION: 'on',
    PIXY_MAIL: 'local',
    PIXY_MAIL_CODES: 'on',
    PIXY_REMOVAL_GRACE: '86400',
    PIXY_UPSTREAMS: JSON.stringify([{ ...provider, client_secret: 'a secret of the provider' }]),
  },
});
const accounts = accountStore(openDatabase(), tables.people);

const lastDecision = () => JSON.parse(server.auditLines.at(-1) ?? '');
const headingOf = (body: string) => /<h1[^>]*>([^<]*)<\/h1>/.exec(body)?.[1];
const problem = 'We could not read what was sent here, so nothing was changed. Try again.';

async function invited(): Promise<string> {
  const { token, invitation } = newLink(ada.claims.sub, 'invitation', server.clock.now(), 3_600);
  await accounts.invite(ada.claims.sub, invitation);
  return `/invitation?token=${token}`;
}

/** Somebody whose password was right, and who has an authenticator app. */
async function waiting(): Promise<Person> {
  const person = newPerson(server);
  const { sub } = ada.claims;
  const account = await accounts.findBySubject(sub);
  const pending = { sub, account: 'ada', epoch: account?.epoch ?? 0, keep: false };
  person.cookies.set(
    'pixy_pending',
    await pendingStore(openDatabase(), tables.people).start(pending, server.clock.now()),
  );
  return person;
}

const signedIn = () => signedInPerson(server);
const anybody = async () => newPerson(server);

/** Somebody whose browser has a page of ours open. */
async function withForm(): Promise<Person> {
  const person = newPerson(server);
  await person.open('/sign-in');
  return person;
}

/** Pages with a form, and who is at them. */
const forms: [address: string | (() => Promise<string>), who?: () => Promise<Person>][] = [
  ['/sign-in'],
  [authorizeTarget(spa).replace('/authorize', '/sign-in')],
  ['/sign-in/code', waiting],
  ['/sign-in/recovery-code', waiting],
  ['/sign-in/mail-code'],
  ['/register'],
  ['/forgotten-password'],
  [invited],
  ['/device'],
  [authorizeTarget(third).replace('/authorize', '/consent'), signedIn],
  ['/account', signedIn],
  ['/account/profile', signedIn],
  ['/account/password', signedIn],
  ['/account/authenticator', signedIn],
  ['/account/passkey', signedIn],
  ['/account/remove', signedIn],
];

/** What takes a form that is on a page of another address: what its answer is about, and where it leads on. */
const takers: [address: string, heading: string, leadsTo: string, who: () => Promise<Person>][] = [
  ['/sign-out', 'Sign out', '/sign-out', signedIn],
  ['/sign-in/passkey?client_id=a&amp=b', 'Sign in', '/sign-in?client_id=a&amp;amp=b', withForm],
  ['/upstream/example/start', 'Your account', '/account', signedIn],
  ['/upstream/example/confirm', 'Sign in', '/sign-in', withForm],
];

/** Bodies that no page of ours sends. */
const malformed = {
  'another content type': { status: 415, reason: 'content_type_unsupported', type: 'application/json', body: '{}' },
  'a parameter twice': { status: 400, reason: 'parameter_duplicated', body: 'username=a&username=b' },
  'a broken value': { status: 400, reason: 'parameters_malformed', body: 'username=%zz' },
  'a broken name': { status: 400, reason: 'parameters_malformed', body: '%zz=a' },
  'too many parameters': { status: 400, reason: 'parameters_too_many', body: 'a=1&'.repeat(101) },
  'more than 64 KiB': { status: 413, reason: 'body_too_large', body: `username=${'a'.repeat(65_536)}` },
};

describe.each(Object.entries(malformed))('a form with %s', (_, { status, reason, body, ...given }) => {
  const headers = { ...formType, ...('type' in given && { 'content-type': given.type }) };
  const sent = { method: 'POST', headers, body };

  test.each(forms)('%s: the page again, which says what is wrong', async (where, who = anybody) => {
    const person = await who();
    const address = typeof where === 'string' ? where : await where();
    const before = await person.open(address);
    const answer = await person.open(address, sent);
    expect([before.status, answer.status, headingOf(answer.body)]).toEqual([200, status, headingOf(before.body)]);
    expect(answer.body).toContain(problem);
    expect(formTokenOf(answer)).not.toBe('');
    expect(lastDecision()).toMatchObject({ verdict: 'refused', reason });
  });

  test.each(takers)('%s: a page that says what it is about, and leads on', async (address, heading, leadsTo, who) => {
    const answer = await (await who()).open(address, sent);
    expect([answer.status, headingOf(answer.body)]).toEqual([status, heading]);
    expect(answer.body).toContain(problem);
    expect(answer.body).toContain(`<a href="${leadsTo}">Open the page again</a>`);
    expect(lastDecision()).toMatchObject({ verdict: 'refused', reason });
  });
});

test.each([
  ['/sign-out?client_id=a&client_id=b', 'Sign out', '/sign-out'],
  ['/sign-out?%zz=1', 'Sign out', '/sign-out'],
  ['/register?%zz=1', 'Create an account', '/register'],
  ['/forgotten-password?%zz=1', 'Set a new password', '/forgotten-password'],
  ['/sign-in/mail-code?%zz=1', 'Sign in with a code by email', '/sign-in/mail-code'],
])(
  'an address that cannot be read, %s: a page that says what it is about, and leads on',
  async (address, heading, leadsTo) => {
    const person = await signedIn();
    const answer = await person.open(address);
    expect([answer.status, headingOf(answer.body)]).toEqual([400, heading]);
    expect(answer.body).toContain(`<a href="${leadsTo}">Open the page again</a>`);
    expect(isSignInPage(await person.follow('/account'))).toBe(false);
  },
);

test('a passkey from a browser without cookies: what to allow, and the way back to the page', async () => {
  const answer = await newPerson(server).open('/sign-in/passkey', { method: 'POST', headers: formType, body: 'a=b' });
  expect([answer.status, headingOf(answer.body)]).toEqual([403, 'Please try again']);
  expect(answer.body).toContain('allow its cookies');
  expect(answer.body).toContain('<a href="/sign-in">Open the page again</a>');
});

test.each(['/account', '/sign-out', '/device', '/register'])('PUT %s is not blamed on an app', async (address) => {
  const answer = await newPerson(server).open(address, { method: 'PUT' });
  expect([answer.status, headingOf(answer.body)]).toEqual([405, 'Please try again']);
  expect(answer.body).not.toContain('The app sent us');
});
