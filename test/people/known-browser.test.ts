import { beforeEach, describe, expect, test } from 'vitest';
import { openDatabase } from '../../shared/aws/dynamodb.ts';
import { writeKnown } from '../../shared/http/known-cookie.ts';
import { hashPassword, unmatchableHash } from '../../shared/password.ts';
import { accountStore } from '../../shared/people/account-store.ts';
import { knownFor, recognizeBrowser, rememberBrowser } from '../../shared/people/known-browser.ts';
import { signInLimits } from '../../shared/people/sign-in-limits.ts';
import { startDatabaseProxy } from '../support/database-proxy.ts';
import { newPerson, type Page, type Person, signInByForm } from '../support/person.ts';
import { startTestServer, tables } from '../support/server.ts';
import { countFailures } from '../support/throttle.ts';
import { account, addTotp, signedIn, waitingForCode } from './account-flows.ts';

const database = await startDatabaseProxy();
const server = await startTestServer({
  clients: [],
  accounts: ['ada', 'bob', 'cleo', 'dora'].map(account),
  dynamodb: database.endpoint,
});
const { clock } = server;
const accounts = accountStore(openDatabase(), tables.people);
const { attempts } = signInLimits.account;
const cookie = 'pixy_known';

/** A window of the limits of its own for every test. */
beforeEach(() => clock.advance(3_600));

const find = async (username: string) => (await accounts.findByUsername(username)) ?? { sub: '' };
const passesOf = (person: Person): string[] => person.cookies.get(cookie)?.split('~') ?? [];

const changed = (pass = ''): string => pass.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'));

/** A browser that keeps nothing but these passes. */
function browserWith(...passes: readonly string[]): Person {
  const person = newPerson(server);
  if (passes.length > 0) person.cookies.set(cookie, passes.join('~'));
  return person;
}

async function attempt(person: Person, username: string, password = 'a wrong password'): Promise<Page> {
  return person.submit(await person.open('/sign-in'), { username, password });
}

const { password } = account('ada');
const guessAt = (username: string, times = attempts + 1) => countFailures(server, Array<string>(times).fill(username));

const at = 1_800_000_000;
const own = { sub: 'somebody', passwordHash: await hashPassword(password) };
const [pass = ''] = rememberBrowser([], own, at) ?? [];

describe('S9: a pass', () => {
  test('is one of its account until it is over', () => {
    expect(recognizeBrowser([pass], own, at)).toMatch(/^[\w-]{22}$/);
    expect(recognizeBrowser([pass], own, at + knownFor - 1)).toBeDefined();
    expect(recognizeBrowser([pass], own, at + knownFor)).toBeUndefined();
  });

  test('of a password stands for no code, and one of a code for both', () => {
    const [byCode = ''] = rememberBrowser([], own, at, 'code') ?? [];
    expect(recognizeBrowser([pass], own, at, ['code'])).toBeUndefined();
    expect(recognizeBrowser([pass, byCode], own, at, ['code'])).toBe(byCode.split('.')[0]);
    expect(recognizeBrowser([byCode], own, at)).toBe(byCode.split('.')[0]);
  });

  test('is worth nothing for anybody else, after another password, or before there is an account', () => {
    for (const other of [
      { ...own, sub: 'else' },
      { ...own, passwordHash: unmatchableHash },
      { sub: own.sub },
      undefined,
    ]) {
      expect(recognizeBrowser([pass], other, at)).toBeUndefined();
    }
  });

  test.each([
    ['changed', changed(pass)],
    ['made to last', pass.replace(/\.\d+\./, '.9999999999.')],
    ['cut off', pass.slice(0, -1)],
    ['empty', ''],
    ['without a MAC', `${'A'.repeat(22)}.${String(at + knownFor)}.`],
  ])('that is %s is worth nothing', (_, forged) => {
    expect(recognizeBrowser([forged], own, at)).toBeUndefined();
  });

  test('made with the key that stands for a missing password is worth nothing', () => {
    const [forged = ''] = rememberBrowser([], { sub: '', passwordHash: unmatchableHash }, at) ?? [];
    expect(recognizeBrowser([forged], undefined, at)).toBeUndefined();
    expect(recognizeBrowser([forged], { sub: '' }, at)).toBeUndefined();
  });

  test('is not made with the hash of another server, whose salt may be short', () => {
    expect(rememberBrowser([], { sub: 'moved', passwordHash: '$2b$04$abc' }, at)).toBeUndefined();
  });

  test('takes the place of the one before, and the browser keeps those of five people', () => {
    let passes: readonly string[] = [];
    for (let index = 0; index < 7; index += 1) {
      passes = rememberBrowser(passes, { ...own, sub: `sub-${index % 6}` }, at) ?? [];
    }
    expect(passes).toHaveLength(6); // sub-0 came twice
    expect(recognizeBrowser(passes.slice(0, 1), { ...own, sub: 'sub-0' }, at)).toBeDefined();
    const written = writeKnown('https://sign-in.example.com', passes, knownFor);
    expect(written).toMatch(
      /^__Host-pixy_known=([\w.-]{77}~){4}[\w.-]{77}; Path=\/; HttpOnly; SameSite=Lax; Secure; Max-Age=15552000$/,
    );
  });
});

