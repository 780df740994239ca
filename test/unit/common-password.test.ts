import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { passwordLimits } from '../../shared/people/account-password.ts';
import { admitPassword } from '../../shared/people/admit-password.ts';
import { isCommonPassword } from '../../shared/people/common-password.ts';

const require = createRequire(import.meta.url);

test('S25, AV3: more than 3,000 passwords that are long enough are on the list', () => {
  const ofPackage = createRequire(require.resolve('fxa-common-password-list'));
  const { Decoder } = ofPackage('incremental-encoder').default;
  const all: string[] = new Decoder().decode(String(ofPackage('./encoded-passwords')).split('\n'));
  const long = all.filter((password) => password.length >= passwordLimits.minimum);
  expect(long.length).toBeGreaterThan(3_000);
  for (const index of [0, 1_000, 3_000]) expect(isCommonPassword(long[index] ?? '')).toBe(true);
});

test.each(['basketball', 'BasketBall', '1q2w3e4r5t', '1234567890', 'qwertyuiop', 'PASSWORD123'])(
  'S25: nobody can choose %s',
  (typed) => expect(admitPassword(typed, [])).toEqual({ ok: false, refusal: 'common' }),
);

test.each(['correct horse battery staple', 'constructor of bridges', 'hasOwnProperty', '__proto__ __proto__ a'])(
  '%s is not common',
  (typed) => expect(admitPassword(typed, []).ok).toBe(true),
);
