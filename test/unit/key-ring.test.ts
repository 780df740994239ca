import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { currentKey, type KeyTimes, planRotation, type RotationSettings } from '../../shared/keys/key-ring.ts';

const hour = 3_600;
const day = 86_400;
const quarterly: RotationSettings = { rotateEvery: 90 * day, publishBefore: day + 2 * hour, keepAfter: 3 * hour };

type Ring = { at: number; keys: readonly KeyTimes[] };

/** The ring as it is after each run of the rotation; a run makes and deletes what its plan says. */
function runAt(times: readonly number[], settings: RotationSettings): Ring[] {
  let keys: readonly KeyTimes[] = [];
  return times.map((at, index) => {
    const plan = planRotation(keys, at, settings);
    const made = plan.signFrom === undefined ? [] : [{ kid: `key-${index}`, signFrom: plan.signFrom }];
    keys = [...made, ...keys.filter((key) => !plan.retire.includes(key))];
    return { at, keys };
  });
}

/** The life of every key: when it was published, when it signed, and when it was deleted. */
function livesOf(rings: readonly Ring[]) {
  const kids = [...new Set(rings.flatMap(({ keys }) => keys.map(({ kid }) => kid)))];
  const signing = moments(rings).map(({ at, keys }) => ({ at, kid: currentKey(keys, at)?.kid }));
  return kids.map((kid) => {
    const kept = rings.filter(({ keys }) => keys.some((key) => key.kid === kid));
    const signed = signing.filter((moment) => moment.kid === kid).map(({ at }) => at);
    return {
      kid,
      publishedAt: kept[0]?.at ?? Number.NaN,
      deletedAt: rings.find(({ at }) => at > (kept.at(-1)?.at ?? 0))?.at ?? Number.POSITIVE_INFINITY,
      firstSigned: signed[0] ?? Number.POSITIVE_INFINITY,
      lastSigned: signed.at(-1) ?? Number.NEGATIVE_INFINITY,
    };
  });
}

/** Every run, the second before the next one, and both sides of every moment at which another key begins to sign. */
const moments = (rings: readonly Ring[]): Ring[] =>
  rings.flatMap((ring, index) => {
    const end = rings[index + 1]?.at ?? ring.at + day;
    const changes = ring.keys.flatMap(({ signFrom }) => [signFrom - 1, signFrom]);
    const inside = [ring.at, ...changes, end - 1].filter((at) => at >= ring.at && at < end);
    return inside.toSorted((a, b) => a - b).map((at) => ({ at, keys: ring.keys }));
  });

const start = 1_800_000_000;
function runsEvery(gaps: readonly number[]): number[] {
  let at = start;
  return [start, ...gaps.map((gap) => (at += gap))];
}

/** Three years of daily runs, each up to ten minutes late. */
const daily = fc
  .array(fc.integer({ min: 0, max: 600 }), { minLength: 1_095, maxLength: 1_095 })
  .map((delays) => delays.map((delay, index) => start + index * day + delay));
/** A schedule that stands still now and then, or is started by hand. */
const irregular = fc
  .array(fc.oneof(fc.integer({ min: 1, max: day }), fc.integer({ min: day, max: 200 * day })), {
    minLength: 1,
    maxLength: 80,
  })
  .map(runsEvery);
const anySettings = fc.record({
  rotateEvery: fc.integer({ min: 4 * day, max: 200 * day }),
  publishBefore: fc.integer({ min: 2 * hour, max: 3 * day }),
  keepAfter: fc.integer({ min: hour, max: 10 * day }),
});

describe.each([
  ['three years of daily runs', fc.record({ times: daily, settings: fc.constant(quarterly) }), 10],
  ['any settings and any schedule', fc.record({ times: irregular, settings: anySettings }), 200],
] as const)('%s', (_, cases, numRuns) => {
  const always = (check: (rings: Ring[], settings: RotationSettings) => void) =>
    fc.assert(
      fc.property(cases, ({ times, settings }) => check(runAt(times, settings), settings)),
      { numRuns },
    );

  test('at any time there is a key that signs, the same for everybody who has the ring', () => {
    always((rings) => {
      for (const { at, keys } of moments(rings)) {
        expect(currentKey(keys, at)).toBeDefined();
        expect(currentKey(keys.toReversed(), at)).toBe(currentKey(keys, at));
      }
    });
  });

  test('H23 a key signs only after it was published for long enough, except the first', () => {
    always((rings, settings) => {
      const [first, ...others] = livesOf(rings);
      expect(first?.firstSigned).toBe(first?.publishedAt);
      for (const key of others)
        expect(key.firstSigned).toBeGreaterThanOrEqual(key.publishedAt + settings.publishBefore);
    });
  });

  test('H23 AT6 a token finds its key until it has expired, whenever it was signed', () => {
    always((rings, settings) => {
      for (const key of livesOf(rings))
        expect(key.deletedAt).toBeGreaterThanOrEqual(key.lastSigned + settings.keepAfter);
    });
  });

  test('a key signs for as long as it should before the next one does', () => {
    always((rings, settings) => {
      const signing = livesOf(rings).filter((key) => Number.isFinite(key.firstSigned));
      for (const [index, key] of signing.slice(1).entries()) {
        const before = signing[index]?.firstSigned ?? Number.NaN;
        expect(key.firstSigned - before).toBeGreaterThanOrEqual(settings.rotateEvery);
      }
    });
  });

  test('running it again changes nothing', () => {
    always((rings, settings) => {
      for (const { at, keys } of rings) expect(planRotation(keys, at, settings)).toEqual({ retire: [] });
    });
  });
});

