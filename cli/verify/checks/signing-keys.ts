import { createPublicKey } from 'node:crypto';
import type { Check } from '../check.ts';
import { parseJson } from '../discovery.ts';
import type { Probe } from '../probe.ts';
import { failed, passed, skipped, type Verdict, verdictOf } from '../verdict.ts';

type Jwk = Readonly<Record<string, unknown>>;

/** Judges the published keys. */
function ofKeys(judge: (keys: readonly Jwk[]) => Verdict) {
  return async (probe: Probe): Promise<Verdict> => {
    const { jwks_uri: address } = probe.metadata;
    if (address === undefined) return skipped('jwks_uri is not announced');
    const answer = await probe.send(address, { headers: { accept: 'application/json' } });
    const { keys } = (parseJson(answer.text) ?? {}) as { keys?: unknown };
    if (answer.status !== 200) return failed(`jwks_uri answers with status ${answer.status}`);
    return Array.isArray(keys) && keys.length > 0 ? judge(keys as Jwk[]) : failed('jwks_uri has no list of keys');
  };
}

/** The bits of a key, or undefined when it cannot be read. */
function bitsOf(jwk: Jwk): number | undefined {
  try {
    const { asymmetricKeyType: type, asymmetricKeyDetails: details } = createPublicKey({
      key: jwk as never,
      format: 'jwk',
    });
    if (type === 'rsa') return details?.modulusLength;
    if (type === 'ec')
      return { prime256v1: 256, secp384r1: 384, secp521r1: 521, secp256k1: 256 }[details?.namedCurve ?? ''];
    return 256;
  } catch {
    return undefined;
  }
}

const tooSmall = (jwk: Jwk): boolean =>
  (bitsOf(jwk) ?? Number.POSITIVE_INFINITY) < (jwk['kty'] === 'RSA' ? 2_048 : 224);

/** The keys at `jwks_uri`. */
export const signingKeyChecks: readonly Check[] = [
  {
    id: 'jwks-public',
    section: 'RFC 7517 §5',
    needs: 'issuer',
    sends: 'the keys at jwks_uri',
    accepts: 'a list of public keys, each with its own kid',
    fix: 'Publish public parts only, and give each key a kid of its own. If a private part was published, replace the key now.',
    run: ofKeys((keys) => {
      if (keys.some((key) => ['d', 'p', 'q', 'k'].some((part) => part in key) || key['kty'] === 'oct')) {
        return failed('a private or symmetric key is published');
      }
      const unreadable = keys.filter((key) => typeof key['kty'] !== 'string');
      if (unreadable.length > 0) return failed('a key has no kty');
      const ids = keys.map((key) => key['kid']);
      return verdictOf(keys.length === 1 || new Set(ids).size === ids.length, 'two keys have the same kid, or none');
    }),
  },
  {
    id: 'jwks-key-sizes',
    section: 'RFC 7518 §3.3',
    needs: 'issuer',
    sends: 'the sizes of the keys at jwks_uri',
    accepts: 'RSA keys of 2048 bits or more, elliptic curves of 224 or more',
    fix: 'Replace keys that are too small.',
    run: ofKeys((keys) => {
      const small = keys.filter(tooSmall);
      return small.length === 0
        ? passed
        : failed(`a key of type ${String(small[0]?.['kty'])} has ${bitsOf(small[0] ?? {})} bits`);
    }),
  },
];
