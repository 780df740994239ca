import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { beforeEach, describe, expect, test } from 'vitest';
import { openDatabase } from '../../shared/aws/dynamodb.ts';
import { clientStore } from '../../shared/clients/client-store.ts';
import { parseRegistration } from '../../shared/clients/registration.ts';
import { act } from '../people/account-flows.ts';
import { spa, type TestClient } from '../support/clients.ts';
import { startDatabaseProxy } from '../support/database-proxy.ts';
import { startDocumentHost } from '../support/document-host.ts';
import { send } from '../support/http.ts';
import { registerApi } from '../support/lifecycle.ts';
import { newPerson, type Page, type Person, startSession } from '../support/person.ts';
import { pkcePair } from '../support/pkce.ts';
import { authorizeTarget, claimsOf, parametersOf, postToken, withoutChallenge } from '../support/protocol.ts';
import { startTestServer, tables } from '../support/server.ts';

const database = await startDatabaseProxy();
const host = await startDocumentHost();
const third: TestClient = { ...spa, client_id: 'third', first_party: false };
const server = await startTestServer({
  clients: [spa, third],
  dynamodb: database.endpoint,
  environment: { PIXY_METADATA_DOCUMENTS: 'any' },
});
const store = clientStore(openDatabase(), tables.clients, server.clock.now);

let person: Person;
let count = 0;
let path = '';

/** Every test has a person and a document of its own. */
beforeEach(async () => {
  count += 1;
  path = `/client-${count}.json`;
  person = await signedIn(`url-person-${count}`);
});

async function signedIn(sub: string): Promise<Person> {
  const somebody = newPerson(server);
  somebody.cookies.set('pixy_session', await startSession(sub, { now: server.clock.now(), lifetime: 3_600 }));
  return somebody;
}

const isConsentPage = ({ body, status }: Page) => status === 200 && body.includes('name="decision"');
const answerIn = (page: Page) => parametersOf(new URL(page.headers.location ?? 'https://nowhere.example'));

/** Allows what the consent page asks. */
async function allow(client: TestClient, changes = {}, who = person): Promise<Page> {
  const page = await who.follow(authorizeTarget(client, changes));
  expect(isConsentPage(page)).toBe(true);
  const answer = await who.submit(page, { decision: 'allow' });
  return who.follow(answer.headers.location ?? '');
}

const { verifier, challenge } = pkcePair();
const asking = { code_challenge: challenge };

const redeem = ({ client_id, redirect_uris }: TestClient, code: string | undefined, more = {}) =>
  postToken(server, {
    grant_type: 'authorization_code',
    redirect_uri: redirect_uris[0],
    client_id,
    code,
    code_verifier: verifier,
    ...more,
  });

