import { describe, expect, test } from 'vitest';
import { mutationsOf } from '../../cli/verify/checks/redirect-uri.ts';
import { pkceChecks as checks } from '../../cli/verify/profiles/pkce.ts';
import { type Verification, type VerifyReport, verify } from '../../cli/verify/verify.ts';
import { account, confidentialClient, type Flaw, publicClient, startFlawedServer } from './flawed-server.ts';

/*
 * A server that does everything right fails no check; a server with one flaw fails those that are about it, and no other.
 */

/** Milliseconds: a slow machine is no flaw of the server. */
const patience = 180_000;

const verification = (issuer: string, client: typeof publicClient, only?: string[]): Verification => ({
  issuer,
  profile: 'pkce',
  checks: checks.filter(({ id }) => only?.includes(id) ?? true),
  client,
  signIn: { by: 'password', ...account },
  maximumRequests: 600,
  timeout: patience,
  maximumSignIns: 5,
  env: {},
});

async function verifyFlawed(client: typeof publicClient, ...flaws: Flaw[]): Promise<VerifyReport> {
  using server = await startFlawedServer(...flaws);
  return await verify(verification(server.issuer, client), () => 0);
}

const namesOf = (report: VerifyReport, ...verdicts: string[]) =>
  report.checks.filter((result) => verdicts.includes(result.verdict)).map(({ id }) => id);

describe('a server without a flaw', () => {
  test('passes everything as a public client; what needs another client is skipped', async () => {
    const report = await verifyFlawed(publicClient);
    expect(report.checks.filter(({ verdict }) => verdict === 'failed')).toEqual([]);
    expect(namesOf(report, 'skipped')).toEqual(['downgrade', 'client-unauthenticated']);
  });

  test('passes everything as a confidential client', async () => {
    const report = await verifyFlawed(confidentialClient);
    expect(report.checks.filter(({ verdict }) => verdict === 'failed')).toEqual([]);
    expect(namesOf(report, 'skipped')).toEqual(['challenge-missing']);
  });
});

const malformedVerifiers = ['verifier-short', 'verifier-long', 'verifier-non-ascii'];

const failedByPublic: [Flaw, string[]][] = [
  ['announces another issuer', ['metadata-issuer', 'iss-exact']],
  ['announces no methods', ['metadata-challenge-methods']],
  ['announces only S256 and takes plain', ['metadata-truthful']],
  ['announces an open endpoint', ['metadata-endpoints']],
  ['needs no challenge', ['challenge-missing']],
  ['takes a method for a challenge', ['method-without-challenge']],
  ['drops a challenge without a method', ['challenge-without-method']],
  ['takes unknown methods for plain', ['method-lowercase', 'method-unknown']],
  ['takes plain for S256', ['method-plain']],
  ['takes any challenge', ['challenge-short', 'challenge-long', 'challenge-padded', 'challenge-standard-base64']],
  ['takes the first of two', ['challenge-twice', 'method-twice', 'redirect-uri-mutations', 'verifier-twice']],
  ['compares the beginning of redirect URIs', ['redirect-uri-mutations']],
  ['compares redirect URIs without case', ['redirect-uri-mutations']],
  ['compares no redirect URI', ['redirect-uri-mutations']],
  ['redirects errors to any URI', ['redirect-uri-mutations']],
  [
    'ignores the verifier',
    [
      'challenge-without-method',
      'method-plain',
      'verifier-wrong',
      'verifier-missing',
      'verifier-empty',
      'verifier-is-challenge',
      ...malformedVerifiers,
      'verifier-in-query',
      'method-at-token-endpoint',
    ],
  ],
  [
    'asks for no verifier',
    ['challenge-without-method', 'method-plain', 'verifier-missing', 'verifier-empty', 'verifier-in-query'],
  ],
  ['takes any length and alphabet of verifiers', malformedVerifiers],
  ['reads the verifier from the query', ['verifier-in-query']],
  ['reads the method from the token request', ['method-at-token-endpoint']],
  ['answers invalid_request to a wrong verifier', ['verifier-wrong']],
  ['leaves a code after a failed proof', ['code-after-wrong-verifier']],
  ['leaves a code after its redemption', ['code-after-wrong-verifier', 'code-replay', 'code-parallel']],
  ['leaves tokens after a replay', ['code-replay-revokes']],
  ['marks a code too late', ['code-parallel']],
  ['ignores redirect_uri at the token endpoint', ['redirect-uri-at-token-endpoint']],
  ['answers invalid_request to an unknown code', ['code-unknown']],
  ['decodes the state', ['state-exact']],
  ['forgets iss in errors', ['iss-exact']],
  ['serves the implicit grant', ['response-type-token']],
  ['serves the password grant', ['grant-type-password']],
  ['takes token requests by GET', ['token-by-get']],
  ['lets caches keep tokens', ['token-no-store']],
  ['leaves token_type out', ['token-type']],
  ['redirects with 307', ['sign-in-redirect']],
  ['refuses in HTML', ['errors-in-json']],
  ['refuses with status 200', ['errors-status']],
  ['fails with characters it does not know', ['verifier-non-ascii', 'errors-in-json', 'no-server-error']],
];

