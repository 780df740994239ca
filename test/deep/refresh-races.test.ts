import { describe, expect, test } from 'vitest';
import { type FullClient, mobile, obtainTokens, portal, refresh, refreshed } from '../support/lifecycle.ts';
import { signedInPerson } from '../support/person.ts';
import { startTestServer } from '../support/server.ts';

const keeper: FullClient = { ...portal, client_id: 'keeper', rotate_refresh_tokens: false };
const server = await startTestServer({ clients: [mobile, keeper] });
const person = await signedInPerson(server);

describe('RG3: 50 parallel uses of each of 3 generations', () => {
  test('make one lineage, 20 rounds', async () => {
    for (let round = 0; round < 20; round += 1) {
      const lineage = [(await obtainTokens(server, person, mobile)).refresh_token];
      for (let generation = 0; generation < 3; generation += 1) {
        const answers = await Promise.all(
          Array.from({ length: 50 }, () => refreshed(server, mobile, lineage[generation])),
        );
        const next = new Set(answers.map(({ refresh_token }) => refresh_token));
        expect(next.size).toBe(1);
        lineage.push([...next][0]);
      }
      const current = lineage.at(-1);
      for (const old of lineage.slice(0, 3)) {
        expect((await refreshed(server, mobile, old)).refresh_token).toBe(current);
      }
      expect((await refresh(server, mobile, current)).status).toBe(200);
    }
  }, 300_000);

  test('all at once, while the newest is used on and on, make one lineage, 20 rounds', async () => {
    for (let round = 0; round < 20; round += 1) {
      const { refresh_token: first } = await obtainTokens(server, person, mobile);
      const lineage = [first];
      const stragglers: ReturnType<typeof refresh>[] = [];
      for (let generation = 0; generation < 3; generation += 1) {
        const { refresh_token } = await refreshed(server, mobile, lineage.at(-1));
        for (const old of lineage) {
          for (let times = 0; times < 50 / lineage.length; times += 1) stragglers.push(refresh(server, mobile, old));
        }
        lineage.push(refresh_token);
      }
      for (const { status, json } of await Promise.all(stragglers)) {
        expect(status).toBe(200);
        expect(lineage).toContain(json.refresh_token);
      }
      expect((await refresh(server, mobile, lineage.at(-1))).status).toBe(200);
    }
  }, 300_000);
});

test('K12: 50 parallel uses of a token that the client keeps answer with it, 20 rounds', async () => {
  for (let round = 0; round < 20; round += 1) {
    const { refresh_token } = await obtainTokens(server, person, keeper, {});
    const answers = await Promise.all(Array.from({ length: 50 }, () => refreshed(server, keeper, refresh_token)));
    expect(new Set(answers.map((answer) => answer.refresh_token))).toEqual(new Set([refresh_token]));
  }
}, 300_000);
