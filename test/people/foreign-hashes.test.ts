import { describe, expect, test } from 'vitest';
import { passwordScheme } from '../../cli/commands/accounts/present-account.ts';
import { readAspNet } from '../../shared/foreign-hashes/aspnet.ts';
import { readDjangoBcrypt } from '../../shared/foreign-hashes/django-bcrypt.ts';
import { admitPasswordHash } from '../../shared/foreign-hashes/stored-password.ts';
import { readWordPress } from '../../shared/foreign-hashes/wordpress.ts';
import type { Account } from '../../shared/people/account.ts';
import { verifyStoredPassword } from '../support/verify-hash.ts';

/*
 * Hashes that the software itself made: Spring Security 7.1, Django, Werkzeug, argon2-cffi and passlib of Python, argon2 and aspnet-identity-pw of npm; version 3 of ASP.NET Identity, WordPress 6.8, Kratos and directories but OpenLDAP by their published layout.
 */
const password = 'grünes Dach, 12 Ziegel';

const made: [string, string, string][] = [
  ['npm argon2, in its order', 'argon2id', '$argon2id$v=19$m=1024,p=1,t=2$0pDekz8RTRf9WXGSMGJIhA$sPP9/uKju1GfWYuuOT3p66vjomSqMfS4/GLCnUx66K4'],
  ['npm argon2 with data', 'argon2id', '$argon2id$v=19$m=1024,p=1,t=2,data=c2hvcA$xcjr06e71nAV5HktnNJkBQ$lR1vWZypQhIPKH+CFuhGq9L0TvNJXA2zKPkHV4GLncY'],
  ['an older order, with a key id', 'argon2id', '$argon2id$v=19$t=2,m=1024,p=1,keyid=abc$0pDekz8RTRf9WXGSMGJIhA$sPP9/uKju1GfWYuuOT3p66vjomSqMfS4/GLCnUx66K4'],
  ['Django argon2', 'argon2', 'argon2$argon2id$v=19$m=102400,t=2,p=8$VjVHT0l4UjhMME9hYXJ5R2tJVjQ2bg$dhtxhGcmZlinKVsTLHiuT3ErEuGFaQx/eRrAPuMWL7s'],
  ['Django bcrypt', 'bcrypt', 'bcrypt$$2b$04$aS6SZ6NVLCvQb/D5qMCBheRYdSaXzYHOs2xjBRcnUbmkLQQ23aoMm'],
  ['Django bcrypt_sha256', 'bcrypt', 'bcrypt_sha256$$2b$04$w0uAAeFuuYp7TLA8aJ/qzOlVZR66rBx2ALmLfTpRvS9bNO2TlOFFm'],
  ['Django scrypt', 'scrypt', 'scrypt$16384$zWBD56y3JmqPowgxsQDj9K$8$5$QyVAR0ZMTEyaqHXfvyCyuZ6aWFiF2ccG7Brzu6oNiPcOZyN/2B57KBgVJqmo6Yfjzm/WfL+4ASiiToUM+rkB7A=='],
  ['Werkzeug scrypt', 'scrypt', 'scrypt:32768:8:1$DiV5cMkc3kCOA2r8$d8f4e10310d34ada526f0079a1cef258651b09bc2330e54bfb38c6f20fcdd67c0c29928c510337547c81a396c3fbe67d542e4edb2d75bdb478f7691eb1c52c80'],
  ['Werkzeug PBKDF2', 'pbkdf2', 'pbkdf2:sha256:1000$abQgfmV1oDnnt4ea$b9828034b08b76e5411f5ab7b8a61968cd0f48510c676b7958fc6df8709ffb83'],
  ['WordPress since 6.8', 'WordPress', '$wp$2y$04$mk/5m6zaecWE6dgckx91iOq92.nqo3uLbhP66qxt3p2mx8019Wn56'],
  ['WordPress before', 'WordPress', '$P$BUbJsVySnsoXDL76cP1YY.yxQB6Hsh1'],
  ['phpass with another cost', 'WordPress', '$P$6MOnlpd9K1PEpKSP5P0HSU54tty/ZV0'],
  ['Spring Security', 'bcrypt', '{bcrypt}$2a$04$/EV4GH.n7rtyLRupPPE5NeUR.p6R73ylzQIdMTF.J9pKSO7o0QWhK'],
  ['Spring Security PBKDF2, before 5.8', 'pbkdf2', '{pbkdf2}acf4a08b95102cefbcbf79b6e9b622666365c453af3c9cccc2eb863f6c8a4294cf2ba9cbd4e3dc54'],
  ['Spring Security PBKDF2', 'pbkdf2', '{pbkdf2@SpringSecurity_v5_8}99608e7e3e5da51ad3dca45a772975510683e2346650427301c688af3cd37eed4a9c26ab0d999611aa1982fddf43b84a'],
  ['Spring Security scrypt, before 5.8', 'scrypt', '{scrypt}$e0801$TA7nmYKb9F1HLirDpdy+bV/ouBL8nKvNHFE5e+mnA3cDRq9SUpayh6KW/b/EcP1Ugoed3ee6lOHKQK9/j824Aw==$2Z1J5BN/hL5CUV5SvX/hB8XA7wzLf5b9DjzP0QJoGmc='],
  ['Spring Security scrypt', 'scrypt', '{scrypt@SpringSecurity_v5_8}$100801$ufHPZ+wDN8tG4YzatlBN4Q==$yBn9/T9Nfxt3XPYy+tDF+9Qcjs0BpZzIC2hSGGSbw4c='],
  ['Spring Security scrypt, without a prefix', 'scrypt', '$100801$ufHPZ+wDN8tG4YzatlBN4Q==$yBn9/T9Nfxt3XPYy+tDF+9Qcjs0BpZzIC2hSGGSbw4c='],
  ['Spring Security argon2', 'argon2id', '{argon2@SpringSecurity_v5_8}$argon2id$v=19$m=16384,t=2,p=1$axBT8YTKeYK9UIX5leYs4w$eE+LzZooIH0tp8sjyddhU9ma4P8ROUz8Mw///5dMQtI'],
  ['Kratos scrypt', 'scrypt', '$scrypt$ln=16384,r=8,p=1$SmSKVdfTfZffn1o8mGxWpA==$nGsRl88GLz0z+fah1wq+9iP0w8XYJFK2ix3c3HbJyGE='],
  ['ASP.NET Identity 2', 'ASP.NET Identity', 'AEbAWmh1hinQkOwQDb0e9Qmq7cPiy95fWYaVjIq7W8IBwPZghi9lZsJUoeKqJY5eBQ=='],
  ['ASP.NET Identity 3, SHA-256', 'ASP.NET Identity', 'AQAAAAEAAAPoAAAAEHGds6P/i9OBd0vi+bhUNyeKd7Ef4BaEfYPWVMpfg6aaBrQWY2FBN4FcRE6utSJv/w=='],
  ['ASP.NET Identity 3, SHA-512', 'ASP.NET Identity', 'AQAAAAIAAAPoAAAAEAC0DaY/J2yWril762pxHEfEhMlCKFzdF59S191ky0s98+DG8P8NBaoiJp2KBDl2Sw=='],
  ['Linux, SHA-512', 'SHA-crypt', '$6$Zrt4vQ8kL0$6.NJWtGfH.xmDzV1PUo18fK/OMEA7SyY1vsmJHS60ReyYTgDRoyal3UJzqX8lgsfLaeU2dPk.XjM6AnRm1FZb1'],
  ['Linux, SHA-256', 'SHA-crypt', '$5$Zrt4vQ8kL0$s///eKXq/jK78ace1.kRpNDcU5G6qMiWpYGjM29Q.mA'],
  ['OpenLDAP, SHA-crypt', 'SHA-crypt', '{CRYPT}$6$rounds=1000$xm/VD4BfdZ7Qkgy6$Mt8JTHi3nfkt847Kq1Vtye7Bw9I5kZW6krfohGBJI6RqA37kdJ34DviZcCxUMwuzhaqg0j8Qr0P/4JO46xRK1.'],
  ['OpenLDAP, PBKDF2', 'pbkdf2', '{PBKDF2}1000$9z7H2PtfC4GQcu79X2sNAQ$CYl.7LGEeEYVTuaHIgDLx9pp2P8'],
  ['OpenLDAP, PBKDF2 with SHA-256', 'pbkdf2', '{PBKDF2-SHA256}1000$6z1HyJnTes95zxkjRIixVg$T43uO45KZy6qMJM3w0YttjOtC0.admX3LCXXMLxw9ys'],
  ['OpenLDAP, PBKDF2 with SHA-512', 'pbkdf2', '{PBKDF2-SHA512}1000$fa91DgFA6H1P6b13TgkBwA$.Fgv/YW33hkqUa4nJsxXwcr9MTwICRPkza1Jg6XpNOVALwPhOK2XxjU1raAoiVW4xWZNhOaI8uk2Q8JKlzE2NA'],
  ['Apache and Atlassian directories', 'pbkdf2', '{PKCS5S2}yLlXSglh7F2rFUKotRYihISCQmgs0LRnamOxazQS8M8IurkQNdmfVMUpsUQg4h1h'],
  ['389 Directory Server', 'pbkdf2', '{PBKDF2_SHA256}AAAIAMsqQsqernxhEcd9jtmYuYRoaK6megTz7s3Gz+zQQyvHQtLsM3pwamAlg8BZYt8t2731pBh+9ROy8FmBfflryBultKR900CqN4ZJIu79olcPJ4RLC14jGeJzHMC9RCEzi5kPoC0BUY+sQKwEZraf6qqZu3yVreL8BQiKPvonVpg4qD9Btf5wiCw4bl6ldtizy+ulBzUgLyGiIvuQCsWpiEszsv+nbsPjZzYRi7BSg5FAzH+t0azbJ7+9lNxQKSuIsVDUMcQgPdNP/Ws9GEWDv7ZgPH9C2ZZPkoS1mJaU01gIUSUeUa78GdN6eMfUkqMnCPbkcn6PWJ3w75FW24VL5hY/wAfTs5nbWR25HbLJZVkzSNiLoSnKgcYVCbOFfmfjTeQ29F/YPapkVIi92C1tjjwqZnlJD6GTCJNeJyHB2sVV'],
  ['ForgeRock, PBKDF2 with SHA-256', 'pbkdf2', '{PBKDF2-HMAC-SHA256}10:jmOWFQQmHPrjOwu9lukk1q2Yp6adNEtJ799riSzddEPLgIM6BBBrWTK3zZxeKw+c'],
  ['ForgeRock, PBKDF2 with SHA-512', 'pbkdf2', '{PBKDF2-HMAC-SHA512}1000:ogKrW0Wc3dOv5L7RGtBsc9kgw5UifyH9nTY36F9hiuKk2cQzjTbvW1oZZUkr8D2Q4TQcRLEYaRZdMtF1P+R7FAXnrDWYX1V8Dup4WNMAtzg='],
  ['ForgeRock, PBKDF2', 'pbkdf2', '{PBKDF2}10000:D1f/at8UFZKkkdpEWtCbUQ/fkov3prQmd5wvYw=='],
]; // biome-ignore format: a table, one row per line

