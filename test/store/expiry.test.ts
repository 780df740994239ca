import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, expect, test } from 'vitest';
import { assertionStore } from '../../shared/clients/assertion-store.ts';
import { secretThrottle } from '../../shared/clients/secret-throttle-store.ts';
import { challengeStore } from '../../shared/people/passkey-challenge-store.ts';
import { sessionStore } from '../../shared/people/session-store.ts';
import { throttleStore } from '../../shared/people/throttle-store.ts';
import { pendingStore } from '../../shared/people/totp-pending-store.ts';
import { flowStore } from '../../shared/upstream/flow-store.ts';
import { freshTables } from './store.ts';

const now = 1_700_000_000;

let endpoint = '';
const { database, tables } = await freshTables(async (of) => {
  endpoint = of;
  return of;
});
const client = DynamoDBDocumentClient.from(new DynamoDBClient({ endpoint }));
afterAll(() => client.destroy());

const somebody = { sub: 'somebody', epoch: 0 };

/** What a stranger, or somebody with a session, can make the server write as often as they like. Grants have a test of their own. */
const writes: [kind: string, secondsAtMost: number, write: () => Promise<unknown>][] = [
  ['challenge', 600, () => challengeStore(database, tables.people).issue({ browser: 'b' }, now)],
  ['pending', 300, () => pendingStore(database, tables.people).start({ ...somebody, account: 'ada', keep: false }, now)],
  ['upstream-flow', 900, () => flowStore(database, tables.people).keep('a-flow', Buffer.of(1), now + 900)],
  ['sessions', 28_800, () => sessionStore(database, tables.people).start({ ...somebody, amr: [], now, lifetime: 28_800 })],
  ['throttle', 7_200, () => throttleStore(database, tables.people).countRegistration('192.0.2.1', now)],
  ['throttle', 1_200, () => throttleStore(database, tables.people).countSignIn('anybody', '192.0.2.1', now)],
  ['throttle', 1_200, () => throttleStore(database, tables.people).countProof('somebody', now)],
  ['throttle', 1_200, () => secretThrottle(database, tables.grants, () => now).countWrong('an-app', '192.0.2.1')],
  ['assertion', 600, () => assertionStore(database, tables.grants).use('an-app', 'a-jti', now + 300)],
]; // biome-ignore format: one kind per line

/** In an order of our own: DynamoDB promises none for attributes. */
const textOf = (item: object): string => JSON.stringify(Object.entries(item).sort(([a], [b]) => a.localeCompare(b)));

test.each(writes)('H2: an item of %s is purged after %i seconds at most', async (kind, secondsAtMost, write) => {
  const before = new Set((await everyItem()).map(textOf));
  await write();
  const written = (await everyItem()).filter((item) => !before.has(textOf(item)));
  expect(written.length).toBeGreaterThan(0);
  for (const { pk, id, purgeAt } of written) {
    expect(pk ?? id).toMatch(new RegExp(`^${kind}#`));
    expect(purgeAt).toSatisfy(Number.isInteger);
    expect(purgeAt).toBeGreaterThan(now);
    expect(purgeAt).toBeLessThanOrEqual(now + secondsAtMost);
  }
});

async function everyItem(): Promise<Record<string, unknown>[]> {
  const scans = [tables.people, tables.grants].map((TableName) => client.send(new ScanCommand({ TableName })));
  return (await Promise.all(scans)).flatMap(({ Items = [] }) => Items);
}
