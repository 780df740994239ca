import * as v from 'valibot';
import { expect, test } from 'vitest';
import { authenticateAnswer, claimsAnswer, migrateAccountAnswer } from '../../shared/hooks/answers.ts';
import { readClaims } from '../../shared/oauth/claim-types.ts';
import { toIdentity } from '../../shared/upstream/identity.ts';

test.each<[string, unknown, unknown]>([
  ['email_verified', true, true],
  ['email_verified', 'true', true],
  ['email_verified', ' TRUE ', true],
  ['email_verified', 1, true],
  ['phone_number_verified', 'yes', true],
  ['phone_number_verified', 'no', false],
  ['email_verified', '0', false],
  ['updated_at', 1_300_000_000, 1_300_000_000],
  ['updated_at', '1300000000', 1_300_000_000],
  ['updated_at', 1_300_000_000_500, 1_300_000_000.5],
  ['updated_at', '2011-03-13T07:06:40.000Z', 1_300_000_000],
  ['updated_at', '2011-03-13 07:06:40', 1_300_000_000],
  ['updated_at', '2011-03-13T08:06:40+01:00', 1_300_000_000],
  ['updated_at', '2011-03-13', 1_299_974_400],
  ['birthdate', '1815-12-10', '1815-12-10'],
  ['birthdate', 1815, '1815'],
  ['address', '1 Long Road, London', { formatted: '1 Long Road, London' }],
  ['address', '{"country":"GB"}', { country: 'GB' }],
  ['address', { country: 'GB', region: null }, { country: 'GB' }],
  ['name#ja', '青木', '青木'],
  ['department', { id: 7 }, { id: 7 }],
  ['department', 7, 7],
])('I3: %s: %j is read as %j', (name, value, meant) => {
  expect(readClaims({ [name]: value })).toEqual({ claims: { [name]: meant }, mistakes: [] });
});

/** A list in a list in a list. */
const nested = (levels: number): unknown => JSON.parse('['.repeat(levels) + ']'.repeat(levels));

test.each<[string, unknown, string]>([
  ['email_verified', 'maybe', 'is not true or false'],
  ['email_verified', 2, 'is not true or false'],
  ['phone_number_verified', {}, 'is not true or false'],
  ['updated_at', 'yesterday', 'is not a time in seconds since 1970'],
  ['updated_at', -1, 'is not a time in seconds since 1970'],
  ['updated_at', true, 'is not a time in seconds since 1970'],
  ['updated_at', '2011-13-45', 'is not a time in seconds since 1970'],
  ['birthdate', 18_151_210, 'is not a text'],
  ['name', 7, 'is not a text'],
  ['name#ja', ['x'], 'is not a text'],
  ['phone_number', 441_234_567, 'is not a text'],
  ['address', 7, 'is not an object'],
  ['address', '{"country":', 'is not an object'],
  ['address', { postal_code: 2134 }, 'has a postal_code that is not a text'],
  ['updated_at', 1e308, 'has a number that is not exact: make it a text'],
  ['snowflake', 2 ** 60, 'has a number that is not exact: make it a text'],
  ['department', { ids: [1, -1e300] }, 'has a number that is not exact: make it a text'],
  ['department', 1e-200, 'has a number that is not exact: make it a text'],
  ['name', 'Ada \ud800', 'has a character that is none in Unicode'],
  ['department', ['\udfff'], 'has a character that is none in Unicode'],
  ['department', { '': 1 }, 'has a member that has no name'],
  ['department', nested(21), 'has more than 20 levels'],
])('I3: %s: %j is refused, since it %s', (name, value, problem) => {
  expect(readClaims({ [name]: value, nickname: 'Ada' })).toEqual({
    claims: { nickname: 'Ada' },
    mistakes: [{ member: name, problem }],
  });
});

test('a claim that is too deep for recursion is refused like any other', () => {
  expect(readClaims({ department: nested(100_000) }).claims).toEqual({});
  const answer = { id_token: { department: nested(100_000) } };
  expect(v.parse(claimsAnswer, answer).id_token).toEqual({});
});

test('what can be stored is read as it is', () => {
  const claims = { id: Number.MAX_SAFE_INTEGER, share: -0.1, none: 0, tree: nested(20), '': 'x' };
  expect(readClaims(claims)).toEqual({ claims, mistakes: [] });
});

test.each([null, undefined, ''])('I5: a claim that is %j is absent', (value) => {
  expect(readClaims({ name: value, department: value })).toEqual({ claims: {}, mistakes: [] });
});

const given = { email_verified: 'true', updated_at: '2011-03-13', birthdate: 1815, name: 7, department: 7 };
const meant = { email_verified: true, updated_at: 1_299_974_400, birthdate: '1815', department: 7 };

test('I3: the answers of hooks have claims of the right types, and go without the others', () => {
  const account = { sub: 'ada', claims: given };
  expect(v.parse(authenticateAnswer, { account }).account?.claims).toEqual(meant);
  expect(v.parse(migrateAccountAnswer, { account: { claims: given } }).account?.claims).toEqual(meant);
  const answer = { id_token: given, userinfo: given, access_token: given };
  expect(v.parse(claimsAnswer, answer)).toEqual({ id_token: meant, userinfo: meant, access_token: meant });
});

test('I3: so have the claims of a provider, and only true and "true" mean that it has verified an address', () => {
  const names = ['email', 'email_verified', 'updated_at', 'birthdate', 'name', 'department'];
  const provider = {
    issuer: 'https://idp.example',
    claims: Object.fromEntries(names.map((name) => [name, name])),
    emailDomains: ['example.com'],
    trustEmail: true,
    trustAmr: false,
  };
  const address = { sub: 'ada', email: 'ada@example.com' };
  expect(toIdentity(provider, { ...address, ...given }, {}).claims).toEqual({ ...meant, email: 'ada@example.com' });
  const loose = toIdentity(provider, { ...address, email_verified: 'yes' }, {});
  expect(loose).toMatchObject({ email: undefined, claims: { email_verified: false } });
});
