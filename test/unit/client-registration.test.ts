import { describe, expect, test } from 'vitest';
import { verifyClientSecret } from '../../shared/clients/client-secret.ts';
import { mayAskFor } from '../../shared/clients/registered-client.ts';
import { checkRegistration, parseRegistration } from '../../shared/clients/registration.ts';
import { acceptedValue } from './read-result.ts';

const secret = 'a secret of thirty-two characters';
const publicEntry = { client_id: 'spa', redirect_uris: ['https://app.example.com/cb'] };
const confidentialEntry = { ...publicEntry, client_id: 'web', client_secret: secret };

const register = async (entry: unknown) => acceptedValue(await parseRegistration(entry));
async function mistakeIn(entry: unknown) {
  const parsed = await parseRegistration(entry);
  return parsed.ok ? undefined : parsed.refusal;
}

describe('a client that is described', () => {
  test('shortly is public, for the code flow, and inherits the policy', async () => {
    expect(await register(publicEntry)).toMatchObject({
      clientId: 'spa',
      redirectUris: ['https://app.example.com/cb'],
      tokenEndpointAuthMethod: 'none',
      secretHashes: [],
      grantTypes: ['authorization_code'],
      scope: expect.arrayContaining(['openid', 'profile', 'email']),
      firstParty: false,
      disabled: false,
      pkce: { policy: 'inherit' },
    });
  });

  test('RFC 6749 §3.1.1: has response types whose values are in any order', async () => {
    const { responseTypes } = await register({ ...confidentialEntry, response_types: ['code', 'id_token code'] });
    expect(responseTypes).toEqual(['code', 'code id_token']);
  });

  test('with a secret is confidential and uses HTTP Basic (RFC 7591 §2)', async () => {
    expect((await register(confidentialEntry)).tokenEndpointAuthMethod).toBe('client_secret_basic');
  });

  test('in full is all of that', async () => {
    const entry = {
      ...confidentialEntry,
      client_name: 'The web app',
      token_endpoint_auth_method: 'client_secret_post',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      scope: 'openid orders:read',
      first_party: true,
      refresh_token_grace: 3_600,
      rotate_refresh_tokens: false,
      pkce_policy: 'none',
    };
    expect(await register(entry)).toMatchObject({
      clientName: 'The web app',
      tokenEndpointAuthMethod: 'client_secret_post',
      grantTypes: ['authorization_code', 'refresh_token'],
      scope: ['openid', 'orders:read'],
      firstParty: true,
      refreshTokenGrace: 3_600,
      rotateRefreshTokens: false,
      pkce: { policy: 'none' },
    });
  });

  test('K6 may have schemes without a dot when its operator says so', async () => {
    const entry = { ...publicEntry, redirect_uris: ['oc://android'], post_logout_redirect_uris: ['cursor:/bye'] };
    expect(await register({ ...entry, accept_dotless_schemes: true })).toMatchObject({
      redirectUris: ['oc://android'],
      postLogoutRedirectUris: ['cursor:/bye'],
      acceptDotlessSchemes: true,
    });
  });

  test('K18 may have a secret beyond ASCII, as other servers make them', async () => {
    const client = await register({ ...confidentialEntry, client_secret: 'schön & gut, 100% + 🔑' });
    expect(await verifyClientSecret('schön & gut, 100% + 🔑', client.secretHashes[0] ?? '')).toBe(true);
  });

  test('has each scope value once', async () => {
    expect((await register({ ...publicEntry, scope: ' openid email  openid ' })).scope).toEqual(['openid', 'email']);
  });

  test('H21 has its secret only as a hash', async () => {
    const client = await register(confidentialEntry);
    expect(JSON.stringify(client)).not.toContain(secret);
    expect(await verifyClientSecret(secret, client.secretHashes[0] ?? '')).toBe(true);
  });

  test.each(['none', 'any', 'S256', 'inherit'])('and is confidential may have the policy %s', async (policy) => {
    expect((await register({ ...confidentialEntry, pkce_policy: policy })).pkce).toEqual({ policy });
  });

  test.each(['any', 'S256', 'inherit'])('and is public may have the policy %s', async (policy) => {
    expect((await register({ ...publicEntry, pkce_policy: policy })).pkce).toEqual({ policy });
  });

  test('for client credentials alone needs no redirect URI', async () => {
    const entry = { client_id: 'job', client_secret: secret, grant_types: ['client_credentials'] };
    expect((await register(entry)).redirectUris).toEqual([]);
  });

  test('may have links for people, which the consent page shows', async () => {
    const links = { policy_uri: 'https://web.example/privacy', tos_uri: 'https://web.example/terms' };
    const { policyUri, tosUri } = await register({ ...publicEntry, ...links });
    expect([policyUri, tosUri]).toEqual([links.policy_uri, links.tos_uri]);
  });

  test.each([
    'client_uri',
    'logo_uri',
    'contacts',
    'software_id',
    'software_version',
    'client_name#de',
    'logo_uri#ja-Hani-JP',
  ])('with %s is none the wiser', async (member) => {
    expect(await register({ ...publicEntry, [member]: 'x' })).toEqual(await register(publicEntry));
  });
});

