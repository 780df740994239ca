import type { ServerMetadata } from 'openid-client';
import * as v from 'valibot';
import { UnusableAnswer } from './unusable-answer.ts';

/*
 * What we need of a provider's metadata (OpenID Connect Discovery §3). The library looks at a member when it needs it, and some of the
 * wrong ones end in an error that looks like one of ours.
 */

/** Browsers and the headers of a response take no endless addresses. */
const longestEndpoint = 2_000;

const endpointOf = (schemes: readonly string[]) =>
  v.pipe(
    v.string(),
    v.maxLength(longestEndpoint),
    v.check((text) => {
      const url = URL.parse(text);
      return url !== null && schemes.includes(url.protocol) && url.username === '' && url.password === '';
    }),
  );

const schemaOf = (endpoint: ReturnType<typeof endpointOf>) =>
  v.looseObject({
    issuer: v.string(),
    authorization_endpoint: endpoint,
    token_endpoint: endpoint,
    jwks_uri: endpoint,
    userinfo_endpoint: v.optional(endpoint),
    id_token_signing_alg_values_supported: v.optional(v.array(v.unknown()), ['RS256']),
    userinfo_signing_alg_values_supported: v.optional(v.array(v.unknown())),
    authorization_response_iss_parameter_supported: v.optional(v.boolean()),
  });

const schemas = { remote: schemaOf(endpointOf(['https:'])), local: schemaOf(endpointOf(['https:', 'http:'])) };

/** Public keys only, never `none`. */
const accepted = 'RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA Ed25519'.split(' ');

/**
 * Reads the metadata of the provider with this `issuer`; members that are null are absent. `isLocal`: it is on this machine, and may be
 * called by http. Throws {@link UnusableAnswer} with the member that is wrong.
 */
export function readMetadata(told: object, issuer: string, isLocal: boolean): ServerMetadata {
  const present = Object.fromEntries(Object.entries(told).filter(([, value]) => value !== null));
  const parsed = v.safeParse(isLocal ? schemas.local : schemas.remote, present);
  if (!parsed.success) throw new UnusableAnswer(String(parsed.issues[0].path?.[0]?.key));
  const { id_token_signing_alg_values_supported: offered } = parsed.output;
  if (parsed.output.issuer !== issuer) throw new UnusableAnswer('issuer');
  const algorithms = offered.filter((one): one is string => accepted.some((algorithm) => algorithm === one));
  if (algorithms.length === 0) throw new UnusableAnswer('id_token_signing_alg_values_supported');
  return { ...parsed.output, id_token_signing_alg_values_supported: algorithms } as ServerMetadata;
}