describe('daily runs for three years', () => {
  const rings = runAt(
    Array.from({ length: 1_095 }, (_, index) => start + index * day),
    quarterly,
  );

  test('OC14 rotate every ninety days, or at the next run', () => {
    const signed = livesOf(rings).flatMap(({ firstSigned }) =>
      Number.isFinite(firstSigned) ? [firstSigned / day] : [],
    );
    const intervals = signed.slice(1).map((at, index) => Math.floor(at - (signed[index] ?? 0)));
    expect(intervals).toEqual(Array.from({ length: 12 }, () => 90));
  });

  test('leave nothing behind: one key, or two around a change', () => {
    expect(Math.max(...rings.map(({ keys }) => keys.length))).toBe(2);
    expect(rings.filter(({ keys }) => keys.length === 2).length).toBeLessThan(13 * 5);
  });
});

describe('one run', () => {
  const old = { kid: 'old', signFrom: start };
  const next = { kid: 'next', signFrom: start + quarterly.rotateEvery };

  test('makes the first key, which signs at once', () => {
    expect(planRotation([], start, quarterly)).toEqual({ signFrom: start, retire: [] });
  });

  test('makes a key that signs at once where none does: those that there are were made by a clock that was ahead', () => {
    const ahead = [{ kid: 'a', signFrom: start + 800 * day }];
    expect(planRotation(ahead, start, quarterly)).toEqual({ signFrom: start, retire: [] });
    const mended = [...ahead, { kid: 'b', signFrom: start }];
    expect(planRotation(mended, start + day, quarterly)).toEqual({ retire: [] });
  });

  test('does nothing while the next key is not due', () => {
    const due = next.signFrom - quarterly.publishBefore;
    expect(planRotation([old], due - 1, quarterly)).toEqual({ retire: [] });
    expect(planRotation([old], due, quarterly)).toEqual({ signFrom: next.signFrom, retire: [] });
  });

  test('that comes late publishes first and lets the old key sign on', () => {
    const late = next.signFrom + 7 * day;
    expect(planRotation([old], late, quarterly)).toEqual({ signFrom: late + quarterly.publishBefore, retire: [] });
  });

  test('replaces a key that is not where private keys are to be, with the usual time ahead', () => {
    const misplaced = ({ kid }: KeyTimes) => kid === 'old';
    const successor = { kid: 'new', signFrom: start + day + quarterly.publishBefore };
    expect(planRotation([old], start + day, quarterly, misplaced)).toEqual({
      signFrom: successor.signFrom,
      retire: [],
    });
    expect(planRotation([old, successor], start + day, quarterly, misplaced)).toEqual({ retire: [] });
  });

  test('replaces such a key that is only published yet, and never gives two keys one moment to sign from', () => {
    const published = { kid: 'published', signFrom: start + quarterly.publishBefore };
    const all = () => true;
    expect(planRotation([old, published], start, quarterly, all)).toEqual({ retire: [] });
    const later = planRotation([old, published], start + 1, quarterly, all);
    expect(later).toEqual({ signFrom: published.signFrom + 1, retire: [] });
  });

  test('deletes a key only when its last token has expired', () => {
    const over = next.signFrom + quarterly.keepAfter;
    expect(planRotation([old, next], over, quarterly).retire).toEqual([]);
    expect(planRotation([old, next], over + 1, quarterly).retire).toEqual([old]);
  });
});

describe('the key that signs', () => {
  test('is none before there is one', () => {
    expect(currentKey([], start)).toBeUndefined();
    expect(currentKey([{ kid: 'a', signFrom: start + 1 }], start)).toBeUndefined();
  });

  test('is the same everywhere when two keys were made for the same moment', () => {
    const [a, b] = [
      { kid: 'a', signFrom: start },
      { kid: 'b', signFrom: start },
    ] as const;
    expect(currentKey([a, b], start)).toBe(currentKey([b, a], start));
  });
});
