import { describe, expect, test } from 'vitest';
import { addedAt, isMadeFor, newSince } from '../../shared/clients/since.ts';

const now = 1_796_000_000;
const since = newSince(now);

describe('what was granted to a client', () => {
  test.each([
    ['another mark, later', { clientSince: newSince(now), at: now + 100 }, { since }],
    ['a mark, for a client that has none', { clientSince: since, at: now }, {}],
    ['a mark, for none that is registered', { clientSince: since, at: now }, undefined],
    ['no mark, before the client was added', { at: now - 1 }, { since }],
    ['no mark, in the second in which the client was added', { at: now }, { since }],
  ])('is worth nothing with %s', (_, made, client) => {
    expect(isMadeFor(made, client)).toBe(false);
  });

  test.each([
    ['the same mark, whenever it was', { clientSince: since, at: now - 100 }, { since }],
    ['no mark, later than the client was added', { at: now + 1 }, { since }],
    ['no mark, for a client that has none', { at: 0 }, {}],
    ['no mark, for a client by metadata document, or one that was removed', { at: 0 }, undefined],
  ])('counts with %s', (_, made, client) => {
    expect(isMadeFor(made, client)).toBe(true);
  });
});

test('two clients that are added within a second have two marks, and both say when', () => {
  expect(newSince(now)).not.toBe(since);
  expect(addedAt({ since })).toBe(now);
  expect(addedAt({})).toBeUndefined();
});
