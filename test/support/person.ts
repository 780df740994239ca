import { openDatabase } from '../../shared/aws/dynamodb.ts';
import { accountStore } from '../../shared/people/account-store.ts';
import { type SessionStart, sessionStore } from '../../shared/people/session-store.ts';
import type { Clock } from './clock.ts';
import { type Answer, encodeFields, type Fields, formType, type Sent, send } from './http.ts';
import { ada, type TestServer, tables } from './server.ts';

/** A page, and the address it was loaded from. */
export type Page = Answer & { target: string };

export type Person = ReturnType<typeof newPerson>;

/** Somebody with a browser that has cookies and follows redirects, but runs no script. */
export function newPerson(server: Pick<TestServer, 'port'>) {
  const cookies = new Map<string, string>();

  /** One request with the cookies of before; keeps those that come back. */
  async function open(target: string, sent: Sent = {}): Promise<Page> {
    const cookie = Array.from(cookies, (pair) => pair.join('=')).join('; ');
    const headers = { ...(cookie !== '' && { cookie }), ...sent.headers };
    const answer = await send(server.port, target, { ...sent, headers });
    for (const line of answer.headers['set-cookie'] ?? []) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    return { ...answer, target };
  }

  /** Goes where redirects within the server lead; ends at a page, or at a redirect to somewhere else. */
  async function follow(target: string): Promise<Page> {
    let page = await open(target);
    for (let hops = 0; page.status === 303; hops += 1) {
      const next = page.headers.location ?? '';
      if (hops === 10 || !next.startsWith('/')) throw new Error(`redirected in a circle or off the server: ${next}`);
      page = await open(next);
    }
    return page;
  }

  /** Sends the form of a sign-in page back to where it came from. */
  function submit(page: Page, fields: Fields): Promise<Page> {
    const body = encodeFields({ form_token: formTokenOf(page), ...fields });
    return open(page.target, { method: 'POST', headers: formType, body });
  }

  /** Follows an authorization request, signs in and allows when asked to, and ends at what leads back to the client. */
  async function arrive(target: string, { username, password }: Credentials = ada): Promise<Page> {
    const page = await follow(target);
    if (isSignInPage(page)) return allow(await goOn(page, { username, password }));
    return allow(page);
  }

  const allow = async (page: Page): Promise<Page> =>
    page.body.includes('name="decision"') ? goOn(page, { decision: 'allow' }) : page;

  async function goOn(page: Page, fields: Fields): Promise<Page> {
    const submitted = await submit(page, fields);
    if (submitted.status !== 303) throw new Error(`could not go on from ${page.target}: ${submitted.status}`);
    return follow(submitted.headers.location ?? '');
  }

  return {
    cookies,
    open,
    follow,
    submit,
    arrive,

    /** The same for a client that is redirected to: the address of the redirect. */
    async authorize(target: string, credentials?: Credentials): Promise<URL> {
      const { status, headers, body } = await arrive(target, credentials);
      if (status !== 302) throw new Error(`expected the redirect to the client, got ${status} ${body}`);
      return new URL(headers.location ?? '');
    },
  };
}

type Credentials = { username: string; password: string };

export const isSignInPage = ({ body }: Answer): boolean => body.includes('name="password"');

/** The hidden field that proves that the form is ours. */
export const formTokenOf = ({ body }: Answer): string => /name="form_token" value="([^"]*)"/.exec(body)?.[1] ?? '';

/** A person with a session, as the sign-in page starts it. Only the password is not typed in: that takes its time on purpose. */
export async function signedInPerson(
  server: Pick<TestServer, 'port'> & { clock?: Clock },
  { username }: Credentials = ada,
  lifetimes = { lifetime: 28_800, idleLifetime: 7_200 },
): Promise<Person> {
  const account = await accountStore(openDatabase(), tables.people).findByUsername(username);
  if (account === undefined) throw new Error(`there is no account ${username}`);
  const now = server.clock?.now() ?? Math.floor(Date.now() / 1_000);
  const person = newPerson(server);
  person.cookies.set('pixy_session', await startSession(account.sub, { now, ...lifetimes }));
  return person;
}

/** A session as a sign-in starts it, for the cookie. Whoever has no account gets one. */
export async function startSession(
  sub: string,
  start: Omit<SessionStart, 'sub' | 'epoch' | 'amr'> & Partial<SessionStart>,
): Promise<string> {
  const database = openDatabase();
  const accounts = accountStore(database, tables.people);
  const { epoch } =
    (await accounts.findBySubject(sub)) ?? (await accounts.put({ username: `user ${sub}`, claims: { sub } }));
  return sessionStore(database, tables.people).start({ sub, epoch, amr: ['pwd'], ...start });
}

/** A person who typed their password in. */
export async function signInByForm(
  server: Pick<TestServer, 'port'>,
  { username, password }: Credentials = ada,
): Promise<Person> {
  const person = newPerson(server);
  const answer = await person.submit(await person.open('/sign-in'), { username, password });
  if (answer.status !== 200) throw new Error(`could not sign in: ${answer.status}`);
  return person;
}
