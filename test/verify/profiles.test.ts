import { describe, expect, test } from 'vitest';
import type { Check } from '../../cli/verify/check.ts';
import { type ProfileName, profiles } from '../../cli/verify/profiles/index.ts';
import { type VerifyReport, verify } from '../../cli/verify/verify.ts';
import { rulesClient, startRulesServer } from './rules-server.ts';

/*
 * A server that keeps every rule fails no check of a profile; one that breaks a rule fails the check that has its name, and no other.
 */

const now = () => Math.floor(Date.now() / 1_000);

/** Milliseconds: a slow machine is no flaw of the server. */
const patience = 180_000;

type Run = { profile?: ProfileName; isPublic?: boolean; only?: (check: Check) => boolean };

async function run(
  off: readonly string[],
  { profile = 'fapi2', isPublic = false, only = () => true }: Run = {},
): Promise<VerifyReport> {
  using server = await startRulesServer(off, { isPublic });
  return await verify(
    {
      issuer: server.issuer,
      profile,
      checks: profiles[profile].filter(only),
      client: { ...rulesClient, key: isPublic ? undefined : { key: server.clientKey, alg: 'ES256' } },
      signIn: { by: 'cookie', header: 'everybody=is-signed-in' },
      maximumRequests: 600,
      maximumSignIns: 1,
      timeout: patience,
      env: {},
    },
    now,
  );
}

const openOf = ({ checks }: VerifyReport) =>
  checks.filter(({ verdict }) => verdict === 'failed' || verdict === 'warning').map(({ id }) => id);
const skippedOf = ({ checks }: VerifyReport) =>
  checks.filter(({ verdict }) => verdict === 'skipped').map(({ id }) => id);

const plainHttp = ['tls-version', 'tls-strict-transport'];
const pkceIds = new Set(profiles.pkce.map(({ id }) => id));
const isOwn = ({ id }: Check) => !pkceIds.has(id);

describe('a server that keeps every rule', () => {
  test('passes fapi2; only what it is no case for is skipped', async () => {
    const report = await run([]);
    expect(openOf(report)).toEqual([]);
    expect(skippedOf(report)).toEqual([
      ...plainHttp,
      'downgrade',
      'sign-in-redirect',
      'refresh-rotation',
      'refresh-replay',
    ]);
  });

  test('fails fapi2 with a public client', async () => {
    const report = await run([], { isPublic: true, only: ({ id }) => id.startsWith('fapi-') });
    expect(openOf(report)).toContain('fapi-confidential');
  });
});

/** What a broken rule takes along, where it is more than the check of its name. */
const takesAlong: Record<string, string[]> = {
  'fapi-sender-constrained': ['fapi-sender-constrained', 'fapi-without-proof'],
  'metadata-no-unsigned': ['metadata-no-unsigned', 'fapi-algorithms'],
  'par-answer': ['par-answer', 'fapi-par-lifetime'],
  'par-made-up': ['par-made-up', 'par-reuse'],
  'fapi-par-redirect-uri': ['redirect-uri-missing', 'fapi-par-redirect-uri'],
  'userinfo-without-token': ['userinfo-without-token', 'token-in-query'],
};

/** Without announcing proofs, nobody sends one. */
const alsoOff: Record<string, string[]> = { 'fapi-sender-constrained': ['fapi-without-proof'] };

/** Checks that need another server than this one to fail: https, a public client, or none of these rules. */
const elsewhere = new Set([
  ...plainHttp,
  'redirect-uri-missing',
  'refresh-rotation',
  'refresh-replay',
  'fapi-confidential',
  'fapi-par-announced',
]);

describe('a server that breaks', () => {
  const rules = profiles.fapi2.filter(isOwn).filter(({ id }) => !elsewhere.has(id));

  test.concurrent.each(rules.map(({ id }) => id))('%s is told so', async (id) => {
    const report = await run([id, ...(alsoOff[id] ?? [])], { only: isOwn });
    expect(openOf(report)).toEqual(takesAlong[id] ?? [id]);
    const result = report.checks.find((check) => check.id === id);
    expect(result?.fix).toMatch(/\.$/);
  });

  test.each(['refresh-rotation', 'refresh-replay'])('%s is told so, with a public client', async (id) => {
    const report = await run([id, 'fapi-without-proof', 'fapi-sender-constrained'], {
      profile: 'oauth21',
      isPublic: true,
      only: (check) => check.id === id,
    });
    expect(openOf(report)).toEqual([id]);
  });

  test('fapi-par-announced is told so', async () => {
    const report = await run(['fapi-par-announced', 'fapi-without-par'], {
      only: ({ id }) => id.startsWith('fapi-par-'),
    });
    expect(openOf(report)).toEqual(['fapi-par-announced']);
  });

  test('what MCP clients need is told so', async () => {
    const isOfMcp = ({ id }: Check) => /^(?:mcp|url-client)-/.test(id);
    const rules = ['mcp-registration', 'authorize-unknown-client'];
    const report = await run(rules, { profile: 'mcp', only: isOfMcp });
    expect(openOf(report)).toEqual(['mcp-registration', 'mcp-public-clients', 'url-client-on-loopback']);
  });
});

/** A browser that follows redirects and refreshing pages, as long as there is one of them. */
async function browse(start: string): Promise<string> {
  for (let next = start; ; ) {
    const response = await fetch(next, { redirect: 'manual' });
    const page = await response.text();
    const to = response.headers.get('location') ?? /http-equiv="refresh" content="0;url=([^"]+)"/.exec(page)?.[1];
    if (to === undefined) return page;
    next = new URL(to, next).href;
  }
}

test("with --interactive, the person's own browser goes from check to check, and ends on a page that says so", async () => {
  using server = await startRulesServer();
  let tab: Promise<string> | undefined;
  const report = await verify(
    {
      issuer: server.issuer,
      profile: 'fapi2',
      checks: profiles.fapi2.filter(({ id }) =>
        ['method-lowercase', 'fapi-iss', 'code-replay', 'dpop-old'].includes(id),
      ),
      client: {
        ...rulesClient,
        redirectUri: 'http://127.0.0.1/callback',
        key: { key: server.clientKey, alg: 'ES256' },
      },
      signIn: { by: 'browser' },
      maximumRequests: 600,
      maximumSignIns: 1,
      timeout: patience,
      env: {},
    },
    now,
    {
      ask: (line) => {
        tab ??= browse(/http:\S+/.exec(line)?.[0] ?? '');
      },
    },
  );
  expect(report.checks.map(({ verdict }) => verdict)).toEqual(['passed', 'passed', 'passed', 'passed']);
  expect(await tab).toContain('You can close this tab.');
});
