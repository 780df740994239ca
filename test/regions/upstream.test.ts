import { beforeEach, describe, expect, test } from 'vitest';
import { accountStore } from '../../shared/people/account-store.ts';
import { subjectOf } from '../../shared/people/session-store.ts';
import { linkStore } from '../../shared/upstream/link-store.ts';
import { spa } from '../support/clients.ts';
import { encodeFields, formType } from '../support/http.ts';
import { formOf } from '../support/lifecycle.ts';
import { formTokenOf, newPerson } from '../support/person.ts';
import { authorizeTarget, parametersOf } from '../support/protocol.ts';
import { movedTo, type Region, signedInAt, startRegions } from '../support/regions.ts';
import { tables } from '../support/server.ts';
import { targetOf, toProvider } from '../upstream/flow.ts';
import { startScriptedProvider } from '../upstream/scripted-provider.ts';

/* Signing in with an upstream provider, each step in whichever region the browser reaches. */

const provider = await startScriptedProvider();
const described = { id: 'example', name: 'Example ID', issuer: provider.issuer, client_id: 'pixy', timeout: 10 };
const regions = await startRegions({ clients: [spa], environment: { PIXY_UPSTREAMS: JSON.stringify([described]) } });
const { a, b, replicas, sent, ways } = regions;
const links = linkStore(a.database, tables.people);
const target = authorizeTarget(spa, { idp: 'example' });

let people = 0;
let subject = '';
beforeEach(() => {
  people += 1;
  subject = `person-${people}`;
  provider.play({ claims: { sub: subject } });
  ways.clear();
  sent.length = 0;
});

const linked = async () => (await links.find({ issuer: provider.issuer, subject }))?.sub;
const postTo = (person: ReturnType<typeof newPerson>, path: string, fields: Record<string, string>) =>
  person.open(path, { method: 'POST', headers: formType, body: encodeFields(fields) });

test.each<[string, Region, Region, Region]>([
  ['b, back in b', b, b, b],
  ['b, back in a, and on in b', b, a, b],
  ['a, back in b, and on in a', a, b, a],
])('begins in %s, also while every copy is late', async (_, starts, returns, goesOn) => {
  await replicas.late(async () => {
    const person = newPerson(starts);
    const callback = provider.approve(await toProvider(person, target));
    const back = movedTo(returns, person);
    const { headers } = await back.open(targetOf(callback));
    expect(headers.location).toMatch(/^\/authorize\?/);
    const page = await movedTo(goesOn, back).follow(headers.location ?? '');
    expect(parametersOf(new URL(page.headers.location ?? '')).code).toMatch(/^a\./);
    expect(subjectOf(back.cookies.get('pixy_session') ?? '')).toBe(await linked());
  });
});

test('an answer of the provider is good once, in both regions at once', async () => {
  const person = newPerson(b);
  const callback = targetOf(provider.approve(await toProvider(person, target)));
  provider.seen.length = 0;
  const pages = await Promise.all([a, b, a, b].map((region) => movedTo(region, person).open(callback)));
  expect(pages.filter(({ headers }) => headers.location?.startsWith('/authorize?'))).toHaveLength(1);
  expect(provider.seen.filter(({ path }) => path === '/token')).toHaveLength(1);
});

describe('somebody who signed in elsewhere a moment ago, and whom the provider calls somebody else', () => {
  /** On the way back from the provider, with a session whose copy is late. */
  async function onTheWay() {
    const person = newPerson(a);
    const callback = targetOf(provider.approve(await toProvider(person, target)));
    const ada = await signedInAt(b);
    person.cookies.set('pixy_session', ada.cookies.get('pixy_session') ?? '');
    return { person, callback };
  }

  test('is asked before the account changes, when the copy comes meanwhile', async () => {
    await replicas.late(async () => {
      const { person, callback } = await onTheWay();
      const coming = person.open(callback);
      await expect.poll(() => sent).toEqual(['a → b upstream']);
      await replicas.deliver();
      const page = await coming;
      expect(page.body).toContain('<h1>Change account?</h1>');
      const { action, fields } = formOf(page);
      expect((await postTo(person, action, fields)).status).toBe(303);
      expect(person.cookies.get('pixy_session')?.split('~').map(subjectOf)).toEqual([await linked(), 'ada-0001']);
    });
  });

  test('is told to try again while it does not come, and asked then', async () => {
    const { person, callback } = await replicas.late(async () => {
      const returning = await onTheWay();
      expect(await returning.person.open(returning.callback)).toMatchObject({
        status: 503,
        headers: { 'retry-after': '1' },
      });
      expect(subjectOf(returning.person.cookies.get('pixy_session') ?? '')).toBe('ada-0001');
      return returning;
    });
    expect((await person.open(callback)).body).toContain('<h1>Change account?</h1>');
  });

  test('goes on as the other one while their region gives no answer, as they could nowhere else', async () => {
    await replicas.late(async () => {
      const { person, callback } = await onTheWay();
      ways.set('b', 'cut');
      expect((await person.open(callback)).headers.location).toMatch(/^\/authorize\?/);
    });
  });

  test('does not wait for a session that there never was', async () => {
    const person = newPerson(a);
    person.cookies.set('pixy_session', `b.YWRhLTAwMDE.${'x'.repeat(43)}`);
    const callback = targetOf(provider.approve(await toProvider(person, '/upstream/example/start')));
    expect((await person.open(callback)).status).toBe(200);
    expect(await linked()).toBeDefined();
    expect(sent).toEqual(['a → b upstream', 'a → b upstream']);
  });
});

test('an account at the provider is linked by whoever began it, from either region', async () => {
  const ada = await signedInAt(b);
  const form = { form_token: formTokenOf(await ada.open('/account')) };
  const there = await postTo(ada, '/upstream/example/start', form);
  const callback = targetOf(provider.approve(new URL(there.headers.location ?? '')));
  const back = await movedTo(a, ada).open(callback);
  expect(back.headers.location).toBe('/account');
  expect(await linked()).toBe('ada-0001');
  expect(await accountStore(b.database, tables.people).findBySubject('ada-0001')).toBeDefined();
});

test('nobody comes back to a region that cannot reach the first, and the answer is good once it can', async () => {
  const person = newPerson(b);
  const callback = targetOf(provider.approve(await toProvider(person, target)));
  ways.set('a', 'cut');
  expect(await person.open(callback)).toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
  ways.clear();
  expect((await person.open(callback)).headers.location).toMatch(/^\/authorize\?/);
});
