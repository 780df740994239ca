import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { type PkcePolicy, type PkceRules, resolveRules } from '../../shared/pkce/policy.ts';
import { s256Of } from '../support/pkce.ts';

/** RFC 7636 appendix B. */
export const rfcVector = {
  verifier: 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk',
  challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
};

export const digest = (text: string): Buffer => createHash('sha256').update(text, 'utf8').digest();

/** RFC 7636 §4.1: 43 to 128 unreserved characters. */
export const anyVerifier = fc.string({
  unit: fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~'.split('')),
  minLength: 43,
  maxLength: 128,
});

export const now = 1_800_000_000;

/** Every way to configure one client and the server around it. */
export type Settings = {
  own: PkcePolicy | 'inherit';
  default: PkcePolicy;
  floor: PkcePolicy;
  client: 'public' | 'confidential';
  waiver: 'no waiver' | 'active waiver' | 'expired waiver';
  mode: 'enforce' | 'report';
};

export const rulesOf = (settings: Settings): PkceRules =>
  resolveRules(
    {
      policy: settings.own,
      isPublic: settings.client === 'public',
      ...(settings.waiver !== 'no waiver' && {
        waiver: { owner: 'ada', reason: 'moving in', until: settings.waiver === 'active waiver' ? now + 1 : now },
      }),
    },
    { default: settings.default, floor: settings.floor, mode: settings.mode },
    now,
  );

/** Rules that are held to `policy` and nothing else. */
export const rulesFor = (policy: PkcePolicy): PkceRules =>
  resolveRules({ policy, isPublic: false }, { default: 'none', floor: 'none', mode: 'enforce' }, now);

const policies = ['none', 'any', 'S256'] as const;

/** The cross product, {@link Settings} by {@link Settings}. */
export const everySettings: Settings[] = [...policies, 'inherit' as const].flatMap((own) =>
  policies.flatMap((byDefault) =>
    policies.flatMap((floor) =>
      (['public', 'confidential'] as const).flatMap((client) =>
        (['no waiver', 'active waiver', 'expired waiver'] as const).flatMap((waiver) =>
          (['enforce', 'report'] as const).map((mode) => ({ own, default: byDefault, floor, client, waiver, mode })),
        ),
      ),
    ),
  ),
);

export type RequestKind =
  | 'no challenge'
  | 'challenge without method'
  | 'plain'
  | 'S256'
  | 'unknown method'
  | 'method without challenge'
  | 'malformed challenge';

/** An authorization request as it arrives: what it is, and its two parameters. */
export type RequestForm = { name: string; kind: RequestKind; challenge?: string; method?: string };

const verifier43 = rfcVector.verifier;
const hexDigest = digest(verifier43).toString('hex');
const illegalCharacters = { '=': '=', '+': '+', '/': '/', space: ' ', '%': '%', é: 'é', NUL: '\0', newline: '\n' };

/** The right length, one character that belongs to no form of challenge. */
const illegalChallenges = Object.entries(illegalCharacters).map(([name, character]) => ({
  name: `43 characters, one of them ${name}`,
  challenge: verifier43.slice(0, 42) + character,
}));

const malformed = (method: string | undefined, rows: { name: string; challenge: string }[]): RequestForm[] =>
  rows.map(({ name, challenge }) => ({
    name: `${method ?? 'no method'}, ${name}`,
    kind: 'malformed challenge',
    challenge,
    ...(method && { method }),
  }));

const plainChallenges: { name: string; challenge: string }[] = [
  { name: '43 characters', challenge: verifier43 },
  { name: '128 characters', challenge: 'v'.repeat(128) },
  { name: 'every unreserved symbol', challenge: '-._~'.repeat(11) },
  { name: 'a hexadecimal digest, which is well-formed', challenge: hexDigest },
];

const malformedAsPlain = [
  { name: '42 characters', challenge: 'v'.repeat(42) },
  { name: '129 characters', challenge: 'v'.repeat(129) },
  { name: '1,001 characters', challenge: 'v'.repeat(1_001) },
  { name: 'padded', challenge: `${rfcVector.challenge}=` },
  ...illegalChallenges,
];

