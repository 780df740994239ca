import { describe, expect, test } from 'vitest';
import type { PkcePolicy } from '../../shared/pkce/policy.ts';
import type { Fields } from '../support/http.ts';
import { basic } from '../support/protocol.ts';
import { appendixB, outcomeOf, startSeedServer } from './seed-server.ts';

/*
 * webMethods API Gateway 10.11, Securing Access Token Calls with PKCE: its endpoints, its settings and what follows from them.
 */

const authorizePath = '/invoke/pub.apigateway.oauth2/authorize';
const tokenPath = '/invoke/pub.apigateway.oauth2/getAccessToken';

const enforced = { client_id: 'wm-enforced', redirect_uri: 'https://oauth.pstmn.io/v1/callback' };
const useGlobal = {
  client_id: 'wm-global',
  client_secret: '6a3d98c3-e5b0-47fc-9acf-b454401cd87d',
  redirect_uri: 'https://shop.example/callback',
};
const notEnforced = {
  client_id: 'wm-not-enforced',
  client_secret: '1bd1bcd0-7eb2-4aa9-a50a-41c038ad92b2',
  redirect_uri: 'https://intranet.example/callback',
};
const oldApp = {
  client_id: 'wm-old-app',
  client_secret: '0c7f7a1e-5a2e-4c39-8f0e-6d8a4f8f2b11',
  redirect_uri: 'https://old.example/callback',
};
const fieldApp = { client_id: 'wm-field-app', redirect_uri: 'https://field.example/callback' };
type Application = { client_id: string; client_secret?: string; redirect_uri: string };

/** The checkbox Enforce PKCE of the local authorization server, which is off as it comes. */
const globalSetting = { off: 'none', on: 'any' } as const satisfies Record<string, PkcePolicy>;

const challengeS256 = { code_challenge: appendixB.challenge, code_challenge_method: 'S256' };

const server = await startSeedServer();
const waiver = { owner: 'field team', reason: 'update in March', until: server.clock.now() + 3_600 };
await server.moveIn('webmethods', 'webmethods-strategies.json');
await server.moveIn('webmethods', 'webmethods-applications.json', { waiver });

const authorize = ({ client_id, redirect_uri }: Application, challenge: Fields = {}, path = authorizePath) =>
  server.authorize(path, { response_type: 'code', redirect_uri, client_id, ...challenge });

/** Credentials in the Authorization header; a public application has none and says its client_id. */
const redeem = (application: Application, code: string | undefined, proof: Fields = {}, path = tokenPath) => {
  const { client_id, client_secret, redirect_uri } = application;
  const form = { grant_type: 'authorization_code', code, redirect_uri, ...proof };
  return client_secret === undefined
    ? server.requestToken(path, { ...form, client_id })
    : server.requestToken(path, form, { authorization: basic({ client_id, client_secret }) });
};

describe('the PKCE flow', () => {
  test('a code for the challenge, and a token for the verifier that hashes to it', async () => {
    const { code } = await authorize(enforced, challengeS256);
    const { status, json } = await redeem(enforced, code, { code_verifier: appendixB.verifier });
    expect(status).toBe(200);
    expect(json).toMatchObject({ token_type: 'Bearer', scope: 'orders' });
  });

  test.each([
    ['plain', { code_challenge: appendixB.verifier, code_challenge_method: 'plain' }],
    ['no method, which is plain by default', { code_challenge: appendixB.verifier }],
  ])('with %s the challenge is the verifier', async (_, challenge) => {
    const { code } = await authorize(enforced, challenge);
    expect(outcomeOf((await redeem(enforced, code, { code_verifier: appendixB.verifier })).json)).toBe('granted');
  });

  test.each([
    [42, 'code_challenge_malformed'],
    [43, 'granted'],
    [128, 'granted'],
    [129, 'code_challenge_malformed'],
  ])('a verifier of %i characters: %s', async (length, outcome) => {
    expect(outcomeOf(await authorize(enforced, { code_challenge: 'v'.repeat(length) }))).toBe(outcome);
  });

  test('a verifier that does not match the challenge gets no token', async () => {
    const { code } = await authorize(enforced, challengeS256);
    const { json } = await redeem(enforced, code, { code_verifier: 'v'.repeat(43) });
    expect(outcomeOf(json)).toBe('code_verifier_mismatch');
  });

  test.each([
    ['getAccessToken', '/invoke/pub.apigateway.oauth2/getAccessToken'],
    ['getAcessToken, as one page spells it', '/invoke/pub.apigateway.oauth2/getAcessToken'],
  ])('the token endpoint is %s, with a trailing slash or without', async (_, path) => {
    for (const address of [path, `${path}/`]) {
      const { code } = await authorize(enforced, challengeS256, `${authorizePath}/`);
      const { json } = await redeem(enforced, code, { code_verifier: appendixB.verifier }, address);
      expect(outcomeOf(json)).toBe('granted');
    }
  });
});

