import { Secret, TOTP } from 'otpauth';
import { openDatabase } from '../../shared/aws/dynamodb.ts';
import { accountStore } from '../../shared/people/account-store.ts';
import { pendingStore } from '../../shared/people/totp-pending-store.ts';
import { encodeFields, type Fields, formType } from '../support/http.ts';
import { formTokenOf, newPerson, type Page, type Person, signedInPerson } from '../support/person.ts';
import { type TestServer, tables } from '../support/server.ts';
import { type CreationOptions, makeAuthenticator, type RequestOptions } from './authenticator.ts';

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
const unescapeHtml = (text: string): string =>
  text.replace(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => entities[name] ?? '');

/** The options of the passkey form of a page, and where it posts to. */
export function passkeyFormOf<Options extends CreationOptions | RequestOptions>(page: Page) {
  const [, attributes = '', options = '{}'] = /<form([^>]*?)data-passkey="([^"]*)"/.exec(page.body) ?? [];
  const action = /action="([^"]*)"/.exec(attributes)?.[1];
  return {
    options: JSON.parse(unescapeHtml(options)) as Options,
    action: action === undefined ? page.target : unescapeHtml(action),
  };
}

/** Posts a form with the token of the page it is on. */
export const post = (person: Person, target: string, page: Pick<Page, 'body' | 'status' | 'headers'>, fields: Fields) =>
  person.open(target, {
    method: 'POST',
    headers: formType,
    body: encodeFields({ form_token: formTokenOf(page), ...fields }),
  });

/** The same for a form of the account page. */
export const act = async (person: Person, fields: Fields): Promise<Page> =>
  post(person, '/account', await person.open('/account'), fields);

/** Makes a passkey on the account page of somebody who is signed in. */
export async function addPasskey(
  server: Pick<TestServer, 'issuer'>,
  person: Person,
  { name, ...kind }: { name?: string; isSyncable?: boolean } = {},
) {
  const authenticator = makeAuthenticator(server.issuer, kind);
  const page = await person.open('/account/passkey');
  const { options } = passkeyFormOf<CreationOptions>(page);
  const answer = await post(person, '/account/passkey', page, { credential: authenticator.create(options), name });
  if (answer.status !== 303) throw new Error(`could not add a passkey: ${answer.status} ${answer.body}`);
  return authenticator;
}

/** Opens an invitation and makes a passkey with it. */
export async function acceptWithPasskey(person: Person, link: string, authenticator: Authenticator, name?: string) {
  const page = await person.open(link);
  const { options, action } = passkeyFormOf<CreationOptions>(page);
  return post(person, action, page, { credential: authenticator.create(options), name });
}

export type Authenticator = ReturnType<typeof makeAuthenticator>;

/** Sets up an authenticator app: its codes, and the recovery codes. */
export async function addTotp(person: Person) {
  const page = await person.open('/account/authenticator');
  const text = /<p class="secret"><code[^>]*>([A-Z2-7 ]+)</.exec(page.body)?.[1]?.replaceAll(' ', '') ?? '';
  const totp = new TOTP({ secret: Secret.fromBase32(text) });
  return {
    page,
    secret: text,
    codeAt: (time: number) => totp.generate({ timestamp: time * 1_000 }),
    async confirm(code: string) {
      const answer = await post(person, '/account/authenticator', page, { code });
      return { answer, codes: recoveryCodesOf(answer) };
    },
  };
}

export const recoveryCodesOf = ({ body }: Pick<Page, 'body'>): string[] =>
  [...body.matchAll(/<code>([0-9A-Z]{4}(?:-[0-9A-Z]{4}){5})<\/code>/g)].map(([, code = '']) => code);

/** What somebody types into the sign-in page. */
export const credentialsOf = (username: string) => ({ username, password: account(username).password });

/** An account as the accounts of a server describe it. All have one password, which is hashed once. */
export const account = (username: string) => ({
  username,
  password: 'the long password of everybody',
  claims: { sub: `sub-of-${username}`, name: `Name of ${username}` },
});

/** Somebody with an account of their own, signed in. */
export const signedIn = (server: Pick<TestServer, 'port' | 'clock'>, username: string): Promise<Person> =>
  signedInPerson(server, account(username));

/** Somebody at the page that asks for a code, in a new browser. */
export async function atCodePage(server: Pick<TestServer, 'port'>, username: string, target = '/sign-in') {
  const person = newPerson(server);
  const page = await person.follow(target);
  const answer = await person.submit(page, credentialsOf(username));
  return { person, answer, page: await person.follow(answer.headers.location ?? '') };
}

/** The same, as the sign-in page leads there. Only the password is not typed in: that takes its time on purpose. */
export async function waitingForCode(server: Pick<TestServer, 'port' | 'clock'>, username: string) {
  const { sub } = account(username).claims;
  const { epoch = 0 } = (await accountStore(openDatabase(), tables.people).findBySubject(sub)) ?? {};
  const pending = { sub, epoch, account: username, keep: false };
  const person = newPerson(server);
  const secret = await pendingStore(openDatabase(), tables.people).start(pending, server.clock.now());
  person.cookies.set('pixy_pending', secret);
  return { person, page: await person.open('/sign-in/code') };
}
