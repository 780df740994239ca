import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseRegistration } from '../../shared/clients/registration.ts';
import { judgeGivenSecret, judgePlaceholder } from '../../shared/oauth/placeholder.ts';
import { checkGivenAccount } from '../../shared/people/given-account.ts';
import { generateSecret } from '../../shared/secret.ts';

const table: [problem: RegExp, ...texts: string[]][] = [
  [/^is blank$/, '', ' ', '\t\n', '\u00a0\u3000'],
  [/^is masked/, '**********', '*', 'aaa', '••••••••', '●●●●●●', 'ab****yz', '********9f3c', 'xxxxxxxx', 'XXXX-XXXX-XXXX',
    '----------', '########', '........', '0000000000'],
  [/^is cut off/, '4f9a…', '4f9ac0d1...'],
  [/variable/, '\u0024{SHOP_SECRET}', '\u0024{env.SHOP:-x}', '$(SHOP_SECRET)', '{{x}}', '{{ .Values.shop.secret }}', '%SHOP_SECRET%',
    '@@SHOP_SECRET@@', '##SHOP_SECRET##', '#{ShopSecret}#', '<%= secret %>', '$SHOP_SECRET', '$env:SHOP_SECRET'],
  [/reference/, '@Microsoft.KeyVault(SecretUri=https://v.vault.azure.net/secrets/s)', 'ENC[AES256_GCM,data:x]',
    'arn:aws:secretsmanager:eu-west-1:1:secret:s', 'vault:secret/data/shop#secret', 'op://shop/secret', '{{resolve:ssm:x}}'
  ],
  [/encrypted/, '{cipher}6ab0dfc5', '{cas-cipher}eyJhbGciOiJIUzUxMiJ9.c2VjcmV0', 'ENC(G6N718UuyPE5bHyWKyuLQSm02auQPUtm)', '$ANSIBLE_VAULT;1.1;AES256'],
  [/brackets/, '<hidden>', '<client-secret>', '[redacted]', '(not shown)', '{secret}'],
  [/word/, 'REDACTED', '*** REDACTED ***', 'redacted', 'Hidden', '-- removed --', 'changeme', 'change-me', 'CHANGE_ME', 'your-client-secret',
    'YOUR_CLIENT_SECRET_HERE', 'client_secret', 'null', 'undefined', 'None', 'n/a', 'TODO', 'secret', 'password'],
]; // biome-ignore format: a table

describe.each(table)('I1: what %s', (problem, ...texts) => {
  test.each(texts)('%j is no secret', (text) => {
    // A resolved reference in two braces is a variable as well.
    expect(judgePlaceholder(text)).toMatch(text.startsWith('{{resolve') ? /variable/ : problem);
    expect(judgeGivenSecret(text)).toBeDefined();
  });
});