describe('every mistake is refused with the member it is in', () => {
  test.each([
    // what it is
    ['no object', 'entry', null],
    ['a text', 'entry', 'web'],
    ['no client_id', 'client_id', { redirect_uris: publicEntry.redirect_uris }],
    ['a client_id that is no text', 'client_id', { ...publicEntry, client_id: 7 }],
    ['an empty client_id', 'client_id', { ...publicEntry, client_id: '' }],
    ['a space in the client_id', 'client_id', { ...publicEntry, client_id: 'a b' }],
    ['a client_id beyond ASCII', 'client_id', { ...publicEntry, client_id: 'é' }],
    ['a client_id of 256 characters', 'client_id', { ...publicEntry, client_id: 'x'.repeat(256) }],
    ['a client_name that is no text', 'client_name', { ...publicEntry, client_name: ['x'] }],
    ['a client_name of 201 characters', 'client_name', { ...publicEntry, client_name: 'x'.repeat(201) }],
    // how it authenticates
    ['a client_secret that is no text', 'client_secret', { ...publicEntry, client_secret: 7 }],
    ['an empty client_secret', 'client_secret', { ...publicEntry, client_secret: '' }],
    ['a client_secret with a line break', 'client_secret', { ...publicEntry, client_secret: 'a\nb' }],
    ['a method nobody knows', 'token_endpoint_auth_method', { ...confidentialEntry, token_endpoint_auth_method: 'client_secret_jwt' }],
    ['a secret for a public client', 'client_secret', { ...confidentialEntry, token_endpoint_auth_method: 'none' }],
    ['no secret for HTTP Basic', 'client_secret', { ...publicEntry, token_endpoint_auth_method: 'client_secret_basic' }],
    ['no secret for the form', 'client_secret', { ...publicEntry, token_endpoint_auth_method: 'client_secret_post' }],
    // where it is
    ['OA9 redirect URIs that are no list', 'redirect_uris', { ...publicEntry, redirect_uris: 'https://app.example.com/cb' }],
    ['OA9 no redirect URI', 'redirect_uris', { client_id: 'spa' }],
    ['OA9 an empty list of redirect URIs', 'redirect_uris', { ...publicEntry, redirect_uris: [] }],
    ['OA9 101 redirect URIs', 'redirect_uris', { ...publicEntry, redirect_uris: Array.from({ length: 101 }, (_, index) => `https://app.example.com/${index}`) }],
    ['OA9 a redirect URI that is no text', 'redirect_uris.1', { ...publicEntry, redirect_uris: ['https://app.example.com/cb', 7] }],
    ['OA9 a redirect URI with a fragment', 'redirect_uris.0', { ...publicEntry, redirect_uris: ['https://app.example.com/#cb'] }],
    ['OA9 DC2 javascript:', 'redirect_uris.1', { ...publicEntry, redirect_uris: ['https://app.example.com/cb', 'javascript:alert(1)'] }],
    ['BP14 http beyond loopback', 'redirect_uris.0', { ...publicEntry, redirect_uris: ['http://app.example.com/cb'] }],
    ['V6 N3 a private-use scheme without a dot', 'redirect_uris.0', { ...publicEntry, redirect_uris: ['myapp:/cb'] }],
    ['K6 one beside others', 'redirect_uris.1', { ...publicEntry, redirect_uris: ['https://a.example/cb', 'myapp:/cb'] }],
    ['K6 one after a sign-out', 'post_logout_redirect_uris.0', { ...publicEntry, post_logout_redirect_uris: ['myapp:/cb'] }],
    ['K6 javascript:, switch or not', 'redirect_uris.0', { ...publicEntry, accept_dotless_schemes: true, redirect_uris: ['javascript:alert(1)'] }],
    // what it may do
    ['grant types that are no list', 'grant_types', { ...publicEntry, grant_types: 'authorization_code' }],
    ['BP12 the password grant', 'grant_types.0', { ...publicEntry, grant_types: ['password'] }],
    ['the implicit grant', 'grant_types.1', { ...publicEntry, grant_types: ['authorization_code', 'implicit'] }],
    ['OA17 client credentials without authentication', 'grant_types', { ...publicEntry, grant_types: ['client_credentials'] }],
    ['BP9 response_type token', 'response_types.0', { ...publicEntry, response_types: ['token'] }],
    ['a response type that is no text', 'response_types.0', { ...publicEntry, response_types: [7] }],
    ['a scope that is no text', 'scope', { ...publicEntry, scope: ['openid'] }],
    ['a scope with a quote', 'scope', { ...publicEntry, scope: 'a"b' }],
    ['S10 claims that are no list', 'claims', { ...publicEntry, claims: 'department' }],
    ['S10 a claim that is no text', 'claims.1', { ...publicEntry, claims: ['department', 7] }],
    ['S10 a claim without a name', 'claims.0', { ...publicEntry, claims: [''] }],
    ['S10 a claim of the protocol', 'claims.0', { ...publicEntry, claims: ['amr'] }],
    ['S10 51 claims', 'claims', { ...publicEntry, claims: Array.from({ length: 51 }, (_, index) => `c${index}`) }],
    ['a first_party that is no boolean', 'first_party', { ...publicEntry, first_party: 'yes' }],
    ['a grace period below zero', 'refresh_token_grace', { ...publicEntry, refresh_token_grace: -1 }],
    ['a grace period of more than an hour', 'refresh_token_grace', { ...publicEntry, refresh_token_grace: 3_601 }],
    ['a grace period of half a second', 'refresh_token_grace', { ...publicEntry, refresh_token_grace: 0.5 }],
    ['a grace period that is no number', 'refresh_token_grace', { ...publicEntry, refresh_token_grace: '30' }],
    ['a rotation that is no boolean', 'rotate_refresh_tokens', { ...confidentialEntry, rotate_refresh_tokens: 'no' }],
    ['K1 a strictness that is no boolean', 'strict_auth_method', { ...confidentialEntry, strict_auth_method: 'yes' }],
    ['K11 a confidential client whose secret is ignored', 'ignore_public_client_secret', { ...confidentialEntry, ignore_public_client_secret: true }],
    ['K12 BP10 a public client that keeps its refresh token', 'rotate_refresh_tokens', { ...publicEntry, rotate_refresh_tokens: false }],
    // PKCE
    ['a policy nobody knows', 'pkce_policy', { ...publicEntry, pkce_policy: 's256' }],
    ['a policy that is no text', 'pkce_policy', { ...publicEntry, pkce_policy: true }],
    ['PK11 BP5 the policy none for a public client', 'pkce_policy', { ...publicEntry, pkce_policy: 'none' }],
    // what nobody asked for
    ['a misspelt member', 'redirect_uri', { ...publicEntry, redirect_uri: 'https://app.example.com/cb' }],
    ['a member of the object prototype', '__proto__', JSON.parse('{"client_id":"spa","redirect_uris":["https://app.example.com/cb"],"__proto__":{"first_party":true}}')],
  ])('%s: %s', async (_, member, entry) => {
    const mistake = await mistakeIn(entry);
    expect(mistake).toEqual({ member, problem: expect.stringMatching(/^(is|has) [^"]+$/) });
  });
}); // biome-ignore format: a table, one row per line

test('S10: a client may ask for the claims of its scope and for those that it is registered for', () => {
  const client = { scope: ['email', 'constructor', '__proto__'], claims: ['team'] };
  const names = ['email', 'email_verified', 'team', 'name', 'phone_number', 'constructor', '__proto__', 'length'];
  expect(names.filter((name) => mayAskFor(client, name))).toEqual(['email', 'email_verified', 'team']);
  expect(names.filter((name) => mayAskFor({ scope: [] }, name))).toEqual([]);
});

test('PK11 a public client that wants none is told what it can have', async () => {
  expect(await mistakeIn({ ...publicEntry, pkce_policy: 'none' })).toEqual({
    member: 'pkce_policy',
    problem: expect.stringMatching(/public client must use PKCE.*any or S256.*client authentication/),
  });
});

test('no problem repeats the secret', async () => {
  const wrong = [
    { ...confidentialEntry, token_endpoint_auth_method: 'none' },
    { ...confidentialEntry, client_secret: `${secret}\n` },
  ];
  for (const entry of wrong) expect(JSON.stringify(await mistakeIn(entry))).not.toContain(secret);
});

describe('a description with more than one mistake', () => {
  const membersOf = async (entry: unknown) => {
    const checked = await checkRegistration(entry);
    return checked.ok ? [] : checked.refusal.map(({ member }) => member);
  };

  test('is told all of them, members that nobody knows included', async () => {
    const entry = { client_id: '', redirect_uris: ['myapp:/cb'], scope: 'a"b', redirect_uri: 'x' };
    expect((await membersOf(entry)).toSorted()).toEqual(['client_id', 'redirect_uri', 'redirect_uris.0', 'scope']);
  });

  test('is told all contradictions', async () => {
    const entry = { client_id: 'spa', grant_types: ['authorization_code', 'client_credentials'], pkce_policy: 'none' };
    expect((await membersOf(entry)).toSorted()).toEqual(['grant_types', 'pkce_policy', 'redirect_uris']);
  });
});

test('I5: members that are null or empty are absent, but an empty secret is a mistake', async () => {
  const empty = {
    jwks: {},
    jwks_uri: null,
    client_secret: null,
    client_name: '',
    unheard_of: {},
    backchannel_logout_uri: '',
  };
  const parsed = await parseRegistration({ ...publicEntry, ...empty });
  expect(parsed).toMatchObject({ ok: true, value: { tokenEndpointAuthMethod: 'none', clientName: undefined } });
  expect(parsed).not.toHaveProperty('value.jwks');
  expect(await parseRegistration({ ...publicEntry, client_secret: '' })).toMatchObject({
    refusal: { member: 'client_secret', problem: 'is blank' },
  });
});

test('a key keeps what keys have, and nothing that the database could not store', async () => {
  const key = { kty: 'EC', crv: 'P-256', x: 'x', y: 'y', kid: 'one', x5c: ['a'], key_ops: ['verify'] };
  const ext = JSON.parse('{ "constructor": 1, "__proto__": { "a": 1 } }') as object;
  const client = await register({
    ...publicEntry,
    token_endpoint_auth_method: 'private_key_jwt',
    jwks: { keys: [{ ...key, ext: true, other: ext, others: [ext], constructor: 'x' }] },
  });
  expect(client.jwks).toEqual({ keys: [{ ...key, ext: true }] });
});