const malformedAsS256 = [
  { name: '42 characters', challenge: rfcVector.challenge.slice(1) },
  { name: '44 characters', challenge: `${rfcVector.challenge}A` },
  { name: '128 characters', challenge: 'v'.repeat(128) },
  { name: '129 characters', challenge: 'v'.repeat(129) },
  { name: 'padded', challenge: `${rfcVector.challenge}=` },
  { name: 'a dot, which only a verifier may have', challenge: `.${rfcVector.challenge.slice(1)}` },
  { name: 'a tilde, which only a verifier may have', challenge: `~${rfcVector.challenge.slice(1)}` },
  { name: 'a hexadecimal digest', challenge: hexDigest },
  { name: 'the base64 of a hexadecimal digest', challenge: Buffer.from(hexDigest).toString('base64') },
  { name: 'the base64url of a hexadecimal digest', challenge: Buffer.from(hexDigest).toString('base64url') },
  ...illegalChallenges,
];

const unknownMethods = ['s256', 'S512', 'SHA256', 'sha256', ' S256', 'S256 ', 'Plain', 'PLAIN', 'none', 'S256,plain'];

export const requestForms: RequestForm[] = [
  { name: 'neither challenge nor method', kind: 'no challenge' },
  { name: 'both empty', kind: 'no challenge', challenge: '', method: '' },
  { name: 'S256', kind: 'S256', challenge: rfcVector.challenge, method: 'S256' },
  { name: 'S256, a verifier of 43 base64url characters', kind: 'S256', challenge: verifier43, method: 'S256' },
  ...plainChallenges.flatMap(({ name, challenge }): RequestForm[] => [
    { name: `plain, ${name}`, kind: 'plain', challenge, method: 'plain' },
    { name: `no method, ${name}`, kind: 'challenge without method', challenge },
    { name: `empty method, ${name}`, kind: 'challenge without method', challenge, method: '' },
  ]),
  ...unknownMethods.map(
    (method): RequestForm => ({
      name: `method ${JSON.stringify(method)}`,
      kind: 'unknown method',
      challenge: rfcVector.challenge,
      method,
    }),
  ),
  ...['S256', 'plain'].flatMap((method): RequestForm[] => [
    { name: `${method} without challenge`, kind: 'method without challenge', method },
    { name: `${method} with an empty challenge`, kind: 'method without challenge', challenge: '', method },
  ]),
  ...malformed('S256', malformedAsS256),
  ...malformed('plain', malformedAsPlain),
  ...malformed(undefined, malformedAsPlain),
];

export type VerifierKind = 'right' | 'missing' | 'wrong' | 'malformed';

/** The verifier whose code is redeemed: all symbols, both cases, and an `a` at the end to change one bit of. */
export const codeVerifier = 'Zm9v-YmFy_cXV4.cXV1~0123456789-abcdefghij-KLMNOPQRST-aaaa';

const illegalVerifiers = Object.entries({ ...illegalCharacters, emoji: '🔑', 'full-width a': '\uff41' });

/** A token request as it arrives: what its `code_verifier` is to a code bound to {@link codeVerifier}. */
export const verifierForms: { name: string; kind: VerifierKind; verifier?: string }[] = [
  { name: 'right', kind: 'right', verifier: codeVerifier },
  { name: 'missing', kind: 'missing' },
  { name: 'empty', kind: 'missing', verifier: '' },
  { name: 'one bit changed', kind: 'wrong', verifier: `${codeVerifier.slice(0, -1)}c` },
  { name: 'upper case', kind: 'wrong', verifier: codeVerifier.toUpperCase() },
  { name: 'lower case', kind: 'wrong', verifier: codeVerifier.toLowerCase() },
  { name: 'truncated', kind: 'wrong', verifier: codeVerifier.slice(0, -1) },
  { name: 'one character more', kind: 'wrong', verifier: `${codeVerifier}a` },
  { name: 'the S256 challenge itself', kind: 'wrong', verifier: s256Of(codeVerifier) },
  { name: '128 characters of another', kind: 'wrong', verifier: 'v'.repeat(128) },
  { name: '42 characters', kind: 'malformed', verifier: codeVerifier.slice(0, 42) },
  { name: '129 characters', kind: 'malformed', verifier: 'v'.repeat(129) },
  { name: 'a trailing newline', kind: 'malformed', verifier: `${codeVerifier}\n` },
  { name: 'a leading space', kind: 'malformed', verifier: ` ${codeVerifier}` },
  { name: 'percent-encoded twice', kind: 'malformed', verifier: codeVerifier.replaceAll('~', '%7E') },
  ...illegalVerifiers.map(([name, character]) => ({
    name: `one character ${name}`,
    kind: 'malformed' as const,
    verifier: codeVerifier.replace('.', character),
  })),
];
