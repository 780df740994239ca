import { describe, expect, test } from 'vitest';
import type { Account } from '../../shared/people/account.ts';
import { type AccountStore, accountStore } from '../../shared/people/account-store.ts';
import { NameOfAnother } from '../../shared/people/name-store.ts';
import { freshTables } from '../store/store.ts';

const now = 1_700_000_000;
const {
  database,
  tables: { people },
} = await freshTables();
const accounts = accountStore(database, people);

async function added(account: Parameters<AccountStore['add']>[0], at = now): Promise<Account> {
  const result = await accounts.add(account, at);
  if (!result.ok) throw new Error(result.refusal.reason);
  return result.value;
}

describe('a name', () => {
  test('of 20 who ask for it at once, one gets it, and the others leave nothing behind', async () => {
    const asked = Array.from({ length: 20 }, (_, index) => ({
      username: 'Raced',
      email: `raced-${index}@example.com`,
      claims: {},
    }));
    const results = await Promise.all(asked.map((account) => accounts.add(account, now)));
    const winners = results.filter(({ ok }) => ok);
    expect(winners).toHaveLength(1);
    expect(results.filter(({ ok }) => !ok)).toContainEqual({
      ok: false,
      refusal: { reason: 'name_taken', name: 'raced' },
    });
    const found = await Promise.all(asked.map(({ email }) => accounts.findByUsername(email)));
    expect(found.filter((account) => account !== undefined)).toHaveLength(1);
    // The addresses of those who lost are free again.
    await Promise.all(
      asked.map((account, index) => accounts.add({ ...account, username: `raced-again-${index}` }, now)),
    );
    expect(await accounts.findByUsername('raced-again-3')).toBeDefined();
  });

  test('cannot be taken as the username of one and the address of another', async () => {
    await added({ username: 'both@example.com', claims: {} });
    expect(await accounts.add({ username: 'other', email: 'BOTH@example.com', claims: {} }, now)).toMatchObject({
      ok: false,
    });
    expect(await accounts.findByUsername('other')).toBeUndefined();
  });

  test('that is given up is free at once, and does not lead to its old account', async () => {
    const before = await added({ username: 'maiden', email: 'maiden@example.com', claims: {} });
    expect(await accounts.change(before, { username: 'married', email: null }, now)).toMatchObject({ ok: true });
    expect(await accounts.findByUsername('maiden')).toBeUndefined();
    expect(await accounts.findByUsername('maiden@example.com')).toBeUndefined();
    expect((await accounts.findByUsername('married'))?.sub).toBe(before.sub);
    const next = await added({ username: 'maiden', claims: {} });
    expect((await accounts.findByUsername('maiden'))?.sub).toBe(next.sub);
  });

  test('of another account is not taken by a change, which then changes nothing', async () => {
    await added({ username: 'held', claims: {} });
    const mine = await added({ username: 'mine', claims: { name: 'Before' } });
    const changed = await accounts.change(
      mine,
      { username: 'held', email: 'mine@example.com', claims: { name: 'After' } },
      now,
    );
    expect(changed).toEqual({ ok: false, refusal: { reason: 'name_taken', name: 'held' } });
    expect(await accounts.findBySubject(mine.sub)).toEqual(mine);
    expect(await accounts.findByUsername('mine@example.com')).toBeUndefined();
  });

  test('that a broken-off call has claimed is free after five minutes, and not before', async () => {
    await database.put({
      TableName: people,
      Item: { pk: 'username#orphan', sk: 'username', sub: 'nobody', claimedAt: now },
    });
    expect(await accounts.add({ username: 'orphan', claims: {} }, now + 299)).toMatchObject({ ok: false });
    expect(await accounts.findByUsername('orphan')).toBeUndefined();
    expect(await accounts.add({ username: 'orphan', claims: {} }, now + 300)).toMatchObject({ ok: true });
  });

  test('of an account that is there is never taken over, however old', async () => {
    const old = await added({ username: 'elder', claims: {} }, 1);
    expect(await accounts.add({ username: 'elder', claims: {} }, now)).toMatchObject({ ok: false });
    expect((await accounts.findByUsername('elder'))?.sub).toBe(old.sub);
  });

  test('that leads to an account which does not have it leads nowhere', async () => {
    const { sub } = await added({ username: 'pointed-at', claims: {} });
    await database.put({
      TableName: people,
      Item: { pk: 'username#left-behind', sk: 'username', sub, claimedAt: now },
    });
    expect(await accounts.findByUsername('left-behind')).toBeUndefined();
    // Nor does a file that has the name change that account.
    await expect(accounts.put({ username: 'left-behind', claims: {} }, now)).rejects.toThrow(NameOfAnother);
    expect((await accounts.put({ username: 'left-behind', claims: {} }, now + 300)).sub).not.toBe(sub);
    expect((await accounts.findByUsername('pointed-at'))?.sub).toBe(sub);
  });

  test('is free when its account is removed', async () => {
    const gone = await added({ username: 'gone', email: 'gone@example.com', claims: {} });
    await accounts.remove(gone);
    expect(await accounts.findBySubject(gone.sub)).toBeUndefined();
    expect(await accounts.add({ username: 'gone@example.com', claims: {} }, now)).toMatchObject({ ok: true });
  });
});

