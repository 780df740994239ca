import { expect, test } from 'vitest';
import { openDatabase } from '../../shared/aws/dynamodb.ts';
import { inTurns } from '../../shared/aws/in-turns.ts';
import type { Grant } from '../../shared/grants/grant.ts';
import { grantLimit, looksAtLimit } from '../../shared/grants/grant-limit.ts';
import { grantStore } from '../../shared/grants/grant-store.ts';
import { grantId } from '../../shared/grants/issue-code.ts';
import { startDatabaseProxy } from '../support/database-proxy.ts';
import { mobile, obtainTokens, refresh } from '../support/lifecycle.ts';
import { signedInPerson } from '../support/person.ts';
import { obtainCodeThat, redeem } from '../support/protocol.ts';
import { startTestServer, tables } from '../support/server.ts';

/* S7: an app that sends somebody with a session through /authorize without end does not fill the table. */

const database = await startDatabaseProxy();
const server = await startTestServer({ clients: [mobile], dynamodb: database.endpoint });
const person = await signedInPerson(server);

async function redeemOne(looks: boolean) {
  const { code, verifier } = await obtainCodeThat(looks, person, mobile);
  const { status, json } = await redeem(server, mobile, { code, code_verifier: verifier });
  expect(status).toBe(200);
  return { ...json, id: grantId(code) };
}

test('the oldest grant of a person and a client ends when there are too many', async () => {
  const grants = grantStore(openDatabase(), tables.grants);
  const oldest = await redeemOne(false);
  server.clock.advance(60);
  const { code } = await obtainTokens(server, person, mobile);
  const like = (await grants.find(grantId(code))) as Grant;
  const now = server.clock.now();
  const first = { hash: 'a hash', generation: 0, idleUntil: now + 600, endsAt: now + 600 };
  const others = Array.from({ length: grantLimit.most - 1 }, (_, index) => `other ${index}`);
  await inTurns(others, async (id) => {
    await grants.issue({ ...like, id, state: 'issued', expiresAt: now + 60, refresh: undefined });
    await grants.spend(id, mobile.client_id, { now, tokensExpireAt: now + 600, refresh: first });
  });
  await redeemOne(false);
  expect((await grants.find(oldest.id))?.state).toBe('redeemed');
  const newest = await redeemOne(true);
  expect(await grants.find(oldest.id)).toBeUndefined();
  expect((await refresh(server, mobile, oldest.refresh_token)).json).toMatchObject({ error: 'invalid_grant' });
  expect((await refresh(server, mobile, newest.refresh_token)).status).toBe(200);
});

test('whoever cannot look signs in all the same, and the log says so', async () => {
  const before = server.auditLines.length;
  const outage = { status: 400, type: 'AccessDeniedException', only: `Query ${tables.grants}` };
  await database.during(outage, () => redeemOne(true));
  const lines = server.auditLines.slice(before).map((line) => JSON.parse(line));
  expect(lines).toContainEqual(expect.objectContaining({ endpoint: 'tidy-up', verdict: 'failed' }));
});

test('one redemption of about sixteen looks, whatever the client does', () => {
  const looking = Array.from({ length: 4_096 }, (_, count) => grantId(`code ${count}`)).filter(looksAtLimit);
  expect(looking.length).toBeGreaterThan(180);
  expect(looking.length).toBeLessThan(340);
});
