import { describe, expect, test } from 'vitest';
import { openDatabase } from '../../shared/aws/dynamodb.ts';
import { clientStore } from '../../shared/clients/client-store.ts';
import type { RegisteredClient } from '../../shared/clients/registered-client.ts';
import { parseRegistration } from '../../shared/clients/registration.ts';
import { shippedGlobalPolicy } from '../../shared/pkce/policy.ts';
import type { TestClient } from '../support/clients.ts';
import type { Fields } from '../support/http.ts';
import { signedInPerson } from '../support/person.ts';
import { pkcePair } from '../support/pkce.ts';
import { authorizeTarget, obtainCode, parametersOf, redeem, withoutChallenge } from '../support/protocol.ts';
import { startTestServer, tables } from '../support/server.ts';

const server = await startTestServer();
const person = await signedInPerson(server);
const store = clientStore(openDatabase(), tables.clients, server.clock.now);
const author = { by: 'ada', why: 'a test' };

let registered = 0;

/** A client of its own for each test. */
async function register(registration: Partial<TestClient>): Promise<TestClient> {
  registered += 1;
  const client: TestClient = {
    client_id: `client-${registered}`,
    redirect_uris: ['https://client.example/callback'],
    token_endpoint_auth_method: registration.client_secret === undefined ? 'none' : 'client_secret_basic',
    ...registration,
  };
  const parsed = await parseRegistration({ first_party: true, ...client });
  if (!parsed.ok) throw new Error(parsed.refusal.problem);
  await store.put(client.client_id, parsed.value, author);
  return client;
}

/** Changes a client and waits until every function has noticed. */
async function change({ client_id }: TestClient, to: (client: RegisteredClient) => RegisteredClient | undefined) {
  const client = await store.find(client_id);
  if (client === undefined) throw new Error(`there is no client ${client_id}`);
  await store.put(client_id, to(client), author);
  server.clock.advance(31);
}

const tighten = (client: RegisteredClient): RegisteredClient => ({ ...client, pkce: { policy: 'S256' } });
const client_secret = 'a secret of more than thirty-two characters';

const plainChallenge = () => {
  const { verifier } = pkcePair();
  return { verifier, challenge: { code_challenge: verifier, code_challenge_method: 'plain' } };
};
const authorize = async (client: TestClient, changes: Fields) =>
  parametersOf(await person.authorize(authorizeTarget(client, changes)));

const lastDecision = () => JSON.parse(server.auditLines.at(-1) ?? '');
const belowPolicy = { status: 400, json: { error: 'invalid_grant', reason: 'code_below_policy' } };

describe('PM3, H11: a client that changes between /authorize and /token', () => {
  test('tightened to S256: a plain code is refused', async () => {
    const client = await register({ pkce_policy: 'any' });
    const { verifier, challenge } = plainChallenge();
    const { code } = await obtainCode(person, client, challenge);
    await change(client, tighten);
    expect(await redeem(server, client, { code, code_verifier: verifier })).toMatchObject(belowPolicy);
  });

  test('tightened to S256: an unbound code is refused', async () => {
    const client = await register({ client_secret, pkce_policy: 'none' });
    const { code } = await obtainCode(person, client, withoutChallenge);
    await change(client, tighten);
    expect(await redeem(server, client, { code })).toMatchObject(belowPolicy);
  });

  test('tightened to S256: an S256 code is redeemed', async () => {
    const client = await register({ client_secret, pkce_policy: 'none' });
    const { code, verifier } = await obtainCode(person, client);
    await change(client, tighten);
    expect((await redeem(server, client, { code, code_verifier: verifier })).status).toBe(200);
  });

  test('relaxed to none: a bound code still needs its verifier', async () => {
    const client = await register({ client_secret, pkce_policy: 'S256' });
    const { code } = await obtainCode(person, client);
    await change(client, (each) => ({ ...each, pkce: { policy: 'none' } }));
    expect(await redeem(server, client, { code })).toMatchObject({ status: 400, json: { error: 'invalid_grant' } });
  });

  test.each([
    ['disabled', (each: RegisteredClient) => ({ ...each, disabled: true })],
    ['removed', () => undefined],
  ])('%s: it is refused as a client', async (_, to) => {
    const client = await register({});
    const { code, verifier } = await obtainCode(person, client);
    await change(client, to);
    const refused = await redeem(server, client, { code, code_verifier: verifier });
    expect(refused).toMatchObject({ status: 401, json: { error: 'invalid_client' } });
  });

  test('with another secret: the one of before is refused', async () => {
    const client = await register({ client_secret });
    const { code, verifier } = await obtainCode(person, client);
    const rotated = { ...client, client_secret: 'another secret of more than thirty-two characters' };
    const parsed = await parseRegistration(rotated);
    await change(client, (each) => (parsed.ok ? parsed.value : each));
    const form = { code, code_verifier: verifier };
    expect(await redeem(server, client, form)).toMatchObject({ status: 401, json: { error: 'invalid_client' } });
    expect((await redeem(server, rotated, form)).status).toBe(200);
  });

  test('under a global policy that changes: an unbound code below the new floor is refused', async () => {
    const client = await register({ client_secret, pkce_policy: 'none' });
    const { code } = await obtainCode(person, client, withoutChallenge);
    await store.putPolicy({ ...shippedGlobalPolicy, floor: 'S256' }, author);
    server.clock.advance(31);
    expect(await redeem(server, client, { code })).toMatchObject(belowPolicy);
    await store.putPolicy(shippedGlobalPolicy, author);
    server.clock.advance(31);
  });
});