describe('an account', () => {
  test('is found by its username and by its address', async () => {
    const { sub } = await added({ username: 'Twice', email: 'Twice@Example.com', claims: {} });
    for (const name of ['twice', ' TWICE ', 'twice@example.COM']) {
      expect((await accounts.findByUsername(name))?.sub).toBe(sub);
    }
  });

  test('has its address as a claim, unverified unless somebody says so, also after it changed', async () => {
    const before = await added({ email: 'one@example.com', claims: { email_verified: true } });
    expect(before.claims).toEqual({ email: 'one@example.com', email_verified: true });
    const after = await accounts.change(before, { email: 'two@example.com' }, now);
    expect(after.ok && after.value.claims).toEqual({ email: 'two@example.com', email_verified: false });
  });

  test('keeps a subject that was given, and no second one gets it', async () => {
    await added({ username: 'with-sub', claims: { sub: 'chosen' } });
    expect(await accounts.add({ username: 'same-sub', claims: { sub: 'chosen' } }, now)).toMatchObject({
      refusal: { reason: 'subject_taken' },
    });
    expect(await accounts.findByUsername('same-sub')).toBeUndefined();
    expect((await accounts.findByUsername('with-sub'))?.sub).toBe('chosen');
  });

  test('of two changes at once one wins, and the other is told', async () => {
    const seen = await added({ username: 'contended', claims: {} });
    const results = await Promise.all(
      ['first', 'second'].map((name) => accounts.change(seen, { username: name, claims: { name } }, now)),
    );
    expect(results.filter(({ ok }) => ok)).toHaveLength(1);
    expect(results).toContainEqual({ ok: false, refusal: { reason: 'changed_meanwhile' } });
    const current = await accounts.findBySubject(seen.sub);
    const loser = current?.username === 'first' ? 'second' : 'first';
    expect(await accounts.add({ username: loser, claims: {} }, now)).toMatchObject({ ok: true });
  });

  test('that is disabled tells no claims, and tells them again when it is enabled', async () => {
    const { sub } = await added({ username: 'shut', claims: { name: 'Shut' } });
    await accounts.disable(sub, now);
    expect(await accounts.findClaims(sub)).toBeUndefined();
    expect((await accounts.findBySubject(sub))?.disabledAt).toBe(now);
    await accounts.disable(sub, now + 5);
    expect((await accounts.findBySubject(sub))?.disabledAt).toBe(now);
    await accounts.enable(sub);
    expect(await accounts.findClaims(sub)).toEqual({ name: 'Shut', preferred_username: 'shut' });
  });

  test('that is not there is not made by a write', async () => {
    expect(await accounts.setPassword('never', 'x')).toBeUndefined();
    expect(await accounts.disable('never', now)).toBeUndefined();
    expect(await accounts.enable('never')).toBeUndefined();
    expect(await accounts.findBySubject('never')).toBeUndefined();
  });
});

