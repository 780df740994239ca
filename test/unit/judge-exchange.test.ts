import { describe, expect, test } from 'vitest';
import type { Grant } from '../../shared/grants/grant.ts';
import {
  type ExchangeRequest,
  judgeExchange,
  refuseLostScope,
  refuseUnspendable,
} from '../../shared/grants/judge-exchange.ts';
import { now, rfcVector, rulesFor } from './pkce-cases.ts';
import { reasonOf } from './read-result.ts';

const redirectUri = 'https://app.example.com/callback';
const bound = { challenge: { codeChallenge: rfcVector.challenge, codeChallengeMethod: 'S256' } } as const;
const codeVerifier = rfcVector.verifier;

const grant = (more: Partial<Grant> = {}): Grant => ({
  id: 'grant',
  state: 'issued',
  clientId: 'app',
  sub: 'ada',
  epoch: 0,
  clientEpoch: 0,
  scope: ['openid'],
  resources: [],
  redirectUri,
  redirectUriSent: true,
  authTime: now,
  amr: ['pwd'],
  acr: '1fa',
  issuedAt: now,
  expiresAt: now + 60,
  ...more,
});

const judge = (request: ExchangeRequest, of: Partial<Grant> = {}, policy: 'none' | 'any' | 'S256' = 'none') =>
  reasonOf(judgeExchange(request, grant(of), rulesFor(policy)));

test.each([
  ['an authorization code, as a device code', { isDevice: true }, {}],
  ['a device code, as an authorization code', {}, { redirectUri: '', redirectUriSent: false }],
])('%s: refused', (_, request, of) => {
  expect(judge(request, of)).toBe('code_of_another_grant_type');
});

describe('OA15 the redirect URI of the token request', () => {
  test.each([
    ['is the one of the authorization request', { redirectUri }, {}],
    ['may be left out where PKCE binds the code (OAuth 2.1 §4.1.3)', { codeVerifier }, bound],
    ['may be left out where the authorization request had none', {}, { redirectUriSent: false }],
    ['may be sent where the authorization request had none', { redirectUri }, { redirectUriSent: false }],
  ])('%s', (_, request, of) => {
    expect(judge(request, of)).toBe('accepted');
  });

  test('is required where nothing else binds the code', () => {
    expect(judge({})).toBe('redirect_uri_required');
  });

  test.each([
    'https://app.example.com/callback/',
    'https://APP.example.com/callback',
    'https://app.example.com/callback?a=b',
    'http://app.example.com/callback',
    '',
  ])('is not %j', (other) => {
    expect(judge({ redirectUri: other })).toBe('redirect_uri_differs');
    expect(judge({ redirectUri: other, codeVerifier }, bound)).toBe('redirect_uri_differs');
    expect(judge({ redirectUri: other }, { redirectUriSent: false })).toBe('redirect_uri_differs');
  });

  test('BP2 has the port of the authorization request: the code was sent there', () => {
    const of = { redirectUri: 'http://127.0.0.1:49152/cb' };
    expect(judge({ redirectUri: 'http://127.0.0.1:49153/cb' }, of)).toBe('redirect_uri_differs');
  });

  test('is judged before the proof', () => {
    expect(judge({ redirectUri: 'https://evil.example', codeVerifier: 'v'.repeat(43) }, bound)).toBe(
      'redirect_uri_differs',
    );
  });
});

describe('the proof of the token request', () => {
  test.each([
    ['BP6 is required when there is a challenge', { redirectUri }, bound, 'code_verifier_required'],
    ['PK8 is refused when it is wrong', { redirectUri, codeVerifier: 'v'.repeat(43) }, bound, 'code_verifier_mismatch'],
    ['BP7 is refused when there is no challenge', { redirectUri, codeVerifier }, {}, 'code_verifier_unexpected'],
    ['PK1 is accepted when it is right', { redirectUri, codeVerifier }, bound, 'accepted'],
  ])('%s', (_, request, of, outcome) => {
    expect(judge(request, of)).toBe(outcome);
  });

  test('H11 is not enough under a policy that has become stricter', () => {
    const plain = { challenge: { codeChallenge: rfcVector.challenge, codeChallengeMethod: 'plain' } } as const;
    expect(judge({ redirectUri, codeVerifier }, plain, 'any')).toBe('accepted');
    expect(judge({ redirectUri, codeVerifier }, plain, 'S256')).toBe('code_below_policy');
    expect(judge({ redirectUri }, {}, 'any')).toBe('code_below_policy');
  });
});

describe('a code that could not be spent', () => {
  test.each([
    ['is unknown', undefined, 'code_unknown'],
    ['OA12 has expired', grant({ expiresAt: now }), 'code_expired'],
    ['OA13 is spent', grant({ state: 'redeemed' }), 'code_spent'],
    ['OA13 is spent although it has expired since', grant({ state: 'redeemed', expiresAt: now }), 'code_spent'],
    ['V2 is spent when its grant is revoked', grant({ state: 'revoked' }), 'code_spent'],
    [
      'OA14 belongs to another client, which is all that client is told',
      grant({ clientId: 'other' }),
      'code_of_another_client',
    ],
    [
      'OA14 belongs to another client although it is spent',
      grant({ clientId: 'other', state: 'redeemed' }),
      'code_of_another_client',
    ],
  ] as const)('%s', (_, found, reason) => {
    expect(refuseUnspendable(found, 'app', now)).toEqual({ reason });
  });

  test('asks for an API that was not granted when nothing else is wrong', () => {
    expect(refuseUnspendable(grant({}), 'app', now)).toEqual({ reason: 'resource_not_granted' });
  });
});

test('S19: a grant is refused when its client has lost every scope value of it', () => {
  const refused = (someScope: string[], scope = ['openid']) => refuseLostScope(grant({ scope }), someScope);
  expect(refused(['email'])).toEqual({ reason: 'scope_not_registered' });
  expect(refused(['openid'])).toBeUndefined();
  expect(refused([], [])).toBeUndefined();
});