describe('a client by its metadata document', () => {
  test('signs somebody in, with one fetch for all of it', async () => {
    const client = host.put(path);
    const { code, iss } = answerIn(await allow(client, { ...asking, scope: 'openid offline_access' }));
    expect(iss).toBe(server.issuer);
    const { json } = await redeem(client, code);
    expect(claimsOf(json.id_token)).toMatchObject({ aud: client.client_id });
    const again = { grant_type: 'refresh_token', refresh_token: json.refresh_token, client_id: client.client_id };
    expect((await postToken(server, again)).json.access_token).toBeDefined();
    expect(host.fetched(path)).toBe(1);
  });

  test('CI2: a document is not fetched for a request that nobody pushed', async () => {
    const request = {
      client_id: host.put(path).client_id,
      request_uri: `urn:ietf:params:oauth:request_uri:${'a'.repeat(43)}`,
    };
    expect((await person.open(`/authorize?${new URLSearchParams(request)}`)).body).toContain('request_uri_unknown');
    expect(host.fetched(path)).toBe(0);
  });

  test('CI8: is not looked for at the server itself, which would ask itself for another', async () => {
    const client_id = `${server.issuer}/authorize?client_id=${host.put(path).client_id}`;
    const page = await person.open(`/authorize?${new URLSearchParams({ client_id })}`);
    expect(page.body).toContain('is on the host of this server');
    expect(host.fetched(path)).toBe(0);
  });

  test('CI10: is shown with the host of its id and of its redirect URI, as one that nobody has checked', async () => {
    const { body } = await person.follow(authorizeTarget(host.put(path)));
    expect(body).toContain('Agent &lt;b&gt;');
    expect(body).toMatch(/Nobody has checked who makes .*It describes itself at <strong><bdi>127\.0\.0\.1:\d+/s);
    expect(body).toContain('<bdi>agent.example</bdi>');
    expect(body).not.toContain('any program here can say the same');
  });

  test('CI10: comes with a warning when every redirect URI leads to the device', async () => {
    const client = host.put(path, { redirect_uris: ['http://localhost/callback', 'http://127.0.0.1/'] });
    expect((await person.follow(authorizeTarget(client))).body).toContain('any program here can say the same');
  });

  test('CI6: gets its answer at the registered redirect URI, or on any port of a loopback one', async () => {
    const client = host.put(path, { redirect_uris: ['http://localhost/callback', 'https://agent.example/callback'] });
    const at = 'http://localhost:43210/callback';
    const redirected = await allow(client, { ...asking, redirect_uri: at });
    expect(redirected.headers.location?.startsWith(`${at}?`)).toBe(true);
    const { status, body } = await person.follow(
      authorizeTarget(client, { redirect_uri: 'https://agent.example/callback/' }),
    );
    expect([status, body.includes('redirect_uri_not_registered')]).toEqual([400, true]);
  });

  test('DC15: without a scope, it gets what the APIs that it names define, and nothing about the person', async () => {
    const notes = 'https://notes.example/mcp';
    const bare = 'https://bare.example/mcp';
    await registerApi({ resource: notes, scope: ['notes:read', 'notes:write', 'email'] });
    await registerApi({ resource: bare, scope: [] });
    server.clock.advance(31);
    const scopeFor = async (client: TestClient, resource?: string) => {
      const { code } = answerIn(await allow(client, { ...asking, scope: undefined, resource }));
      const { json } = await redeem(client, code);
      return [claimsOf(json.access_token)['aud'], json.scope];
    };
    expect(await scopeFor(host.put(path), notes)).toEqual([notes, 'notes:read notes:write']);
    expect(await scopeFor(host.put(`${path}/less`, { scope: 'openid notes:read' }), notes)).toEqual([
      notes,
      'notes:read',
    ]);
    expect(await scopeFor(host.put(`${path}/bare`), bare)).toEqual([bare, undefined]);
    const everything = 'profile email address phone notes:read notes:write';
    expect(await scopeFor(host.put(`${path}/none`))).toEqual([server.issuer, everything]);
  });

  test('comes without the redirect URIs whose scheme has no dot, if others are left', async () => {
    const client = host.put(path, { redirect_uris: ['editor://agent/callback', 'http://localhost/callback'] });
    const other = { redirect_uri: 'http://localhost:8787/callback' };
    expect(isConsentPage(await person.follow(authorizeTarget(client, other)))).toBe(true);
    const { status, body } = await person.follow(authorizeTarget(client));
    expect([status, body.includes('redirect_uri_not_registered')]).toEqual([400, true]);
  });

  test.each([
    ['no challenge', withoutChallenge],
    ['plain', { code_challenge_method: 'plain' }],
    ['no method', { code_challenge_method: undefined }],
  ])('CI13: must use S256, whatever the default and its mode: %s', async (_, changes) => {
    await store.putPolicy({ default: 'none', floor: 'none', mode: 'report' }, { by: 'test', why: 'loosened' });
    server.clock.advance(30);
    const client = host.put(path, { pkce_policy: 'none', first_party: true });
    expect(answerIn(await person.follow(authorizeTarget(client, changes))).error).toBe('invalid_request');
  });

  test('CI14: two people of one client do not touch each other', async () => {
    const client = host.put(path);
    await allow(client);
    const other = await signedIn(`other-${count}`);
    const { code } = answerIn(await allow(client, asking, other));
    expect(claimsOf((await redeem(client, code)).json.id_token)['sub']).toBe(`other-${count}`);
    expect(answerIn(await person.follow(authorizeTarget(client))).code).toBeDefined();
  });

  test('may ask for the scope of APIs and OpenID Connect, and never manages this server', async () => {
    const client = host.put(path, { scope: 'openid pixy:write nothing:here' });
    const { code } = answerIn(await allow(client, { ...asking, scope: 'openid email pixy:write nothing:here' }));
    expect((await redeem(client, code)).json.scope).toBe('openid');
  });
});