describe('a better hash', () => {
  test('takes the place of the one that was verified', async () => {
    const { sub } = await added({ username: 'upgraded', claims: {}, passwordHash: 'old' });
    expect(await accounts.upgradePassword(sub, 'old', 'new')).toBe(true);
    expect((await accounts.findBySubject(sub))?.passwordHash).toBe('new');
  });

  test('does not undo a password that was set meanwhile', async () => {
    const { sub } = await added({ username: 'changed', claims: {}, passwordHash: 'old' });
    await accounts.setPassword(sub, 'set by the person');
    expect(await accounts.upgradePassword(sub, 'old', 'new')).toBe(false);
    expect((await accounts.findBySubject(sub))?.passwordHash).toBe('set by the person');
  });
});

test('of a password and a passkey with one link at once, one wins', async () => {
  const { sub } = await added({ username: 'linked', claims: {} });
  await accounts.invite(sub, { hash: 'of-the-link', purpose: 'invitation', expiresAt: now + 10 });
  expect(await accounts.spendLink(sub, { hash: 'of-another' }, now)).toBeUndefined();
  expect(await accounts.spendLink(sub, { hash: 'of-the-link' }, now + 10)).toBeUndefined();
  const results = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      index % 2
        ? accounts.spendLink(sub, { hash: 'of-the-link' }, now)
        : accounts.accept(sub, { hash: 'of-the-link' }, 'hash', now),
    ),
  );
  expect(results.filter(Boolean)).toHaveLength(1);
  expect((await accounts.findBySubject(sub))?.passwordHash).toBe(results.findIndex(Boolean) % 2 ? undefined : 'hash');
});

test('a link of an account that a file disabled is spent on nothing', async () => {
  const { sub } = await accounts.put({ username: 'disabled-by-file', claims: {} }, now);
  await accounts.invite(sub, { hash: 'of-the-link', purpose: 'invitation', expiresAt: now + 10 });
  await accounts.put({ username: 'disabled-by-file', claims: {}, disabled: true }, now);
  expect(await accounts.accept(sub, { hash: 'of-the-link' }, 'hash', now)).toBeUndefined();
  expect(await accounts.spendLink(sub, { hash: 'of-the-link' }, now)).toBeUndefined();
  expect(await accounts.invite(sub, { hash: 'another', purpose: 'reset', expiresAt: now + 10 })).toBeUndefined();
});

describe('an accounts file that is loaded again', () => {
  const described = { username: 'loaded', email: 'loaded@example.com', password: 'a', claims: { name: 'One' } };

  test('changes what it says and keeps what it leaves open', async () => {
    const first = await accounts.put(described, now);
    await accounts.disable(first.sub, now);
    const { password: _, ...withoutPassword } = described;
    const second = await accounts.put({ ...withoutPassword, claims: { name: 'Two' } }, now + 1);
    expect(second).toMatchObject({ sub: first.sub, passwordHash: first.passwordHash, createdAt: now, disabledAt: now });
    expect(second.claims['name']).toBe('Two');
    expect((await accounts.put({ ...described, disabled: false }, now + 2)).disabledAt).toBeUndefined();
  });

  test('gives up the names that it no longer has', async () => {
    await accounts.put({ username: 'loaded', claims: {}, password: 'x' }, now);
    expect(await accounts.findByUsername('loaded@example.com')).toBeUndefined();
    expect(await accounts.add({ email: 'loaded@example.com', claims: {} }, now)).toMatchObject({ ok: true });
  });

  test('does not take the name of another account', async () => {
    await added({ username: 'somebody-else', claims: {} });
    await accounts.put({ username: 'loader', claims: {} }, now);
    await expect(accounts.put({ username: 'loader', email: 'x@example.com', claims: {} }, now)).resolves.toBeDefined();
    await added({ username: 'taken@example.com', claims: {} });
    await expect(accounts.put({ username: 'loader', email: 'taken@example.com', claims: {} }, now)).rejects.toThrow(
      NameOfAnother,
    );
  });
});
