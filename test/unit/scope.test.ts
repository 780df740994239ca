import { describe, expect, test } from 'vitest';
import { grantScope, parseScope } from '../../shared/oauth/scope.ts';

const granted = (values: string[]) => ({ ok: true, value: values });
const refused = (reason: string) => ({ ok: false, refusal: { reason } });
const registered = ['openid', 'profile', 'orders:read'];

describe('the scope parameter', () => {
  test.each([
    ['values separated by a space', 'openid profile', ['openid', 'profile']],
    ['in the order they came', 'profile openid', ['profile', 'openid']],
    ['each once', 'openid openid', ['openid']],
    ['more than one space between them', ' openid  profile ', ['openid', 'profile']],
    [
      'every character that may be there',
      "!#$%&'()*+,-./09:;<=>?@AZ[]^_`az{|}~",
      ["!#$%&'()*+,-./09:;<=>?@AZ[]^_`az{|}~"],
    ],
    ['nothing', '', []],
  ])('%s', (_, text, values) => {
    expect(parseScope(text)).toEqual(granted(values));
  });

  test.each(['a"b', 'a\\b', 'a\tb', 'a\nb', 'a\0b', 'a\x7fb', 'é', '🔑', 'openid\u00a0profile'])(
    'OA11 %j has a character that a scope value cannot have',
    (text) => {
      expect(parseScope(`openid ${text}`)).toEqual(refused('scope_malformed'));
      expect(grantScope(`openid ${text}`, registered)).toEqual(refused('scope_malformed'));
    },
  );
});

describe('OA11 the granted scope', () => {
  test.each([
    ['is what was asked for', 'openid orders:read', ['openid', 'orders:read']],
    ['leaves out what the client is not registered for', 'openid orders:write', ['openid']],
    ['leaves out values of another case', 'openid PROFILE', ['openid']],
    ['is never more than was asked for', 'profile', ['profile']],
  ])('%s', (_, requested, values) => {
    expect(grantScope(requested, registered)).toEqual(granted(values));
  });

  test.each(['orders:write', 'OPENID', 'orders', 'orders:read:all', ' '])(
    'is refused when nothing is left of %j',
    (requested) => {
      expect(grantScope(requested, registered)).toEqual(refused('scope_not_registered'));
    },
  );

  test('is nothing, and no mistake, when all that is left of it is ignored', () => {
    expect(grantScope('offline_access', registered, ['offline_access'])).toEqual(granted([]));
    expect(grantScope('openid offline_access', registered, ['offline_access'])).toEqual(granted(['openid']));
    expect(grantScope('orders:write', registered, ['offline_access'])).toEqual(refused('scope_not_registered'));
  });

  test('OC5 without a scope parameter is what is registered, but no ID token', () => {
    expect(grantScope(undefined, registered)).toEqual(granted(['profile', 'orders:read']));
  });
});
