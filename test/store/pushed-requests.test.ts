import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { readCode } from '../../shared/grants/code.ts';
import { grantStore } from '../../shared/grants/grant-store.ts';
import { issueCode } from '../../shared/grants/issue-code.ts';
import { pushedId } from '../../shared/grants/pushed-request.ts';
import { pushedRequestStore } from '../../shared/grants/pushed-request-store.ts';
import { parseParameters } from '../../shared/oauth/parameters.ts';
import { generateSecret } from '../../shared/secret.ts';
import { lossyProxy } from './lossy-proxy.ts';
import { freshTables } from './store.ts';

const now = 1_700_000_000;
const keys = [randomBytes(32)] as const;

let proxy: Awaited<ReturnType<typeof lossyProxy>>;
const { database, tables } = await freshTables(async (endpoint) => {
  proxy = await lossyProxy(endpoint);
  return proxy.endpoint;
});
const pushedRequests = pushedRequestStore(database, tables.grants);
const grants = grantStore(database, tables.grants);

async function pushed(): Promise<string> {
  const reference = generateSecret();
  const parameters = parseParameters('client_id=app&state=s');
  if (!parameters.ok) throw new Error('cannot be read');
  await pushedRequests.keep(reference, parameters.value, { clientId: 'app' }, now);
  return reference;
}

/** A code for a pushed request, and the grant that its item becomes. */
function codeFor(reference: string, at = now) {
  const granted = { clientId: 'app', sub: 'somebody', epoch: 0, clientEpoch: 0, scope: ['openid'], resources: [] };
  const signedIn = {
    authTime: now,
    amr: ['pwd'],
    acr: '1fa',
    redirectUri: 'https://app.example/cb',
    redirectUriSent: true,
  };
  const { code, grant } = issueCode({ ...granted, ...signedIn, nonce: undefined }, keys, at, 60, pushedId(reference));
  return { code, grant: { ...grant, codeHash: grant.codeHash ?? '' } };
}

test('PA7: of 20 completions at once exactly one wins, and the grant is that of its code', async () => {
  const reference = await pushed();
  const made = Array.from({ length: 20 }, () => codeFor(reference));
  const won = await Promise.all(made.map(({ grant }) => pushedRequests.complete(grant)));
  const winners = made.filter((_, index) => won[index]);
  expect(winners).toHaveLength(1);
  expect(await grants.find(pushedId(reference))).toEqual(winners[0]?.grant);
  expect(await pushedRequests.find(reference, 'app')).toEqual({ ok: false, refusal: { reason: 'request_uri_used' } });
});

test('PA7: a code whose write was committed but not answered is issued, once', async () => {
  const reference = await pushed();
  const before = proxy.lostReplies();
  proxy.loseNextReply('UpdateItem');
  expect(await pushedRequests.complete(codeFor(reference).grant)).toBe(true);
  expect(proxy.lostReplies()).toBe(before + 1);
  expect(await pushedRequests.complete(codeFor(reference).grant)).toBe(false);
});

test('PA7: nothing of the request stays in the grant, and the code of another attempt spends nothing', async () => {
  const reference = await pushed();
  const [winner, loser] = [codeFor(reference), codeFor(reference)];
  await pushedRequests.complete(winner.grant);
  const item = await database.get({ TableName: tables.grants, Key: { id: pushedId(reference) } });
  expect(item).not.toHaveProperty('request');
  const times = { now, tokensExpireAt: now + 60 };
  const spend = ({ code }: { code: string }) => {
    const { grantId, codeHash } = readCode(code, keys);
    return grants.spend(grantId, 'app', { ...times, codeHash });
  };
  expect((await spend(loser)).won).toBe(false);
  expect((await grants.spend(pushedId(reference), 'app', times)).won).toBe(false);
  expect((await spend(winner)).won).toBe(true);
});

test('PA8: an hour after the push it cannot be completed, whoever says that it can', async () => {
  const reference = await pushed();
  expect(await pushedRequests.complete(codeFor(reference, now + 3_600).grant)).toBe(false);
  expect(await pushedRequests.complete(codeFor(reference, now + 3_599).grant)).toBe(true);
});
