import type { JWTPayload } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import { openDatabase } from '../../shared/aws/dynamodb.ts';
import { jwtBearer } from '../../shared/oauth/server-metadata.ts';
import { accountStore } from '../../shared/people/account-store.ts';
import { accountKey } from '../../shared/people/standing-store.ts';
import { linkStore } from '../../shared/upstream/link-store.ts';
import type { Trust } from '../../shared/upstream/trust.ts';
import { trustStore } from '../../shared/upstream/trust-store.ts';
import { act } from '../people/account-flows.ts';
import { newProof, newProofPair } from '../support/dpop.ts';
import type { Fields } from '../support/http.ts';
import { credentialsOf, type FullClient, introspect, machine, registerApi, warehouse } from '../support/lifecycle.ts';
import { signedInPerson } from '../support/person.ts';
import { claimsOf, postToken } from '../support/protocol.ts';
import { ada, startTestServer, tables } from '../support/server.ts';
import { startTokenIssuer } from '../support/token-issuer.ts';

const chat = 'https://api.example/chat';
const wiki: FullClient = {
  ...machine,
  client_id: 'wiki',
  grant_types: [jwtBearer],
  scope: 'chat.read chat.write openid',
};
const other: FullClient = { ...wiki, client_id: 'other' };
const open: FullClient = {
  client_id: 'open',
  redirect_uris: [],
  token_endpoint_auth_method: 'none',
  grant_types: [jwtBearer],
  scope: 'chat.read',
};
const bob = {
  username: 'bob',
  password: 'another battery staple',
  email: 'bob@acme.example',
  claims: { sub: 'bob-0001' },
};

const environment = { PIXY_JWT_BEARER: 'on' };
const server = await startTestServer({ clients: [wiki, other, open, warehouse], accounts: [ada, bob], environment });
const idp = await startTokenIssuer();
const accounts = accountStore(openDatabase(), tables.people);
const links = linkStore(openDatabase(), tables.people);

const acme: Trust = {
  name: 'acme',
  kind: 'identity',
  issuer: idp.issuer,
  jwksUri: idp.jwksUri,
  clients: ['wiki', 'open'],
  claims: {},
};

beforeAll(async () => {
  await trustStore(openDatabase(), tables.clients, () => 0).put(acme, { by: 'test', why: '' });
  await registerApi({
    resource: chat,
    scope: ['chat.read', 'chat.write', 'chat.admin'],
    introspectedBy: ['warehouse'],
  });
  const { epoch } = (await accounts.findBySubject('ada-0001')) ?? { epoch: 0 };
  await links.claim({ issuer: idp.issuer, subject: 'U0194' }, 'ada-0001', { provider: 'acme', epoch }, 0);
});

const now = () => server.clock.now();

/** As in the example of the draft. */
const assertion = (changes: JWTPayload = {}, typ = 'oauth-id-jag+jwt') =>
  idp.sign(
    {
      jti: crypto.randomUUID(),
      sub: 'U0194',
      aud: server.issuer,
      client_id: 'wiki',
      exp: now() + 300,
      iat: now(),
      resource: chat,
      scope: 'chat.read chat.write',
      auth_time: now() - 60,
      amr: ['mfa', 'hwk'],
      ...changes,
    },
    { typ },
  );

async function bring(token: string, fields: Fields = {}, client = wiki) {
  const { headers, fields: credentials } = credentialsOf(client);
  return postToken(server, { ...credentials, grant_type: jwtBearer, assertion: token, ...fields }, headers);
}
const reasonOf = async (...request: Parameters<typeof bring>) => {
  const { status, json } = await bring(...request);
  return `${status} ${json.error} ${json.error_uri?.split('#')[1]}`;
};
const isActive = async (token: string | undefined) => (await introspect(server, warehouse, { token })).json['active'];

