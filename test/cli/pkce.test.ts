import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mistakeSentences } from '../../shared/oauth/describe-refusal.ts';
import { diagnose, doctorSentences, type Finding } from '../../shared/pkce/doctor.ts';
import { anyText } from '../support/any-text.ts';
import { pixy, spawnPixy } from './pixy.ts';

/** RFC 7636 appendix B. */
const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';

const sha256 = (text: string | Buffer) => createHash('sha256').update(text);
const hex = sha256(verifier).digest('hex');
const other = sha256('another verifier').digest('base64url');

describe('pkce doctor names', () => {
  const cases: [Finding, string, string, string | undefined][] = [
    ['challenge_padded', verifier, `${challenge}=`, 'S256'],
    ['challenge_in_standard_base64', verifier, sha256(verifier).digest('base64').replace('=', ''), 'S256'],
    ['challenge_in_standard_base64', verifier, sha256(verifier).digest('base64'), 'plain'],
    [
      'challenge_in_standard_base64',
      'a'.repeat(45),
      sha256('a'.repeat(45)).digest('base64').replaceAll('+', ' '),
      'S256',
    ],
    ['challenge_is_hex', verifier, hex, 'S256'],
    ['challenge_is_hex', verifier, hex.toUpperCase(), 'S256'],
    ['challenge_is_hex', verifier, hex, 'plain'],
    ['challenge_is_base64_of_hex', verifier, Buffer.from(hex).toString('base64'), 'S256'],
    ['challenge_is_base64_of_hex', verifier, Buffer.from(hex).toString('base64url'), 'plain'],
    ['double_percent_encoding', verifier, `${challenge}%3D`, 'S256'],
    [
      'double_percent_encoding',
      verifier,
      sha256(verifier).digest('base64').replace('+', '%2B').replace('=', '%3D'),
      'S256',
    ],
    ['double_percent_encoding', 'a%7E'.repeat(12), sha256('a~'.repeat(12)).digest('base64url'), 'S256'],
    ['verifier_sent_as_challenge', verifier, verifier, 'S256'],
    ['plain_used_with_hash', verifier, challenge, 'plain'],
    ['plain_used_with_hash', verifier, challenge, undefined],
    ['method_in_wrong_case', verifier, challenge, 's256'],
    ['method_in_wrong_case', verifier, verifier, 'PLAIN'],
    ['method_is_a_hash_name', verifier, challenge, 'SHA-256'],
    ['method_unknown', verifier, challenge, 'S512'],
    ['values_swapped', challenge, verifier, 'S256'],
    ['verifier_has_whitespace', `${verifier}\n`, challenge, 'S256'],
    ['verifier_has_whitespace', ` ${verifier}`, verifier, 'plain'],
    ['challenge_has_whitespace', verifier, `${challenge}\r\n`, 'S256'],
    ['newline_hashed', verifier, sha256(`${verifier}\n`).digest('base64url'), 'S256'],
    ['verifier_truncated', verifier, sha256(verifier.slice(0, 30)).digest('base64url'), 'S256'],
    ['challenge_truncated', verifier, challenge.slice(0, 32), 'S256'],
    ['challenge_truncated', 'v'.repeat(128), 'v'.repeat(100), 'plain'],
    ['challenge_in_wrong_case', verifier, challenge.toLowerCase(), 'S256'],
    [
      'verifier_decoded_before_hashing',
      verifier,
      sha256(Buffer.from(verifier, 'base64url')).digest('base64url'),
      'S256',
    ],
    ['hashed_twice', verifier, sha256(challenge).digest('base64url'), 'S256'],
    [
      'other_hash',
      verifier,
      createHash('sha1')
        .update(verifier)
        .digest('base64'.replace('64', '64url') as 'base64url'),
      'S256',
    ],
    ['other_hash', verifier, createHash('sha512').update(verifier).digest('base64url'), 'S256'],
    ['verifier_malformed', 'a-short-one', sha256('a-short-one').digest('base64url'), 'S256'],
    ['verifier_malformed', 'é'.repeat(50), sha256('é'.repeat(50)).digest('base64url'), 'S256'],
    ['verifier_malformed', '', challenge, 'S256'],
    ['challenge_malformed', verifier, 'too-short', 'S256'],
    ['challenge_malformed', verifier, '', 'S256'],
    ['other_verifier', verifier, other, 'S256'],
  ];

  test.each(cases)('%s', (finding, sentVerifier, sentChallenge, method) => {
    const { matches, findings } = diagnose(sentVerifier, sentChallenge, method);
    expect(findings[0]?.finding).toBe(finding);
    expect(matches).toBe(false);
  });

  test('every mistake there is a sentence for', () => {
    const named = new Set(cases.map(([finding]) => finding));
    const all = [...Object.keys(mistakeSentences), ...Object.keys(doctorSentences)];
    expect(all.filter((finding) => !named.has(finding as Finding))).toEqual([]);
  });

  test('a mistake it can only guess, and says so', () => {
    const guess = diagnose(verifier, sha256('another verifier').digest('hex'), 'S256');
    expect(guess.findings).toEqual([{ finding: 'challenge_is_hex', proven: false }]);
    expect(diagnose(verifier, hex, 'S256').findings).toEqual([{ finding: 'challenge_is_hex', proven: true }]);
  });

  test('something, and never breaks, whatever it is given', () => {
    const text = fc.oneof({ weight: 9, arbitrary: anyText() }, fc.constant('\ud800'.repeat(43)));
    fc.assert(
      fc.property(text, text, fc.string(), (one, two, method) => {
        const { matches, findings } = diagnose(one, two, method);
        expect(matches).toBe(findings.length === 0);
      }),
    );
  });
});

