import { expect, test } from 'vitest';
import { toIdentity } from '../../shared/upstream/identity.ts';

const provider = {
  issuer: 'https://provider.example',
  claims: { name: 'name', locale: 'locale' },
  trustEmail: false,
  trustAmr: false,
};
const claimsOf = (told: Record<string, unknown>) => toIdentity(provider, { sub: 'somebody', ...told }, {}).claims;

test('a claim of a provider may have 2,000 characters of JSON, so that none can fill the item of an account', () => {
  const longest = 'x'.repeat(1_998);
  expect(claimsOf({ name: longest })).toEqual({ name: longest });
  expect(claimsOf({ name: `${longest}x`, locale: { nested: longest } })).toEqual({});
});

test('of a provider only the claims of its mapping are taken', () => {
  expect(claimsOf({ name: 'Ada', role: 'admin', username: 'root' })).toEqual({ name: 'Ada' });
});