test('S9, AV1: eleven wrong passwords of a stranger do not keep the owner out of a browser that they signed in with', async () => {
  const known = passesOf(await signInByForm(server, account('ada')));
  expect(known).toHaveLength(1);
  await guessAt('ada');
  expect((await attempt(browserWith(), 'ada', password)).status).toBe(429);
  const again = browserWith(...known);
  expect((await attempt(again, 'ada', password)).status).toBe(200);
  expect(passesOf(again)).not.toEqual(known);
});

test('S9: nor do so many from the same address that nobody else there can sign in', async () => {
  const known = passesOf(await signInByForm(server, account('ada')));
  await countFailures(
    server,
    Array.from({ length: signInLimits.address.attempts }, (_, index) => `sprayed-${index}`),
  );
  expect((await attempt(browserWith(), 'ada', password)).status).toBe(429);
  expect((await attempt(browserWith(...known), 'ada', password)).status).toBe(200);
});

test.each([
  ['of somebody else', async () => passesOf(await signInByForm(server, account('bob')))],
  ['that was changed', async () => passesOf(await signInByForm(server, account('ada'))).map(changed)],
  [
    'that is over',
    async () => {
      const known = passesOf(await signInByForm(server, account('ada')));
      clock.advance(knownFor);
      return known;
    },
  ],
])('S9: a pass %s gets nothing', async (_, passes) => {
  const browser = browserWith(...(await passes()));
  await guessAt('ada');
  expect((await attempt(browser, 'ada', password)).status).toBe(429);
});

test('S9: with another password, a browser is a stranger until it signs in with that', async () => {
  const known = passesOf(await signInByForm(server, account('bob')));
  const { sub } = await find('bob');
  await accounts.setPassword(sub, await hashPassword(password));
  await guessAt('bob');
  expect((await attempt(browserWith(...known), 'bob', password)).status).toBe(429);
});

test('S9: a stolen pass is good for ten guesses in ten minutes, all at once or one by one, and for none elsewhere', async () => {
  const known = passesOf(await signInByForm(server, account('ada')));
  const statuses = (pages: readonly Page[]) => pages.map(({ status }) => status).toSorted((one, other) => one - other);
  const guesses = await Promise.all(Array.from({ length: attempts + 2 }, () => attempt(browserWith(...known), 'ada')));
  expect(statuses(guesses)).toEqual([...Array<number>(attempts).fill(400), 429, 429]);
  expect((await attempt(browserWith(...known), 'ada', password)).status).toBe(429);
  // Its guesses do not count for the account: the owner signs in elsewhere, and gets a new pass.
  const owner = browserWith();
  expect((await attempt(owner, 'ada', password)).status).toBe(200);
  expect((await attempt(owner, 'ada', password)).status).toBe(200);
  clock.advance(signInLimits.account.window);
  expect((await attempt(browserWith(...known), 'ada', password)).status).toBe(200);
});

test('S9: the browser is known only after the code, where the account asks for one', async () => {
  const app = await addTotp(await signedIn(server, 'cleo'));
  await app.confirm(app.codeAt(clock.now()));
  clock.advance(60);
  const stopped = browserWith();
  expect((await attempt(stopped, 'cleo', password)).headers.location).toBe('/sign-in/code');
  expect(passesOf(stopped)).toEqual([]);
  const { person, page } = await waitingForCode(server, 'cleo');
  expect((await person.submit(page, { code: app.codeAt(clock.now()) })).status).toBe(200);
  expect(recognizeBrowser(passesOf(person), await find('cleo'), clock.now())).toBeDefined();
});

