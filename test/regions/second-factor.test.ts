import { beforeEach, describe, expect, test } from 'vitest';
import { subjectOf } from '../../shared/people/session-store.ts';
import { throttleStore } from '../../shared/people/throttle-store.ts';
import { addTotp } from '../people/account-flows.ts';
import { spa } from '../support/clients.ts';
import { newestMail } from '../support/mailbox.ts';
import { newPerson, type Person } from '../support/person.ts';
import { authorizeTarget, parametersOf } from '../support/protocol.ts';
import { pushFor } from '../support/pushed.ts';
import { movedTo, type Region, signedInAt, startRegions } from '../support/regions.ts';
import { ada, tables } from '../support/server.ts';

/* Signing in in two steps, each in whichever region the browser reaches, and what may be guessed in both. */

const regions = await startRegions({
  clients: [spa],
  accounts: [{ ...ada, email: 'ada@example.com' }],
  environment: { PIXY_MAIL: 'local', PIXY_MAIL_CODES: 'on' },
});
const { a, b, replicas, sent, ways, advance } = regions;

const app = await addTotp(await signedInAt(a));
const { codes } = await app.confirm(app.codeAt(a.clock.now()));

beforeEach(() => {
  ways.clear();
  sent.length = 0;
  // Each test has counters and a time step of its own.
  advance(3_600);
});

const target = authorizeTarget(spa);
const codeNow = () => app.codeAt(a.clock.now());
const letterOf = (person: Person) => person.cookies.get('pixy_session')?.slice(0, 2);

/** Gives the password in a region, and comes to the page that asks for a code. */
async function waitingIn(region: Region): Promise<{ person: Person; path: string }> {
  const person = newPerson(region);
  const page = await person.follow(target);
  const { status, headers } = await person.submit(page, { username: ada.username, password: ada.password });
  expect(status).toBe(303);
  return { person, path: headers.location ?? '' };
}

/** Types a code where the browser is now. */
const enter = async (person: Person, path: string, code: string) => person.submit(await person.open(path), { code });

describe('a sign-in that waits for a code', () => {
  test.each([
    { began: a, goesOn: b },
    { began: b, goesOn: a },
  ])('from $began.letter is finished there, by whoever comes to $goesOn.letter before any copy', async (way) => {
    await replicas.late(async () => {
      const { person, path } = await waitingIn(way.began);
      const there = movedTo(way.goesOn, person);
      const entered = await enter(there, path, codeNow());
      expect(letterOf(there)).toBe(`${way.began.letter}.`);
      const back = await there.follow(entered.headers.location ?? '');
      expect(parametersOf(new URL(back.headers.location ?? '')).code?.slice(0, 2)).toBe(`${way.began.letter}.`);
    });
  });

  test('after a code by mail, which the first region takes, for an app and for a request that was pushed here', async () => {
    await replicas.late(async () => {
      for (const request of [async () => target, async () => (await pushFor(b, spa)).target]) {
        const person = newPerson(b);
        const page = await person.follow(await request());
        const [, path = ''] = /href="(\/sign-in\/mail-code[^"]*)"/.exec(page.body) ?? [];
        const asking = await person.open(path.replaceAll('&amp;', '&'));
        const asked = await person.submit(asking, { username: 'ada@example.com' });
        const form = await person.follow(asked.headers.location ?? '');
        const { text } = await newestMail(a, 'ada@example.com');
        const mailed = await person.submit(form, { code: /^(\d{6})$/m.exec(text)?.[1] ?? '' });
        advance(60);
        const entered = await enter(person, mailed.headers.location ?? '', codeNow());
        expect(subjectOf(person.cookies.get('pixy_session') ?? '')).toBe('ada-0001');
        await replicas.deliver();
        const back = await person.follow(entered.headers.location ?? '');
        expect(parametersOf(new URL(back.headers.location ?? '')).code).toBeDefined();
      }
    });
  });

  test('has one winner, whichever regions a code comes to', async () => {
    const { person, path } = await waitingIn(b);
    await replicas.late(async () => {
      const answers = await Promise.all([a, b, a, b].map((region) => enter(movedTo(region, person), path, codeNow())));
      expect(answers.filter(({ headers }) => headers.location?.startsWith('/authorize?'))).toHaveLength(1);
    });
  });

  test('waits on while its region gives no answer, and spends no code', async () => {
    const { person, path } = await waitingIn(a);
    const there = movedTo(b, person);
    const page = await there.open(path);
    ways.set('a', 'cut');
    expect(await there.submit(page, { code: codeNow() })).toMatchObject({
      status: 503,
      headers: { 'retry-after': '1' },
    });
    ways.clear();
    expect((await there.submit(page, { code: codeNow() })).headers.location).toMatch(/^\/authorize\?/);
  });
});

test('a recovery code that was used is none any more, whatever was written elsewhere in the same second', async () => {
  const used = codes[0] ?? '';
  const at = async (region: Region, code: string) => {
    const { person, path } = await waitingIn(region);
    const entered = await enter(person, path.replace('/sign-in/code', '/sign-in/recovery-code'), code);
    return entered.headers.location?.startsWith('/authorize?') ?? false;
  };
  await replicas.late(async () => {
    expect(await at(a, used)).toBe(true);
    // The later write, of the item as it was: its copy brings the code back.
    expect(await at(b, codes[1] ?? '')).toBe(true);
  });
  expect(await at(a, used)).toBe(false);
  expect(await at(b, used)).toBe(false);
  expect(await at(b, codes[1] ?? '')).toBe(false);
  expect(await at(a, codes[2] ?? '')).toBe(true);
});

test('nor is it one for new recovery codes, which the first region makes', async () => {
  const owner = await signedInAt(a);
  const used = codes[3] ?? '';
  await replicas.late(async () => {
    const { person, path } = await waitingIn(a);
    await enter(person, path.replace('/sign-in/code', '/sign-in/recovery-code'), used);
    const other = await waitingIn(b);
    await enter(other.person, other.path, codeNow());
  });
  const page = await owner.open('/account/recovery-codes');
  expect((await owner.submit(page, { code: used })).body).not.toContain('<code>');
});

test('guesses count in each region by themselves: copies of low counts take the place of no higher ones', async () => {
  const now = a.clock.now();
  const isCounted = async ({ database, letter }: Region) => {
    const throttle = throttleStore(database, tables.people, letter);
    return (await throttle.countProof('somebody', now)).retryAfter === undefined;
  };
  let guesses = 0;
  for (let second = 0; second < 6; second += 1) {
    await replicas.late(async () => {
      while (guesses < 100 && (await isCounted(a))) guesses += 1;
      if (await isCounted(b)) guesses += 1;
    });
  }
  // Five in each of two regions.
  expect(guesses).toBe(10);
});