describe('H11: a client that changes before /authorize', () => {
  test('tightened to S256: plain is refused, and S256 is admitted', async () => {
    const client = await register({ pkce_policy: 'any' });
    const { challenge } = plainChallenge();
    expect(await authorize(client, challenge)).toHaveProperty('code');
    await change(client, tighten);
    expect(await authorize(client, challenge)).toMatchObject({ error: 'invalid_request' });
    expect(await authorize(client, {})).toHaveProperty('code');
  });

  test.each([
    ['disabled', (each: RegisteredClient) => ({ ...each, disabled: true })],
    ['removed', () => undefined],
    ['with another redirect URI', (each: RegisteredClient) => ({ ...each, redirectUris: ['https://new.example/'] })],
  ])('%s: nobody is redirected any more', async (_, to) => {
    const client = await register({});
    expect(await authorize(client, {})).toHaveProperty('code');
    await change(client, to);
    const page = await person.open(authorizeTarget(client));
    expect(page.status).toBe(400);
    expect(page.headers).not.toHaveProperty('location');
  });
});

describe('report mode', () => {
  const report = (each: RegisteredClient): RegisteredClient => ({ ...each, pkce: { policy: 'S256', mode: 'report' } });

  test('lets through what only the policy refuses, and says so in the audit line', async () => {
    const client = await register({ client_secret });
    await change(client, report);
    const { code } = await obtainCode(person, client, withoutChallenge);
    expect(lastDecision()).toMatchObject({
      verdict: 'allowed',
      mode: 'report',
      wouldRefuse: 'code_challenge_required',
    });
    expect((await redeem(server, client, { code })).status).toBe(200);
    expect(lastDecision()).toMatchObject({
      verdict: 'allowed',
      policy: 'S256',
      mode: 'report',
      wouldRefuse: 'code_below_policy',
    });
  });

  test('never lets through a failed proof', async () => {
    const client = await register({ client_secret });
    await change(client, report);
    const { code } = await obtainCode(person, client);
    const refused = await redeem(server, client, { code, code_verifier: pkcePair().verifier });
    expect(refused.json.error).toBe('invalid_grant');
  });

  test('never lets a public client go without a challenge', async () => {
    const client = await register({});
    await change(client, report);
    expect(await authorize(client, withoutChallenge)).toMatchObject({ error: 'invalid_request' });
    expect(await authorize(client, plainChallenge().challenge)).toHaveProperty('code');
  });

  test('ends at its enforce-after date', async () => {
    const client = await register({ client_secret });
    const enforceAfter = server.clock.now() + 100;
    await change(client, (each) => ({ ...each, pkce: { policy: 'S256', mode: 'report', enforceAfter } }));
    expect(await authorize(client, withoutChallenge)).toHaveProperty('code');
    server.clock.advance(100);
    expect(await authorize(client, withoutChallenge)).toMatchObject({ error: 'invalid_request' });
  });
});

describe('a waiver', () => {
  test('lets a public client go without PKCE until it expires', async () => {
    const client = await register({});
    const waiver = { owner: 'ada', reason: 'a test', until: server.clock.now() + 100 };
    await change(client, (each) => ({ ...each, pkce: { policy: 'none', waiver } }));
    const { code } = await obtainCode(person, client, withoutChallenge);
    expect(lastDecision()).toMatchObject({ policy: 'none', origin: 'waiver' });
    expect((await redeem(server, client, { code })).status).toBe(200);
    server.clock.advance(100);
    expect(await authorize(client, withoutChallenge)).toMatchObject({ error: 'invalid_request' });
  });
});