describe('CI12: a document that changed', () => {
  const changed: [string, object, boolean][] = [
    ['its redirect URIs', { redirect_uris: ['https://agent.example/callback', 'https://evil.example/'] }, true],
    ['its keys', { jwks_uri: 'https://agent.example/jwks' }, true],
    ['its name alone', { client_name: 'A new name' }, false],
  ];
  test.each(changed)('in %s', async (_, members, isAsked) => {
    const client = host.put(path, {}, { 'cache-control': 'max-age=60' });
    await allow(client, { scope: 'openid email' });
    expect(answerIn(await person.follow(authorizeTarget(client))).code).toBeDefined();
    host.put(path, members);
    server.clock.advance(60);
    expect(isConsentPage(await person.follow(authorizeTarget(client)))).toBe(isAsked);
    if (!isAsked) return;
    await allow(client);
    expect(answerIn(await person.follow(authorizeTarget(client))).code).toBeDefined();
    // What was allowed to the document before is not allowed to this one.
    expect(isConsentPage(await person.follow(authorizeTarget(client, { scope: 'openid email' })))).toBe(true);
  });
});

describe('CI11: a client with keys', () => {
  const keys = async () => {
    const { publicKey, privateKey } = await generateKeyPair('ES256');
    return { jwks: { keys: [await exportJWK(publicKey)] }, privateKey };
  };
  const assertionBy = async (clientId: string, key: CryptoKey) => ({
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: await new SignJWT({ jti: crypto.randomUUID(), exp: server.clock.now() + 60 })
      .setIssuer(clientId)
      .setSubject(clientId)
      .setAudience(server.issuer)
      .setProtectedHeader({ alg: 'ES256' })
      .sign(key),
  });

  test('authenticates with them, and not without', async () => {
    const { jwks, privateKey } = await keys();
    const client = host.put(path, { jwks, token_endpoint_auth_method: 'private_key_jwt' });
    const { code } = answerIn(await allow(client, asking));
    expect((await redeem(client, code)).json).toMatchObject({ error: 'invalid_client' });
    const wrong = await assertionBy(client.client_id, (await keys()).privateKey);
    expect((await redeem(client, code, wrong)).json).toMatchObject({ error: 'invalid_client' });
    const right = await assertionBy(client.client_id, privateKey);
    expect((await redeem(client, code, right)).json.access_token).toBeDefined();
  });

  test('is public when none is among its methods, and then no assertion is looked at', async () => {
    const { jwks, privateKey } = await keys();
    const methods = { token_endpoint_auth_methods_supported: ['private_key_jwt', 'none'] };
    const client = host.put(path, { jwks, ...methods, token_endpoint_auth_method: undefined });
    const { code } = answerIn(await allow(client, asking));
    const assertion = await assertionBy(client.client_id, privateKey);
    expect((await redeem(client, code, assertion)).json).toMatchObject({ error: 'invalid_client' });
    expect((await redeem(client, code)).json.access_token).toBeDefined();
  });
});

describe('what a client by document costs', () => {
  /** Every function has been asked once. */
  const callsOf = async (client: TestClient) => {
    await allow(client, { ...asking, scope: 'openid email' });
    const calls = await database.callsDuring(async () => {
      const { code } = answerIn(await person.follow(authorizeTarget(client, asking)));
      expect((await redeem(client, code)).json.access_token).toBeDefined();
    });
    // One redemption of sixteen looks how many grants there are.
    return calls.filter((call) => call !== 'Query pixy-grants').toSorted();
  };

  test('a remembered one asks the database for no more than a registered one, and fetches nothing', async () => {
    await person.follow(authorizeTarget(third, { resource: 'https://nowhere.example' }));
    const registered = await callsOf(third);
    const client = host.put(path);
    expect(await callsOf(client)).toEqual(registered);
    expect(host.fetched(path)).toBe(1);
  });

  test('what was seen is read and written when somebody allows it something new, and at no other sign-in', async () => {
    const client = host.put(path, { redirect_uris: ['http://localhost/callback'] });
    await person.follow(authorizeTarget(client));
    const calls = async () =>
      (await database.callsDuring(() => allow(client, asking))).filter((call) => call.endsWith('pixy-clients'));
    expect(await calls()).toEqual(['GetItem pixy-clients', 'PutItem pixy-clients']);
    expect(await calls()).toEqual([]);
  });
});

