import { afterAll, describe, expect, test } from 'vitest';
import { rounds, tellDeep } from '../support/rounds.ts';
import { mistakes, mutationOf, playFor } from './mistakes.ts';
import { openTheatre } from './theatre.ts';

const theatre = await openTheatre();
const { scripts } = theatre;

/** How many calls go wrong; undefined for a play that takes too long for now. */
const faultsOf = ({ faults: { usual = -1, deep } }: (typeof scripts)[number]): number => rounds(usual, deep);
const inTime = scripts.filter((script) => faultsOf(script) >= 0);

describe('TB10: whatever comes first, every promise holds when', () => {
  const sum = { states: 0, transitions: 0 };

  test.each(inTime.map((script) => [script.title, script] as const))('%s', async (title, script) => {
    const faults = faultsOf(script);
    const { states, transitions, ends, broken } = await theatre.explore(script, faults);
    tellDeep(`${states} states, ${transitions} transitions with ${faults} faults: ${title}`);
    expect(broken).toBeUndefined();
    expect(ends).toBeGreaterThan(0);
    sum.states += states;
    sum.transitions += transitions;
  });

  afterAll(() =>
    tellDeep(`explored ${sum.states} states and ${sum.transitions} transitions in ${inTime.length} plays`),
  );
});

describe('TB10: a promise is broken when by mistake', () => {
  test.each(mistakes.map((mistake) => [mistake.what, mistake] as const))('%s', async (_, mistake) => {
    const script = playFor(mistake, scripts);
    const { mutation, times } = mutationOf(mistake, theatre.tablesFor(script));
    const { broken } = await theatre.explore(script, mistake.faults ?? 0, mutation, mistake.onlyLate);
    expect(times()).toBeGreaterThan(0);
    expect(broken?.promise).toBeDefined();
  });
});
