import { describe, expect, test } from 'vitest';
import { askForCodes, decideAt, deviceGrant, enterUserCode, poll } from '../support/device.ts';
import { type FullClient, introspect, mobile, obtainTokens, portal, warehouse } from '../support/lifecycle.ts';
import { signedInPerson } from '../support/person.ts';
import { pkcePair } from '../support/pkce.ts';
import { authorizeTarget, claimsOf, parametersOf, redeem } from '../support/protocol.ts';
import { pushFor } from '../support/pushed.ts';
import { startTestServer } from '../support/server.ts';

/* OpenID Connect Core §11: `offline_access` is ignored where the client gets no refresh tokens, and nothing is refused for it. */

const online: FullClient = {
  ...mobile,
  client_id: 'online',
  redirect_uris: ['https://online.example/callback'],
  grant_types: ['authorization_code', deviceGrant],
  first_party: false,
};
const offline: FullClient = { ...online, client_id: 'offline', grant_types: ['authorization_code', 'refresh_token'] };
const hybrid: FullClient = {
  ...portal,
  client_id: 'hybrid',
  grant_types: ['authorization_code'],
  response_types: ['code', 'code id_token'],
  scope: 'openid email offline_access',
  first_party: false,
};
const server = await startTestServer({ clients: [online, offline, hybrid, warehouse] });
const person = await signedInPerson(server);
const scope = 'openid email offline_access';
/** What the consent page says of it. */
const whileAway = /while you are not using it/i;

describe('a client without refresh tokens that asks for offline_access', () => {
  test('has the person asked for the rest alone, once', async () => {
    const page = await person.follow(authorizeTarget(online, { scope }));
    expect(page.body).toContain('name="decision"');
    expect(page.body).not.toMatch(whileAway);
    const tokens = await obtainTokens(server, person, online, { scope });
    expect(tokens).toMatchObject({ scope: 'openid email' });
    expect(tokens).not.toHaveProperty('refresh_token');
    expect(claimsOf(tokens.access_token)).toMatchObject({ scope: 'openid email' });
    const { json } = await introspect(server, warehouse, { token: tokens.access_token });
    expect(json).toMatchObject({ active: true, scope: 'openid email' });
    expect(await obtainTokens(server, person, online, { scope, prompt: 'none' })).toMatchObject({
      scope: 'openid email',
    });
  });

  test('is not refused when it asks for nothing else', async () => {
    const tokens = await obtainTokens(server, person, online, { scope: 'offline_access' });
    expect(tokens).not.toHaveProperty('refresh_token');
    expect(tokens).not.toHaveProperty('scope');
  });

  test('and the person is told what the client has of it then', async () => {
    const page = await person.follow(authorizeTarget(hybrid, { scope: 'offline_access' }));
    expect(page.body).toContain('name="decision"');
    const told = '<li>Sign you in, and recognise you next time</li>';
    expect(page.body).toContain(told);
    await person.submit(page, { decision: 'allow' });
    const { body } = await person.open('/account');
    expect(body.slice(body.indexOf('hybrid')).split('</ul>')[0]).toContain(told);
  });

  test('by a pushed request', async () => {
    const { target, verifier } = await pushFor(server, online, { scope });
    const { code } = parametersOf(await person.authorize(target));
    const { json } = await redeem(server, online, { code, code_verifier: verifier });
    expect(json).toMatchObject({ scope: 'openid email' });
  });

  test('by the hybrid flow', async () => {
    const tokens = await obtainTokens(server, person, hybrid, { scope });
    expect(tokens).toMatchObject({ scope: 'openid email' });
    const both = authorizeTarget(hybrid, { scope, response_type: 'code id_token', nonce: 'a nonce' });
    expect((await person.authorize(both)).hash).toContain('code=');
  });

  test('as a device', async () => {
    const { verifier, challenge } = pkcePair();
    const asked = await askForCodes(server, online, {
      scope,
      code_challenge: challenge,
      code_challenge_method: 'S256',
    });
    const { device_code, user_code } = asked.json;
    const page = await enterUserCode(person, user_code);
    expect(page.body).not.toMatch(whileAway);
    await decideAt(page, person, user_code, 'allow');
    const { json } = await poll(server, online, device_code, { code_verifier: verifier });
    expect(json).toMatchObject({ scope: 'openid email' });
    expect(json).not.toHaveProperty('refresh_token');
    const alone = { scope: 'offline_access', code_challenge: challenge, code_challenge_method: 'S256' };
    const { json: askedAlone } = await askForCodes(server, online, alone);
    expect((await enterUserCode(person, askedAlone.user_code)).body).toContain('<li>Sign you in, and recognise');
  });
});

test('a client with refresh tokens has the person asked, and is granted it', async () => {
  const page = await person.follow(authorizeTarget(offline, { scope }));
  expect(page.body).toMatch(whileAway);
  const tokens = await obtainTokens(server, person, offline, { scope });
  expect(tokens).toMatchObject({ scope, refresh_token: expect.any(String) });
});