describe('a document that is not right', () => {
  const told = async (url: string) => {
    const page = await person.follow(authorizeTarget({ ...spa, client_id: url }));
    expect(page.headers.location).toBeUndefined();
    return [page.status, /usable client metadata document at it\. (.*?\.) Run pixy/.exec(page.body)?.[1]];
  };

  test('gets a page that says which rule it fails', async () => {
    host.put(path, { client_secret: 'x' });
    const because = 'The document has a client_secret, and what everybody can read is no secret.';
    expect(await told(host.urlOf(path))).toEqual([400, because]);
  });

  test('CI5: is not fetched twice within a minute, and is right a minute after it was put right', async () => {
    const url = host.urlOf(path);
    expect(await told(url)).toEqual([400, 'The host of the client_id does not serve the document with status 200.']);
    const client = host.put(path);
    server.clock.advance(59);
    await Promise.all(Array.from({ length: 20 }, () => told(url)));
    expect(host.fetched(path)).toBe(1);
    server.clock.advance(1);
    expect(isConsentPage(await person.follow(authorizeTarget(client)))).toBe(true);
  });

  test('CI1: with an id that is no URL of a document, nothing is fetched', async () => {
    const before = host.asked.length;
    expect(await told(`${host.urlOf('/a')}/%2e%2E/b`)).toEqual([
      400,
      'The client_id has a . or .. segment in its path.',
    ]);
    expect(host.asked).toHaveLength(before);
  });

  test('is logged without what was sent', () => {
    const lines = server.auditLines.filter((line) => line.includes('client_document_refused'));
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.filter((line) => line.includes('127.0.0.1'))).toEqual([]);
  });
});

test('CI16: a URL that is registered by hand is that client, and nothing is fetched; so one can be shut out', async () => {
  host.put(path);
  const registered = await parseRegistration({
    client_id: host.urlOf(path),
    client_name: 'By hand',
    redirect_uris: ['https://by-hand.example/callback'],
  });
  if (!registered.ok) throw new Error(registered.refusal.problem);
  const { clientId } = registered.value;
  await store.put(clientId, registered.value, { by: 'test', why: 'by hand' });
  const client = { client_id: clientId, redirect_uris: registered.value.redirectUris };
  expect((await person.follow(authorizeTarget(client))).body).toContain('By hand');
  await store.put(clientId, { ...registered.value, disabled: true }, { by: 'test', why: 'shut out' });
  server.clock.advance(30);
  expect((await person.follow(authorizeTarget(client))).body).toContain('client_disabled');
  expect(host.fetched(path)).toBe(0);
});

test('what it got ends when the person removes it on their account page', async () => {
  const client = host.put(path);
  const { code } = answerIn(await allow(client, { ...asking, scope: 'openid offline_access' }));
  const { refresh_token } = (await redeem(client, code)).json;
  expect((await person.open('/account')).body).toContain('Agent &lt;b&gt;');
  await act(person, { action: 'revoke_access', id: client.client_id });
  const again = { grant_type: 'refresh_token', refresh_token, client_id: client.client_id };
  expect((await postToken(server, again)).json.error).toBe('invalid_grant');
  expect(isConsentPage(await person.follow(authorizeTarget(client)))).toBe(true);
});

test('CI7: the metadata says that documents are read', async () => {
  for (const target of ['/.well-known/openid-configuration', '/.well-known/oauth-authorization-server']) {
    const { client_id_metadata_document_supported: isSupported } = JSON.parse((await send(server.port, target)).body);
    expect(isSupported).toBe(true);
  }
});