describe.each(made)('I11, I13: a hash of %s', (_, scheme, hash) => {
  test('is admitted, and named', () => {
    expect(admitPasswordHash(hash)).toEqual({ ok: true, value: hash });
    expect(passwordScheme({ passwordHash: hash } as Account)).toMatch(new RegExp(`^${scheme}.*, imported$`));
  });
  test('is matched by its password alone', async () => {
    expect(await verifyStoredPassword(password, hash)).toBe(true);
    expect(await verifyStoredPassword(`${password}!`, hash)).toBe(false);
  });
});

test.each([
  ['$argon2id$v=19$m=1024,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNoaGFzaA', 'is not of the form'],
  ['$argon2id$v=19$m=1024,m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNoaGFzaA', 'is not of the form'],
  ['$argon2id$v=19$m=1024,t=1,p=1,secret=x$c2FsdHNhbHQ$aGFzaGhhc2hoYXNoaGFzaA', 'is not of the form'],
  ['$argon2id$v=19$m=1024,t=1,p=1,data=!$c2FsdHNhbHQ$aGFzaGhhc2hoYXNoaGFzaA', 'has data that is not base64'],
  ['$argon2id$v=16$m=1024,p=1,t=2$c2FsdHNhbHQ$aGFzaGhhc2hoYXNoaGFzaA', 'is of a version of argon2 before 1.3'],
  ['$P$Z3FqHhJnIbn6umxbcT6DUKxC3eQOp./', 'takes more work'],
  ['$P$.3FqHhJnIbn6umxbcT6DUKxC3eQOp./', 'has parameters of no phpass hash'],
  ['$P$B3Fq', 'is not of the form $P$'],
  ['$wp$2y$15$mk/5m6zaecWE6dgckx91iOq92.nqo3uLbhP66qxt3p2mx8019Wn56', 'takes more work than a cost of 14'],
  ['$wp$x', 'is not of the form $wp$2y$10$'],
  ['bcrypt_sha256$x', 'is not of the form bcrypt_sha256$$2b$12$'],
  ['scrypt:32769:8:1$DiV5cMkc3kCOA2r8$d8f4', 'is not of the form $scrypt$'],
  ['{noop}hunter2', 'is not a hash of'],
  [`$6$ménage$${'a'.repeat(86)}`, 'is not of the form $6$ or $5$'],
  [`{CRYPT}$5$a b$${'a'.repeat(43)}`, 'is not of the form $6$ or $5$'],
  [
    'AQAAAAEAmJaAAAAAEHGds6P/i9OBd0vi+bhUNyeKd7Ef4BaEfYPWVMpfg6aaBrQWY2FBN4FcRE6utSJv/w==',
    'takes more work than 2,000,000',
  ],
  [
    'AQAAAAkAAAPoAAAAEHGds6P/i9OBd0vi+bhUNyeKd7Ef4BaEfYPWVMpfg6aaBrQWY2FBN4FcRE6utSJv/w==',
    'is of no version of ASP.NET',
  ],
])('%s is refused: it %s', (hash, problem) => {
  expect(admitPasswordHash(hash)).toEqual({ ok: false, refusal: expect.stringContaining(problem) });
});

test('each reader leaves the hashes of others alone', () => {
  for (const read of [readAspNet, readDjangoBcrypt, readWordPress]) expect(read('$2b$04$x')).toBeUndefined();
});