describe('a verifier and a challenge that begin with a hyphen', () => {
  test.each('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_'.split(''))(
    'and then %s are no options',
    async (letter) => {
      const begun = `-${letter}${verifier.slice(2)}`;
      const of = sha256(begun).digest('base64url');
      expect((await pixy(['pkce', 'challenge', begun])).output).toBe(`${of}\n`);
      expect((await pixy(['pkce', 'verify', begun, of])).output).toBe('They match.\n');
      const swapped = await pixy(['pkce', 'doctor', of, begun, '--json']);
      expect(swapped.json().findings[0].finding).toBe('values_swapped');
    },
  );
});

describe('pkce generate', () => {
  test('makes a pair that matches, of every length there is', async () => {
    for (const length of ['43', '44', '100', '128']) {
      const { exitCode, json } = await pixy(['pkce', 'generate', '--length', length, '--json']);
      const { code_verifier: made, code_challenge: of, code_challenge_method: method } = json();
      expect({ exitCode, method, length: String(made.length) }).toEqual({ exitCode: 0, method: 'S256', length });
      expect(made).toMatch(/^[A-Za-z0-9_-]+$/);
      expect(of).toBe(sha256(made).digest('base64url'));
    }
  });

  test('refuses a length that RFC 7636 does not know', async () => {
    for (const length of ['42', '129', 'x']) {
      expect((await pixy(['pkce', 'generate', '--length', length])).exitCode).toBe(2);
    }
  });
});

describe('pkce challenge', () => {
  test('refuses what is no verifier', async () => {
    for (const wrong of ['short', 'a'.repeat(129), `${verifier}+`, '']) {
      const { exitCode, output, errors } = await pixy(['pkce', 'challenge', '--', wrong]);
      expect({ exitCode, output }).toEqual({ exitCode: 1, output: '' });
      expect(errors).toMatch(/^error: The code_verifier is /);
    }
  });

  test('prints the vector of RFC 7636, and nothing else', async () => {
    expect(await spawnPixy(['pkce', 'challenge', verifier])).toMatchObject({
      exitCode: 0,
      output: `${challenge}\n`,
      errors: '',
    });
    expect((await pixy(['pkce', 'challenge', verifier, '--method', 'plain', '--json'])).json()).toEqual({
      code_challenge: verifier,
      code_challenge_method: 'plain',
    });
  });
});

describe('exit codes', () => {
  test.each(['verify', 'doctor'])('of pkce %s: 1 for a mismatch, 0 for a match', async (command) => {
    expect(await pixy(['pkce', command, verifier, other])).toMatchObject({ exitCode: 1, errors: '' });
    expect(await pixy(['pkce', command, verifier, challenge])).toMatchObject({
      exitCode: 0,
      output: 'They match.\n',
    });
    expect((await pixy(['pkce', command, verifier, verifier, '--method', 'plain'])).exitCode).toBe(0);
    expect((await pixy(['pkce', command, verifier, challenge, '--method', 'plain', '--json'])).json()).toMatchObject({
      matches: false,
    });
  });
});

test('pkce doctor says what to send', async () => {
  const { output } = await pixy(['pkce', 'doctor', verifier, `${challenge}=`]);
  expect(output).toBe(
    [
      'A server refuses this pair.',
      '  challenge_padded: It ends in padding (=): remove the padding.',
      `With this verifier, send code_challenge=${challenge} and code_challenge_method=S256.`,
      '',
    ].join('\n'),
  );
  expect((await pixy(['pkce', 'doctor', verifier, challenge, '--no-method', '--json'])).json()).toMatchObject({
    findings: [{ finding: 'plain_used_with_hash', proven: true }],
    right: { code_challenge: challenge, code_challenge_method: 'S256' },
  });
});
