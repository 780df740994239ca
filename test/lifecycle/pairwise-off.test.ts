import { expect, test } from 'vitest';
import { send } from '../support/http.ts';
import { type FullClient, mobile } from '../support/lifecycle.ts';
import { signedInPerson } from '../support/person.ts';
import { authorizeTarget, parametersOf } from '../support/protocol.ts';
import { startTestServer } from '../support/server.ts';

const shop: FullClient = {
  ...mobile,
  client_id: 'shop',
  redirect_uris: ['https://shop.example/callback'],
  subject_type: 'pairwise',
};
const server = await startTestServer({ clients: [shop] });

test('OC11: a client with pairwise subjects is refused where they are off: it must never learn the one of the account', async () => {
  const person = await signedInPerson(server);
  const redirected = await person.authorize(authorizeTarget(shop));
  expect(parametersOf(redirected)).toMatchObject({ error: 'unauthorized_client' });
  expect(redirected.searchParams.get('error_uri')).toContain('#pairwise_unavailable');
  const { body } = await send(server.port, '/.well-known/openid-configuration');
  expect(JSON.parse(body).subject_types_supported).toEqual(['public']);
});