const failedByConfidential: [Flaw, string[]][] = [
  ['takes a verifier for an unbound code', ['downgrade']],
  ['takes PKCE for client authentication', ['client-unauthenticated']],
];

/** The names in the sentence about redirect URIs. */
async function namesMutations(...flaws: Flaw[]): Promise<string> {
  using server = await startFlawedServer(...flaws);
  const [result] = (await verify(verification(server.issuer, publicClient, ['redirect-uri-mutations']), () => 0))
    .checks;
  return result !== undefined && 'because' in result ? result.because : '';
}

describe('redirect URIs', () => {
  test('that differ are all told when no comparison is made', async () => {
    const names = mutationsOf(publicClient.redirectUri).map(({ name }) => name);
    expect(names.length).toBeGreaterThan(25);
    const named = await namesMutations('compares no redirect URI', 'takes the first of two');
    expect(named).toBe(`redirected with ${names.join(', ')}`);
  });

  test('that differ by case are told by name', async () => {
    const named = await namesMutations('compares redirect URIs without case');
    expect(named).toBe('redirected with the case of the path, the case of the host');
  });
});

describe('a server that', () => {
  test.concurrent.each(failedByPublic)('%s fails %j', async (flaw, expected) => {
    expect(namesOf(await verifyFlawed(publicClient, flaw), 'failed', 'warning')).toEqual(expected);
  });

  test.concurrent.each(failedByConfidential)('%s fails %j as a confidential client', async (flaw, expected) => {
    expect(namesOf(await verifyFlawed(confidentialClient, flaw), 'failed', 'warning')).toEqual(expected);
  });
});

describe('an answer that does not come', () => {
  test('once is asked for again: a connection that breaks is no flaw', async () => {
    const report = await verifyFlawed(publicClient, 'breaks off the answer to one token request');
    expect(report.checks.filter(({ verdict }) => verdict === 'failed')).toEqual([]);
  });

  test('to one request, every time, fails the check that sends it', async () => {
    const report = await verifyFlawed(publicClient, 'breaks off every answer to an empty verifier');
    const failed = report.checks.filter(({ verdict }) => verdict === 'failed');
    expect(failed).toMatchObject([{ id: 'verifier-empty', because: 'the connection was closed' }]);
  });

  test('any more, to anything, fails one check, and the others are not judged', async () => {
    const report = await verifyFlawed(publicClient, 'ends at an empty verifier');
    const failed = report.checks.filter(({ verdict }) => verdict === 'failed');
    expect(failed).toMatchObject([
      { id: 'verifier-empty', because: 'the connection was closed, and the server does not answer any more' },
    ]);
    const later = report.checks.slice(report.checks.findIndex(({ id }) => id === 'verifier-empty') + 1);
    const because = 'the server does not answer any more, see verifier-empty';
    expect(later.map((result) => ({ ...result, verdict: result.verdict }))).toEqual(
      later.map((result) => expect.objectContaining({ id: result.id, verdict: 'skipped', because })),
    );
    expect(later.length).toBeGreaterThan(10);
  });
});

test('every check is failed by some server', () => {
  const failedBySome = new Set([...failedByPublic, ...failedByConfidential].flatMap(([, expected]) => expected));
  expect(checks.map(({ id }) => id).filter((id) => !failedBySome.has(id))).toEqual([]);
});
