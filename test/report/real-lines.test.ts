import { afterEach, describe, expect, test } from 'vitest';
import { accessLogBytes, writeLinesOfOneSignIn } from '../../bench/log-bytes.ts';
import { parseAuditLine } from '../../shared/audit/audit-entry.ts';
import { loggedClientId } from '../../shared/audit/decision.ts';
import { native, spa, type TestClient, web } from '../support/clients.ts';
import { newPerson, signedInPerson } from '../support/person.ts';
import { s256Of } from '../support/pkce.ts';
import { authorizeTarget, obtainCode, postToken, redeem, withoutChallenge } from '../support/protocol.ts';
import { startTestServer } from '../support/server.ts';

/*
 * The lines that the endpoints really write, read back. Whatever a line says is in docs/audit.md.
 */

/** The longest id there may be, made of what JSON has to escape. */
const longest: TestClient = { ...web, client_id: '"\\'.repeat(127), client_name: 'a\n{"v":1}' };

const server = await startTestServer({ clients: [spa, native, web, longest] });
const person = await signedInPerson(server);

let seen = server.auditLines.length;

/** The lines since the last call, parsed; each of them must be readable and hold nothing that was not understood. */
function newEntries() {
  const lines = server.auditLines.slice(seen);
  seen = server.auditLines.length;
  return lines.map((line) => {
    const entry = parseAuditLine(line);
    if (!entry.ok) throw new Error(`${entry.refusal}: ${line}`);
    expect(Object.keys(JSON.parse(line)).sort()).toEqual(Object.keys(entry.value).sort());
    expect(Buffer.byteLength(`${line}\n`)).toBeLessThan(400);
    return entry.value;
  });
}

afterEach(() => void newEntries());

const plainVerifier = 'v'.repeat(43);

describe('a refused authorization request', () => {
  test.each([
    ['no challenge', withoutChallenge, { method: 'none', reason: 'code_challenge_required' }],
    [
      'plain',
      { code_challenge: plainVerifier, code_challenge_method: 'plain' },
      { method: 'plain', reason: 'code_challenge_method_plain_refused' },
    ],
    [
      'no method',
      { code_challenge: plainVerifier, code_challenge_method: undefined },
      { method: 'missing', reason: 'code_challenge_method_required' },
    ],
    [
      'a short challenge',
      { code_challenge: 'short-verifier', code_challenge_method: undefined },
      { method: 'short_missing', reason: 'code_challenge_malformed' },
    ],
    [
      'a lower-case method',
      { code_challenge_method: 's256' },
      { method: 's256', reason: 'code_challenge_method_unsupported', mistake: 'method_in_wrong_case' },
    ],
    ['an unknown method', { code_challenge_method: 'S512' }, { method: 'other' }],
    [
      'a padded challenge',
      { code_challenge: `${s256Of('x')}=` },
      { method: 'S256', reason: 'code_challenge_malformed', mistake: 'challenge_padded' },
    ],
  ])('with %s says so', async (_what, changes, expected) => {
    await person.authorize(authorizeTarget(spa, changes));
    expect(newEntries()).toEqual([
      expect.objectContaining({
        endpoint: 'authorize',
        verdict: 'refused',
        client: 'spa',
        policy: 'S256',
        origin: 'global default',
        mode: 'enforce',
        time: server.clock.now(),
        ...expected,
      }),
    ]);
  });

  test('of a client that nobody registered leaves its id out', async () => {
    await person.open(authorizeTarget({ ...spa, client_id: 'a stranger' }));
    const [entry] = newEntries();
    expect(entry).toMatchObject({ verdict: 'refused', reason: 'client_unknown' });
    expect(entry).not.toHaveProperty('client');
  });

  test('for an address that is not registered names the client, and no method', async () => {
    await person.open(authorizeTarget({ ...spa, redirect_uris: ['https://evil.example/'] }));
    const [entry] = newEntries();
    expect(entry).toMatchObject({ client: 'spa', reason: 'redirect_uri_not_registered' });
    expect(entry).not.toHaveProperty('method');
  });
});