describe('JG1, JG4, JG5, JG12: an identity assertion', () => {
  test('gives a token for the linked account, for the API and the scope that it names', async () => {
    const { status, json } = await bring(await assertion());
    expect(status).toBe(200);
    expect(json).toEqual({
      access_token: expect.any(String),
      token_type: 'Bearer',
      expires_in: 3_600,
      scope: 'chat.read chat.write',
      resource: chat,
    });
    expect(claimsOf(json.access_token)).toMatchObject({
      sub: 'ada-0001',
      aud: chat,
      client_id: 'wiki',
      scope: 'chat.read chat.write',
      auth_time: now() - 60,
      acr: '1fa',
      grant_id: expect.any(String),
    });
    expect(await isActive(json.access_token)).toBe(true);
  });

  test('DP2: gives a token that is bound to the key of a proof, and spends nothing for a bad one', async () => {
    const pair = await newProofPair();
    const { headers, fields } = credentialsOf(wiki);
    const form = { ...fields, grant_type: jwtBearer, assertion: await assertion() };
    const refused = await postToken(server, form, { ...headers, dpop: 'nonsense' });
    expect(refused.json).toMatchObject({ error: 'invalid_dpop_proof' });
    const dpop = await newProof(pair, server.clock, { url: `${server.issuer}/token` });
    const { json } = await postToken(server, form, { ...headers, dpop });
    expect(json.token_type).toBe('DPoP');
    expect(claimsOf(json.access_token)['cnf']).toEqual({ jkt: pair.jkt });
  });

  describe('JG11: with a key that must be proved', async () => {
    const [pair, another] = await Promise.all([newProofPair(), newProofPair()]);
    const { headers, fields } = credentialsOf(wiki);
    async function prove(cnf: unknown, key = pair) {
      const form = { ...fields, grant_type: jwtBearer, assertion: await assertion({ cnf }) };
      const dpop = await newProof(key, server.clock, { url: `${server.issuer}/token` });
      return (await postToken(server, form, { ...headers, dpop })).json;
    }

    test('gives a token that is bound to it', async () => {
      const { token_type, access_token } = await prove({ jkt: pair.jkt });
      expect(token_type).toBe('DPoP');
      expect(claimsOf(access_token)['cnf']).toEqual({ jkt: pair.jkt });
    });

    test.each<[string, unknown, typeof pair?]>([
      ['another key', { jkt: pair.jkt }, another],
      ['half of it', { jkt: pair.jkt, 'x5t#S256': 'x' }],
      ['a key that is named otherwise', { jwk: pair.jwk }],
      ['no object', pair.jkt],
      ['nothing', {}],
      ['null', null],
    ])('is refused with a proof of %s', async (_, cnf, key) => {
      expect(await prove(cnf, key)).toMatchObject({ error: 'invalid_grant' });
    });
  });

  test('JG12: is of the one tenant that its trust names', async () => {
    const ofTenant = { ...acme, name: 'acme-eu', clients: ['other'], claims: { tenant: ['acme'] } };
    await trustStore(openDatabase(), tables.clients, () => 0).put(ofTenant, { by: 'test', why: '' });
    server.clock.advance(31);
    const forOther = (changes: JWTPayload) => assertion({ client_id: 'other', ...changes });
    expect((await bring(await forOther({ tenant: 'acme' }), {}, other)).status).toBe(200);
    for (const changes of [{ tenant: 'else' }, {}]) {
      expect(await reasonOf(await forOther(changes), {}, other)).toBe('400 invalid_grant assertion_invalid');
    }
    await trustStore(openDatabase(), tables.clients, () => 0).remove('acme-eu', { by: 'test', why: '' });
    server.clock.advance(31);
  });

  test('JG5: gives what is asked for of it, and nothing that it does not name', async () => {
    expect((await bring(await assertion(), { scope: 'chat.read chat.admin' })).json.scope).toBe('chat.read');
    expect(await reasonOf(await assertion(), { scope: 'chat.admin' })).toBe(
      '400 invalid_scope scope_wider_than_granted',
    );
    expect((await bring(await assertion({ scope: 'chat.read chat.admin openid' }))).json.scope).toBe('chat.read');
    expect((await bring(await assertion({ scope: undefined }))).json).not.toHaveProperty('scope');
  });

  test('JG4: is for no other API than those that it names', async () => {
    expect((await bring(await assertion(), { resource: chat })).status).toBe(200);
    await registerApi({ resource: 'https://api.example/mail', scope: [] });
    server.clock.advance(31);
    const mail = { resource: 'https://api.example/mail' };
    expect(await reasonOf(await assertion(), mail)).toBe('400 invalid_target resource_not_granted');
    const both = await bring(await assertion({ resource: [chat, mail.resource] }), mail);
    expect(claimsOf(both.json.access_token)['aud']).toBe(mail.resource);
    const unnamed = await bring(await assertion({ resource: undefined }));
    expect(claimsOf(unnamed.json.access_token)['aud']).toBe(server.issuer);
  });

  test('JG4: says in the answer which of the APIs that it names the token is for', async () => {
    const named = [chat, 'https://api.example/mail'];
    const granted = async (resource: unknown, fields: Fields = {}) =>
      (await bring(await assertion({ resource }), fields)).json;
    expect(await granted(named)).toMatchObject({ resource: named });
    expect(await granted(named, { resource: chat })).toMatchObject({ resource: chat });
    expect(await granted(undefined)).not.toHaveProperty('resource');
  });

  test('JG6: gives no refresh token and no ID token', async () => {
    const { json } = await bring(await assertion({ scope: 'openid offline_access chat.read' }));
    expect(Object.keys(json).toSorted()).toEqual(['access_token', 'expires_in', 'resource', 'scope', 'token_type']);
  });

  test.each<[string, JWTPayload, string]>([
    ['JG1: without sub', { sub: undefined }, 'assertion_invalid'],
    ['JG1: about nobody', { sub: ' ' }, 'assertion_invalid'],
    ['JG1: without jti', { jti: undefined }, 'assertion_invalid'],
    ['JG1: without iat', { iat: undefined }, 'assertion_invalid'],
    ['JG1: without exp', { exp: undefined }, 'assertion_invalid'],
    ['JG1: without client_id', { client_id: undefined }, 'assertion_invalid'],
    ['JG2: for the token endpoint', { aud: 'TOKEN' }, 'assertion_invalid'],
    ['JG2: for another server, too', { aud: ['ISSUER', 'https://else.example'] }, 'assertion_invalid'],
    ['JG3: for another client', { client_id: 'other' }, 'assertion_invalid'],
    ['JG11: with a key that nobody proves', { cnf: { jkt: 'x' } }, 'assertion_invalid'],
    ['JG12: of one tenant of several, which the trust does not name', { tenant: 'acme' }, 'assertion_invalid'],
    ['that lives for two hours', { exp: 7_200 }, 'assertion_invalid'],
    ['whose scope is a list', { scope: ['chat.read'] as never }, 'assertion_invalid'],
    [
      'JG12: about somebody who is linked to nobody',
      { sub: 'U9999', email: 'bob@acme.example' },
      'assertion_subject_unknown',
    ],
  ])('%s is refused', async (_, changes, reason) => {
    const named = (aud: unknown): unknown =>
      Array.isArray(aud)
        ? aud.map(named)
        : aud === 'ISSUER'
          ? server.issuer
          : aud === 'TOKEN'
            ? `${server.issuer}/token`
            : aud;
    const exp = changes.exp === undefined ? {} : { exp: now() + changes.exp };
    const aud = 'aud' in changes ? { aud: named(changes.aud) as string } : {};
    expect(await reasonOf(await assertion({ ...changes, ...exp, ...aud }))).toBe(`400 invalid_grant ${reason}`);
  });

  test('JG2: may have its audience in a list of one', async () => {
    expect((await bring(await assertion({ aud: [server.issuer] }))).status).toBe(200);
  });

  test('JG1: of another type is none of a person', async () => {
    expect(await reasonOf(await assertion({}, 'JWT'))).toBe('400 invalid_grant assertion_untrusted');
  });

  test('JG3: is for a client that the trust names', async () => {
    const token = await assertion({ client_id: 'other' });
    expect(await reasonOf(token, {}, other)).toBe('400 invalid_grant assertion_not_for_client');
  });

  test('JG8: is for no public client', async () => {
    const token = await assertion({ client_id: 'open' });
    expect(await reasonOf(token, {}, open)).toBe('401 invalid_client client_authentication_missing');
  });

  test('JG9: works once of 50 at the same time', async () => {
    const token = await assertion();
    const answers = await Promise.all(Array.from({ length: 50 }, () => bring(token)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(await reasonOf(token)).toBe('400 invalid_grant assertion_replayed');
  });
});

describe('what an identity provider asserted', () => {
  test('is an app with access that the person sees and ends, at introspection at once', async () => {
    const { json } = await bring(await assertion());
    const person = await signedInPerson(server);
    const page = await person.open('/account');
    expect(page.body).toContain('value="wiki"');
    await act(person, { action: 'revoke_access', id: 'wiki' });
    expect(await isActive(json.access_token)).toBe(false);
    expect((await person.open('/account')).body).not.toContain('value="wiki"');
  });

  test('ends with the account, and there is no more for one that is disabled', async () => {
    const { json } = await bring(await assertion());
    await accounts.disable('ada-0001', now());
    expect(await isActive(json.access_token)).toBe(false);
    expect(await reasonOf(await assertion())).toBe('400 invalid_grant account_disabled');
    await accounts.enable('ada-0001');
    expect((await bring(await assertion())).status).toBe(200);
  });

  test('needs a link that was not removed with everything else', async () => {
    const { epoch } = (await accounts.findBySubject('ada-0001')) ?? { epoch: 0 };
    await openDatabase().update({
      TableName: tables.people,
      Key: accountKey('ada-0001'),
      UpdateExpression: 'SET waysFrom = :epoch',
      ExpressionAttributeValues: { ':epoch': epoch },
    });
    expect(await reasonOf(await assertion())).toBe('400 invalid_grant assertion_subject_unknown');
  });
});