describe('S9: wrong codes of a stranger who knows the password', async () => {
  const before = passesOf(await signInByForm(server, account('dora')));
  const app = await addTotp(await signedIn(server, 'dora'));
  await app.confirm(app.codeAt(clock.now()));
  const { attempts: most } = signInLimits.proof;

  /** Enters codes after the password, in a browser with these passes. */
  async function enterIn(person: Person, ...codes: readonly string[]): Promise<number[]> {
    const { headers } = await attempt(person, 'dora', password);
    const page = await person.open(headers.location ?? '');
    const statuses: number[] = [];
    for (const code of codes) statuses.push((await person.submit(page, { code })).status);
    return statuses;
  }
  const wrong = (times: number) => Array<string>(times).fill('wrong');
  const right = () => app.codeAt(clock.now());

  /** The passes of a browser in which dora has entered a code. */
  async function afterCode(): Promise<string[]> {
    const person = browserWith();
    expect(await enterIn(person, right())).toEqual([200]);
    clock.advance(signInLimits.proof.window);
    return passesOf(person);
  }

  test('do not keep the owner out of a browser in which they have entered one before', async () => {
    const known = await afterCode();
    expect(await enterIn(browserWith(), ...wrong(most), right())).toEqual([...Array<number>(most).fill(400), 429]);
    expect(await enterIn(browserWith(...known), 'wrong', right())).toEqual([400, 200]);
  });

  test('are not more for a pass that was given for the password alone', async () => {
    expect(await enterIn(browserWith(...before), ...wrong(most))).toEqual(Array<number>(most).fill(400));
    expect(await enterIn(browserWith(...before), right())).toEqual([429]);
    expect(await enterIn(browserWith(), right())).toEqual([429]);
  });

  test('are five in ten minutes for a stolen pass, whichever browser has it', async () => {
    const known = await afterCode();
    expect(await enterIn(browserWith(...known), ...wrong(most))).toEqual(Array<number>(most).fill(400));
    expect(await enterIn(browserWith(...known), right())).toEqual([429]);
    expect(await enterIn(browserWith(), right())).toEqual([200]);
  });

  test('keep the owner, who is signed in, neither from another password nor from new recovery codes', async () => {
    const owner = browserWith();
    expect(await enterIn(owner, right())).toEqual([200]);
    clock.advance(60);
    await enterIn(browserWith(), ...wrong(most + 1));
    const form = await owner.open('/account/password');
    const typed = { current_password: 'a wrong password', password: `${password} and more` };
    expect((await owner.submit(form, typed)).status).toBe(400);
    const page = await owner.open('/account/recovery-codes');
    expect((await owner.submit(page, { code: right() })).status).toBe(200);
    for (const code of wrong(most)) await owner.submit(page, { code });
    expect((await owner.submit(page, { code: right() })).status).toBe(429);
    clock.advance(signInLimits.proof.window);
  });

  test('are counted as before for old passes after another password; the browser in which it was set keeps its own count', async () => {
    const known = await afterCode();
    const owner = browserWith(...known);
    expect(await enterIn(owner, right())).toEqual([200]);
    const form = await owner.open('/account/password');
    const next = `${password} and more`;
    expect((await owner.submit(form, { current_password: password, password: next })).status).toBe(303);
    const account = await find('dora');
    expect(recognizeBrowser(known, account, clock.now(), ['code'])).toBeUndefined();
    expect(recognizeBrowser(passesOf(owner), account, clock.now(), ['code'])).toBeDefined();
  });
});

test('S9: whoever looks at a refusal learns from bytes and database calls neither who exists nor whose pass it is', async () => {
  const known = passesOf(await signInByForm(server, account('ada')));
  const disabled = (await find('bob')).sub;
  await accounts.disable(disabled, clock.now());
  const seen = [];
  for (const [passes, username] of [
    [[], 'ada'],
    [known, 'ada'],
    [known, 'nobody'],
    [known, 'bob'],
    [[], 'nobody'],
    [['x', ...known], 'nobody'],
  ] as const) {
    let page: Page | undefined;
    const calls = await database.callsDuring(async () => {
      const person = browserWith(...passes);
      const form = await person.open('/sign-in');
      page = await person.submit(form, { username, password: 'a wrong password' });
    });
    const body = page?.body
      .replaceAll(username, 'NAME')
      .replace(/name="form_token" value="[^"]*"/g, '')
      .replace(/data-passkey="[^"]*"/, '');
    seen.push({ calls: calls.toSorted(), status: page?.status, cookies: page?.headers['set-cookie'], body });
  }
  for (const one of seen) expect(one).toEqual(seen[0]);
  await accounts.enable(disabled);
});

test('S9: a disabled account stays closed in a known browser, too', async () => {
  const { sub } = await find('bob');
  const known = passesOf(await signInByForm(server, account('bob')));
  await accounts.disable(sub, clock.now());
  expect((await attempt(browserWith(...known), 'bob', password)).status).toBe(400);
});

test('S9: the database and the log hold no pass, and a pass names nobody', async () => {
  const known = passesOf(await signInByForm(server, account('ada')))[0] ?? '';
  await attempt(browserWith(known), 'ada');
  const [nonce = ''] = known.split('.');
  expect(server.auditLines.join('\n')).not.toContain(nonce);
  const { sub } = await find('ada');
  for (const name of ['ada', sub, Buffer.from(sub).toString('base64url')]) expect(known).not.toContain(name);
});
