import { expect, test } from 'vitest';
import { grantableFor } from '../../functions/authorize/grantable-for.ts';
import { parseParameters } from '../../shared/oauth/parameters.ts';

const scope = ['openid', 'profile', 'email', 'notes:read', 'shop:buy'];
const deps = {
  apis: {
    list: async () => [
      { resource: 'https://notes.example/', scope: ['notes:read'] },
      { resource: 'https://shop.example/', scope: ['shop:buy', 'profile'] },
    ],
  },
  hasOperators: false,
};
const details = encodeURIComponent('[{"type":"payment"}]');

test.each([
  ['names nothing', '', scope],
  ['has a scope', 'scope=openid&resource=https://notes.example/', scope],
  ['has a scope beside details', `scope=openid&authorization_details=${details}`, scope],
  ['names an API', 'resource=https://notes.example/', ['notes:read']],
  ['names an API whose scope is about people', 'resource=https://shop.example/', ['shop:buy']],
  ['names an API that there is not', 'resource=https://nowhere.example/', []],
  ['has details alone', `authorization_details=${details}`, []],
  ['has details, and names an API', `authorization_details=${details}&resource=https://notes.example/`, ['notes:read']],
])('DC11: what an unregistered client may get if its request %s', async (_, query, expected) => {
  const parsed = parseParameters(query);
  if (!parsed.ok) throw new Error(query);
  const client = { scope, grantTypes: ['authorization_code'] as const };
  expect(await grantableFor(parsed.value, { ...client, clientClass: 'dynamic' }, deps)).toEqual(expected);
  expect(await grantableFor(parsed.value, { ...client, clientClass: undefined }, deps)).toEqual(scope);
});