test.each([
  ['$2b$12$/EV4GH.n7rtyLRupPPE5NeUR.p6R73ylzQIdMTF.J9pKSO7o0QWhK', 'bcrypt'],
  ['$wp$2y$04$mk/5m6zaecWE6dgckx91iOq92.nqo3uLbhP66qxt3p2mx8019Wn56', 'WordPress'],
  ['$argon2id$v=19$m=1024,p=1,t=2$0pDekz8RTRf9WXGSMGJIhA$sPP9/uKju1GfWYuuOT3p66vjomSqMfS4/GLCnUx66K4', 'argon2'],
  ['$pbkdf2-sha512$310000$c8p78n7pUMln0jzvd4aK4Q$JNRBzwAo0ek5qKn50cFzzvE9RXV88h1wJn5KGiHrD0YKtZaR', 'Authelia'],
  ['$6$rounds=50000$aBcDeFgHiJkL$tTr9xSdkZhFmY7Gm1b4qWcVxUeE2oRrPpLlNnMm', 'crypt(3)'],
  ['pbkdf2_sha256$1000$06cDmhyLNwkhDEnp1cuDF6$wykje3vieQxRVREjoCu7PJixbJUwYjZ4fm/2ckUZjc0=', 'Django'],
  ['scrypt:32768:8:1$DiV5cMkc3kCOA2r8$d8f4e10310d34ada526f0079a1cef258', 'Werkzeug'],
  ['{SSHA}2W9xZ0nR6t3Jm0p9yXo1Qm3uGk3pT5bE', 'LDAP'],
  ['{bcrypt}$2a$10$Il0aEx0lNcIn.eiadAtRUO4CeN4sbrL667GxWDFr/Vn9O2ijQRkja', 'Spring'],
  ['$100801$TOS7XBtiiFkyWQEKdShehA==$xu5G73Qo4HdAx9px1IJKibRqqcRWC/NTwLg75O1TPhs=', 'scrypt of Spring'],
  ['$P$B9xZ0nR6t3Jm0p9yXo1Qm3uGk3pT5b1', 'phpass'],
  ['AQAAAAIAAYagAAAAEBv6nGQ0m1bV4zUoJ7yWb0pWc2x1S8d3fH5kL9qR7tYvU2iO4aE6gXhZ1nM0sB3cD==', 'ASP.NET'],
  ['{pepper:append}$2b$12$/EV4GH.n7rtyLRupPPE5NeUR.p6R73ylzQIdMTF.J9pKSO7o0QWhK', 'with a pepper'],
  ['sha256$vZE_9oJD1BuWEbJpDfvysPbkLqFFNqmCMvTtrdqW5nE', 'Pixy'],
  ['sha512-base64$H0D8ktokFpR1CXnubPWC8tXX0o4YM13gWrxU0FYOD1MCgxlK/CNVgJSql50IQVG82n7u86Mst0oa/w==', 'Pixy, imported'],
])('I1: the hash %j (%s) is no secret, and would let in whoever has read it', (hash) => {
  expect(judgeGivenSecret(hash)).toBe(
    'is a hash, not the value itself: give it as client_secret_hashes, which --format rfc7591 reads',
  );
  expect(checkGivenAccount({ username: 'ada', password: hash })).toEqual({
    ok: false,
    refusal: [{ member: 'password', problem: 'is a hash, not the value itself: give it as password_hash' }],
  });
});

test('I1: a text of five characters is too short to be a secret, one of six is not', () => {
  expect(judgeGivenSecret('k3v-9')).toMatch(/^is too short to be a secret/);
  expect(judgeGivenSecret('k3v-9q')).toBeUndefined();
});

test.each([
  'pixie-dust',
  'correct horse battery staple',
  '49C1A7E1-0C79-4A89-A3D6-A37998FB86B0',
  'a "longer" secret: 100% + more & more, ~ and so on',
  '$ecretOfTheShop!',
  '$2b$like-a-hash',
  '$6$KB:yEl^&;(-21,0X/&`\\N;tHsPt|',
  'sha256$is-what-they-use',
  '$12345$is-a-price',
  'x9xx9xxx',
  'why***not',
  '**not quite**',
  'the secret of the shop',
])('I1: %j may be a secret', (text) => {
  expect(judgeGivenSecret(text)).toBeUndefined();
});

test('I1: no secret that Pixy makes is taken for a placeholder', () => {
  fc.assert(fc.property(fc.constant(undefined), () => judgeGivenSecret(generateSecret()) === undefined));
});

test.each(['**********', 'REDACTED', '\u0024{SHOP_SECRET}', ' ', '', 'k3v-9'])(
  'I1: a client with the secret %j is refused by the member, which is not quoted',
  async (secret) => {
    const parsed = await parseRegistration({
      client_id: 'm',
      client_secret: secret,
      redirect_uris: ['https://m.example.com/cb'],
    });
    if (parsed.ok) throw new Error('it was registered');
    expect(parsed.refusal.member).toBe('client_secret');
    expect(parsed.refusal.problem.split(' ')).not.toContain(secret.trim() || '(blank)');
  },
);
