import { afterAll, describe, expect, test, vi } from 'vitest';
import { clientDefaults } from '../../shared/aws/dynamodb.ts';
import { tellDeep } from '../support/rounds.ts';
import { faultKinds } from './fault-kinds.ts';
import { callsOf, casesOf, flawsOf, sentenceOf } from './run-matrix.ts';
import type { Scenario } from './scenario.ts';
import { openWorld, type World } from './world.ts';

/**
 * One test for each scenario: every call of it fails in every way. `only` leaves out calls, by their names. Prints how many
 * cases there were.
 */
export async function testEveryFault(
  scenariosOf: (world: World) => Scenario[] | Promise<Scenario[]>,
  { signing = 'memory', only = () => true }: { signing?: 'memory' | 'kms'; only?: (call: string) => boolean } = {},
): Promise<void> {
  withoutPauses();
  impatientClients();
  const world = await openWorld({ signing });
  const scenarios = await scenariosOf(world);
  let done = 0;

  // The passing ones come first, while every client has its tokens for retries: those of KMS and SSM are never renewed.
  const kinds = [true, false].map((isPassing) => faultKinds.filter((kind) => kind.isPassing === isPassing));
  describe.each(kinds)('a fault like "$name"', (...some) => {
    test.each(scenarios)('$name', { timeout: 600_000 }, async (scenario) => {
      // Decrypted keys are remembered for as long as a function runs: they are there after the first time.
      if (signing === 'kms') await callsOf(scenario, world);
      const calls = (await callsOf(scenario, world)).filter(({ name }) => only(name));
      const cases = casesOf(scenario, calls, some);
      const flaws: string[] = [];
      for (const one of cases) {
        const found = await flawsOf(one, world).catch((error: Error) => [`the test fails: ${error.message}`]);
        if (found.length > 0) flaws.push(sentenceOf(one, found));
      }
      done += cases.length;
      if (cases.length > 0) tellDeep(`${done} faults so far, ${cases.length} of ${scenario.name}`);
      expect(flaws).toEqual([]);
    });
  });
}

/** KMS and SSM are asked by clients that the functions open; three attempts that nobody answers take their time otherwise. */
function impatientClients(): void {
  const { requestHandler } = clientDefaults;
  clientDefaults.requestHandler = { ...requestHandler, requestTimeout: 500 };
  afterAll(() => {
    clientDefaults.requestHandler = requestHandler;
  });
}

/** The pause before another attempt is a random part of a second or two. */
export function withoutPauses(): void {
  vi.spyOn(Math, 'random').mockReturnValue(0.01);
}