describe.each([
  { setting: 'off', application: 'Enforced', client: enforced, outcome: 'code_challenge_required' },
  { setting: 'off', application: 'Not Enforced', client: notEnforced, outcome: 'granted' },
  { setting: 'off', application: 'Use Global Setting', client: useGlobal, outcome: 'granted' },
  { setting: 'off', application: 'imported from an older version', client: oldApp, outcome: 'granted' },
  { setting: 'on', application: 'Enforced', client: enforced, outcome: 'code_challenge_required' },
  { setting: 'on', application: 'Not Enforced', client: notEnforced, outcome: 'granted' },
  { setting: 'on', application: 'Use Global Setting', client: useGlobal, outcome: 'code_challenge_required' },
  { setting: 'on', application: 'imported from an older version', client: oldApp, outcome: 'code_challenge_required' },
] as const)('global setting $setting, application $application', ({ setting, client, outcome }) => {
  test(`a request without a challenge: ${outcome}`, async () => {
    await server.setPolicy({ default: globalSetting[setting] });
    const answer = await authorize(client);
    expect(outcomeOf(answer)).toBe(outcome);
    const { json } = await redeem(client, answer.code);
    expect(outcomeOf(json)).toBe(outcome === 'granted' ? 'granted' : 'code_missing');
  });

  test('a request with a challenge is verified', async () => {
    await server.setPolicy({ default: globalSetting[setting] });
    const { code } = await authorize(client, challengeS256);
    expect(outcomeOf((await redeem(client, code)).json)).toBe('code_verifier_required');
    const again = await authorize(client, challengeS256);
    const { json } = await redeem(client, again.code, { code_verifier: appendixB.verifier });
    expect(outcomeOf(json)).toBe('granted');
  });
});

describe('the global setting', () => {
  test('switched on makes S256 the rule for those that use it, when it says so', async () => {
    await server.setPolicy({ default: 'S256' });
    expect(outcomeOf(await authorize(useGlobal, { code_challenge: appendixB.verifier }))).toBe(
      'code_challenge_method_required',
    );
    expect(outcomeOf(await authorize(useGlobal, challengeS256))).toBe('granted');
  });

  test('in report mode nothing breaks for applications that move in, until the date', async () => {
    await server.setPolicy({ default: globalSetting.on });
    await server.moveIn('webmethods', 'webmethods-strategies.json', { reportUntil: server.clock.now() + 600 });
    expect(outcomeOf(await authorize(useGlobal))).toBe('granted');
    server.clock.advance(600);
    expect(outcomeOf(await authorize(useGlobal))).toBe('code_challenge_required');
    await server.moveIn('webmethods', 'webmethods-strategies.json');
  });
});

describe('a public application that is Not Enforced', () => {
  test('goes on without a challenge while its waiver lasts, and is held to PKCE from then on', async () => {
    await server.setPolicy({ default: globalSetting.off });
    const { code } = await authorize(fieldApp);
    expect(outcomeOf((await redeem(fieldApp, code)).json)).toBe('granted');
    server.clock.advance(waiver.until - server.clock.now());
    expect(outcomeOf(await authorize(fieldApp))).toBe('code_challenge_required');
    expect(outcomeOf(await authorize(fieldApp, challengeS256))).toBe('granted');
  });
});

