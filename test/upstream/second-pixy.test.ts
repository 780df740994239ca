import { expect, test } from 'vitest';
import { web } from '../support/clients.ts';
import { newPerson } from '../support/person.ts';
import { pkcePair } from '../support/pkce.ts';
import { authorizeTarget, claimsOf, parametersOf, redeem } from '../support/protocol.ts';
import { startTestServer } from '../support/server.ts';
import { comeBack, targetOf, toProvider } from './flow.ts';
import { grace, startOtherPixy } from './other-pixy.ts';

/* Pixy as the upstream of Pixy. */

const client = { ...web, first_party: true };
const { issuer, upstreams } = await startOtherPixy({ first_party: true });
const upstream = { port: Number(new URL(issuer).port) };
const server = await startTestServer({ clients: [client], environment: { PIXY_UPSTREAMS: upstreams } });

test('a person of the other one signs in here, and stays signed in at both', async () => {
  const [here, there] = [newPerson(server), newPerson(upstream)];
  const { verifier, challenge } = pkcePair();
  const target = authorizeTarget(client, { idp: 'pixy', code_challenge: challenge, scope: 'openid profile email' });
  const authorization = await toProvider(here, target);
  const callback = await there.authorize(targetOf(authorization), grace);
  const page = await comeBack(here, callback);
  const { code } = parametersOf(new URL(page.headers.location ?? ''));
  const { json } = await redeem(server, client, { code, code_verifier: verifier });
  const { sub, amr } = claimsOf(json.id_token);
  expect(sub).not.toBe('grace-there');
  expect(amr).toEqual(['pwd']);

  const again = newPerson(server);
  const silently = await there.authorize(targetOf(await toProvider(again, authorizeTarget(client, { idp: 'pixy' }))));
  expect((await comeBack(again, silently)).status).toBe(302);
});

test('nobody comes in with a code that was issued to another browser', async () => {
  const [here, other, there] = [newPerson(server), newPerson(server), newPerson(upstream)];
  const mine = await there.authorize(targetOf(await toProvider(here, authorizeTarget(client, { idp: 'pixy' }))), grace);
  const theirs = await there.authorize(targetOf(await toProvider(other, authorizeTarget(client, { idp: 'pixy' }))));
  theirs.searchParams.set('code', mine.searchParams.get('code') ?? '');
  const page = await comeBack(other, theirs);
  expect(page.body).toContain('Signing in with The other one did not work.');
  expect(other.cookies.has('pixy_session')).toBe(false);
});
