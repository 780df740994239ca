import { beforeEach, describe, expect, test } from 'vitest';
import { grantStore } from '../../shared/grants/grant-store.ts';
import { issueCode } from '../../shared/grants/issue-code.ts';
import { formatRefreshToken, parseRefreshToken, type RefreshKeys } from '../../shared/grants/refresh-token.ts';
import { keyStore } from '../../shared/keys/key-store.ts';
import { refreshKeys } from '../../shared/keys/loaded-keys.ts';
import { localWrapper } from '../../shared/keys/local-wrapper.ts';
import { generateSecret, hashSecret } from '../../shared/secret.ts';
import { mobile, obtainTokens, refresh, refreshed } from '../support/lifecycle.ts';
import { newPerson } from '../support/person.ts';
import { pkcePair } from '../support/pkce.ts';
import { authorizeTarget, claimsOf, parametersOf, redeem } from '../support/protocol.ts';
import { codeWithoutSignIn, movedTo, type Region, signedInAt, startRegions } from '../support/regions.ts';
import { tables } from '../support/server.ts';

/* A server of one region that became two: what it gave has no letter, and belongs to the region marked first. */

const { a, b, sent } = await startRegions({ clients: [mobile] });
const keys = await keysOf(a);

beforeEach(() => {
  sent.length = 0;
});

function keysOf({ database }: Region): Promise<RefreshKeys> {
  return refreshKeys(keyStore(database, tables.keys), localWrapper(Buffer.alloc(32, 7)), () => 1_800_000_000)();
}

/** A code as the first region made it when it was the only one. */
async function codeOfBefore() {
  const { verifier, challenge } = pkcePair();
  const redirected = await (await signedInAt(a)).authorize(authorizeTarget(mobile, { code_challenge: challenge }));
  const grants = grantStore(a.database, tables.grants);
  const { code = '' } = parametersOf(redirected);
  const grant = await grants.find(hashSecret(code));
  if (grant === undefined) throw new Error('there is no such grant');
  const made = issueCode(grant, keys, a.clock.now(), 60);
  await grants.issue({ ...grant, ...made.grant });
  return { code: made.code, verifier };
}

describe('in the second region', () => {
  test('a code is redeemed by the first', async () => {
    const { code, verifier } = await codeOfBefore();
    expect(code).not.toContain('.');
    const answer = await redeem(b, mobile, { code, code_verifier: verifier });
    expect(answer.status).toBe(200);
    expect(sent).toEqual(['b → a token']);
    expect(claimsOf(answer.json.access_token)['grant_id']).toMatch(/^a\./);
  });

  test('a refresh token goes on without a letter, and works everywhere', async () => {
    const { code, verifier } = await codeOfBefore();
    const { json } = await redeem(a, mobile, { code, code_verifier: verifier });
    const token = parseRefreshToken(json.refresh_token ?? '', keys);
    if (token === undefined) throw new Error('there is no refresh token');
    const before = formatRefreshToken({ ...token, home: undefined });
    const next = await refreshed(b, mobile, before);
    expect(next.refresh_token).toMatch(/^[\w-]{112,}$/);
    expect((await refresh(a, mobile, next.refresh_token)).status).toBe(200);
    expect(sent).toEqual(['b → a token']);
  });

  test('a session of before is good, and nobody is asked for it', async () => {
    const person = await signedInAt(a);
    const id = person.cookies.get('pixy_session') ?? '';
    person.cookies.set('pixy_session', id.slice(2));
    expect(await codeWithoutSignIn(movedTo(b, person), authorizeTarget(mobile))).toMatch(/^b\./);
    const nobody = newPerson(b);
    nobody.cookies.set('pixy_session', `YWRh.${generateSecret()}`);
    await nobody.follow(authorizeTarget(mobile));
    expect(sent).toEqual([]);
  });

  test('what never was anything is nobody’s', async () => {
    const answer = await redeem(b, mobile, { code: generateSecret(), code_verifier: 'x'.repeat(43) });
    expect(answer).toMatchObject({ status: 400, json: { error: 'invalid_grant' } });
  });
});

test('new values have letters', async () => {
  const { refresh_token } = await obtainTokens(a, await signedInAt(a), mobile);
  expect(refresh_token).toMatch(/^a\./);
});
