import { hash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { routes } from '../../infra/routes.ts';
import { seedOf } from '../support/rounds.ts';
import { faultKinds } from './fault-kinds.ts';
import { withoutPauses } from './full-matrix.ts';
import { callsOf, casesOf, flawsOf, sentenceOf } from './run-matrix.ts';
import { allScenarios } from './scenarios/index.ts';
import { openWorld } from './world.ts';

/*
 * `npm run test:deep` has every call fail in every way; this is a sample of that, always the same unless
 * `PIXY_TEST_SEED` says which other one.
 */

withoutPauses();
const world = await openWorld();
const scenarios = await allScenarios(world);
const seed = seedOf(7);

/** In an order that the seed decides. */
const shuffled = <Value>(values: readonly Value[], textOf: (value: Value) => string): Value[] =>
  values.toSorted((one, other) => numberOf(textOf(one)) - numberOf(textOf(other)));
const numberOf = (text: string) => Number.parseInt(hash('sha256', `${seed} ${text}`, 'hex').slice(0, 12), 16);

test('every route has a request whose calls fail', () => {
  const tested = new Set(scenarios.map(({ route }) => route));
  expect(routes.map(({ path }) => path).filter((path) => !tested.has(path))).toEqual([]);
});

// Waiting for an answer that does not come takes no work, but time.
const kinds = faultKinds.filter(({ reply }) => reply !== 'silence');
const sample = shuffled(scenarios, ({ name }) => name).slice(0, 8);

describe(`a failing call of the database, with PIXY_TEST_SEED=${seed}`, () => {
  test.each(sample)('$name', async (scenario) => {
    const calls = await callsOf(scenario, world);
    const cases = shuffled(casesOf(scenario, calls, kinds), (one) => sentenceOf(one, []));
    for (const one of cases.slice(0, 3)) {
      expect((await flawsOf(one, world)).map((flaw) => sentenceOf(one, [flaw]))).toEqual([]);
    }
  });
});