describe('an authorization that ends with tokens', () => {
  test('is one line at each endpoint', async () => {
    const { code, verifier } = await obtainCode(person, native);
    await redeem(server, native, { code, code_verifier: verifier });
    expect(newEntries()).toMatchObject([
      { endpoint: 'authorize', verdict: 'allowed', client: 'native', method: 'S256' },
      { endpoint: 'token', verdict: 'allowed', client: 'native', method: 'S256', grant: 'authorization_code' },
    ]);
  });

  test('has the policy in the line of the code, and not again in that of its redemption', async () => {
    const { code, verifier } = await obtainCode(person, native);
    await redeem(server, native, { code, code_verifier: verifier });
    const [issued, redeemed] = newEntries();
    expect(issued).toMatchObject({ policy: 'S256', origin: 'global default', mode: 'enforce' });
    for (const member of ['policy', 'origin', 'mode']) expect(redeemed).not.toHaveProperty(member);
  });

  test('a refused redemption has the policy', async () => {
    const { code } = await obtainCode(person, native);
    await redeem(server, native, { code, code_verifier: plainVerifier });
    const [, refused] = newEntries();
    expect(refused).toMatchObject({ verdict: 'refused', policy: 'S256', origin: 'global default', mode: 'enforce' });
  });

  test('takes so many bytes, which is what it costs', async () => {
    expect(await writeLinesOfOneSignIn()).toEqual({ signIn: 346, refresh: 135 });
    expect(accessLogBytes('short')).toBeLessThan(100);
  });

  test('without PKCE says that there was none', async () => {
    const { code } = await obtainCode(person, web, withoutChallenge);
    await redeem(server, web, { code });
    expect(newEntries()).toMatchObject([
      { endpoint: 'authorize', verdict: 'allowed', client: 'web', method: 'none', policy: 'none', origin: 'client' },
      { endpoint: 'token', verdict: 'allowed', client: 'web', method: 'none' },
    ]);
  });

  test('with a sign-in in between says twice that the request came', async () => {
    await newPerson(server).authorize(authorizeTarget(spa));
    const entries = newEntries();
    expect(entries.map(({ endpoint, verdict }) => `${endpoint} ${verdict}`)).toEqual([
      'authorize continued',
      'sign-in allowed',
      'authorize allowed',
    ]);
  });

  test('names a client whose id is too long by its hash', async () => {
    await person.authorize(authorizeTarget(longest));
    const [entry] = newEntries();
    expect(entry?.client).toBe(loggedClientId(longest.client_id));
    expect(entry?.client).toMatch(/^sha256:/);
  });
});

describe('a refused token request', () => {
  test('says why, and never what was sent', async () => {
    const { code, verifier } = await obtainCode(person, spa);
    const wrong = 'w'.repeat(43);
    await redeem(server, spa, { code, code_verifier: wrong });
    await redeem(server, spa, { code, code_verifier: verifier });
    await redeem(server, spa, { code: 'never-issued', code_verifier: 'too short' });
    await redeem(server, web, { code: 'never-issued' });
    await postToken(server, { client_id: 'web', client_secret: 'wrong secret', grant_type: 'authorization_code' });
    const text = server.auditLines.slice(seen).join('\n');
    for (const secret of [code, verifier, wrong, s256Of(verifier), 'never-issued', 'too short', 'wrong secret']) {
      expect(text).not.toContain(secret);
    }
    expect(newEntries().map(({ reason, client }) => [reason, client])).toEqual([
      [undefined, 'spa'],
      ['code_verifier_mismatch', 'spa'],
      ['code_spent', 'spa'],
      ['code_verifier_malformed', 'spa'],
      ['code_unknown', 'web'],
      ['client_secret_wrong', undefined],
    ]);
  });
});