describe('the credentials of an application', () => {
  const inBody = async () => {
    const { code } = await authorize(notEnforced);
    const form = { grant_type: 'authorization_code', code, ...notEnforced };
    return outcomeOf((await server.requestToken(tokenPath, form)).json);
  };

  test('go in the header, as its documentation shows, or in the body', async () => {
    expect(await inBody()).toBe('granted');
  });

  test('go in the body when it moved in like that', async () => {
    const later = { ...waiver, until: server.clock.now() + 600 };
    await server.moveIn('webmethods', 'webmethods-applications.json', {
      waiver: later,
      authMethod: 'client_secret_post',
    });
    expect(await inBody()).toBe('granted');
  });

  test('K11: of a public one are no proof, and may be sent all the same', async () => {
    const app = { ...enforced, client_secret: 'f3d2edb1-0bf4-47a8-9e34-775c1a943e70' };
    const first = await authorize(enforced, challengeS256);
    expect(outcomeOf((await redeem(app, first.code)).json)).toBe('code_verifier_required');
    const again = await authorize(enforced, challengeS256);
    const { json } = await redeem(app, again.code, { code_verifier: appendixB.verifier });
    expect(outcomeOf(json)).toBe('granted');
  });
});

describe('K11: its how-tos, word for word, with a public application that has a secret', () => {
  const secret = 'f3d2edb1-0bf4-47a8-9e34-775c1a943e70';
  const { client_id, redirect_uri } = enforced;
  const header = { authorization: basic({ client_id, client_secret: secret }) };
  const grant = (code: string | undefined, code_verifier = appendixB.verifier) => ({
    grant_type: 'authorization_code',
    redirect_uri,
    code,
    code_verifier,
  });
  const inBody = { client_id, client_secret: secret };

  test.each([
    ['REST: id and secret in the Authorization header', grant, header],
    ['REST: both in the body', (code: string | undefined) => ({ ...grant(code), ...inBody }), {}],
  ] as const)('%s, as a form or as JSON', async (_, fields, headers) => {
    const first = await authorize(enforced, challengeS256);
    expect(outcomeOf((await server.requestToken(tokenPath, fields(first.code), headers)).json)).toBe('granted');
    const again = await authorize(enforced, challengeS256);
    const { json } = await server.requestTokenInJson(tokenPath, JSON.stringify(fields(again.code)), headers);
    expect(outcomeOf(json)).toBe('granted');
  });

  test('REST: the verifier is what proves the application, in JSON as well', async () => {
    const { code } = await authorize(enforced, challengeS256);
    const { json } = await server.requestTokenInJson(tokenPath, JSON.stringify(grant(code, 'v'.repeat(43))), header);
    expect(outcomeOf(json)).toBe('code_verifier_mismatch');
  });

  test.each([
    ['/invoke/pub.apigateway.oauth2/getAccessToken/', 'code_unknown'],
    ['/invoke/pub.apigateway.oauth2/getAcessToken', 'code_unknown'],
    ['/token', 'content_type_unsupported'],
    ['/oauth/token', 'content_type_unsupported'],
    ['/auth/oauth2.0/v1/token', 'content_type_unsupported'],
    ['/revoke', 'content_type_unsupported'],
    ['/introspect', 'content_type_unsupported'],
  ])('JSON is a body at getAccessToken only: %s answers %s', async (path, reason) => {
    const { json } = await server.requestTokenInJson(path, JSON.stringify({ ...grant('x'.repeat(43)), ...inBody }));
    expect(outcomeOf(json)).toBe(reason);
  });

  test.each([
    ['cut off', '{"grant_type":"authorization_code"', 'parameters_malformed'],
    ['a list', '[]', 'parameters_malformed'],
    ['nothing', 'null', 'parameters_malformed'],
    ['empty', '', 'parameters_malformed'],
    ['with a code that is no text', '{"grant_type":"authorization_code","code":["a"]}', 'parameters_malformed'],
    ['with half a character', String.raw`{"grant_type":"authorization_code","code":"\ud800"}`, 'parameters_malformed'],
    ['with a member twice', '{"code":"a","grant_type":"authorization_code","code":"b"}', 'parameter_duplicated'],
    ['with a member twice, once escaped', String.raw`{"code":"\"","c\u006fde":"b"}`, 'parameter_duplicated'],
    ['with a member twice, once no text', '{"code":7,"code":"b"}', 'parameter_duplicated'],
    ['with an empty grant type', '{"grant_type":""}', 'grant_type_missing'],
    ['too long', JSON.stringify({ code: 'a'.repeat(65_536) }), 'body_too_large'],
    [
      'with too many members',
      JSON.stringify(Object.fromEntries(Array.from({ length: 101 }, (_, at) => [`p${at}`, ''] as const))),
      'parameters_too_many',
    ],
  ])('JSON that is %s: %s', async (_, body, reason) => {
    expect(outcomeOf((await server.requestTokenInJson(tokenPath, body, header)).json)).toBe(reason);
  });
});
