import type { Check } from '../check.ts';
import type { Metadata } from '../discovery.ts';
import type { Probe } from '../probe.ts';
import { allOf, failed, passed, skipped, type Verdict, verdictOf, warned } from '../verdict.ts';

/*
 * What a server announces about itself, besides what `metadata.ts` checks for PKCE.
 */

/** Algorithms of FAPI 2.0 §5.4.1. */
export const fapiAlgorithms = ['PS256', 'ES256', 'EdDSA', 'Ed25519'];

const named = (values: readonly string[]): string => values.slice(0, 8).join(', ');

/** Judges each document, the first wrong one decides. */
const ofMetadata =
  (judge: (metadata: Metadata) => Verdict) =>
  ({ discovered: { documents } }: Probe): Promise<Verdict> =>
    allOf(
      ...documents.map(
        ({ metadata }) =>
          () =>
            judge(metadata),
      ),
    );

export const announcementChecks: readonly Check[] = [
  {
    id: 'metadata-json',
    section: 'RFC 8414 §3.2',
    needs: 'issuer',
    sends: 'the content type of the metadata',
    accepts: 'application/json',
    fix: 'Serve the metadata with Content-Type: application/json.',
    run: ({ discovered: { documents } }) => {
      const wrong = documents.find(
        ({ answer }) => !/^application\/json\b/i.test(answer.headers.get('content-type') ?? ''),
      );
      return verdictOf(wrong === undefined, `${wrong?.address} has another content type`);
    },
  },
  {
    id: 'metadata-both-documents',
    section: 'RFC 8414 §5',
    needs: 'issuer',
    level: 'warning',
    sends: 'the metadata at the address of RFC 8414 and at that of OpenID Connect Discovery',
    accepts: 'both, with the same endpoints',
    fix: 'Serve one document at both addresses: clients look at either of them.',
    run: ({ discovered: { documents } }) => {
      const [first, second] = documents;
      if (second === undefined) return failed(`only ${first.address} is there`);
      const different = ['authorization_endpoint', 'token_endpoint', 'jwks_uri', 'issuer'].filter(
        (name) => first.metadata[name] !== second.metadata[name],
      );
      return verdictOf(different.length === 0, `${named(different)} differ`);
    },
  },
  {
    id: 'metadata-plain',
    section: 'RFC 9700 §2.1.1',
    needs: 'issuer',
    level: 'warning',
    sends: 'code_challenge_methods_supported in the metadata',
    accepts: 'no plain: it shows the verifier to whoever reads the authorization request',
    fix: 'Leave plain to the clients that still need it, and enforce S256 for all others.',
    run: ofMetadata(({ code_challenge_methods_supported: methods }) =>
      verdictOf(!methods?.includes('plain'), 'plain is announced'),
    ),
  },
  {
    id: 'metadata-response-types',
    section: 'RFC 9700 §2.1.2',
    needs: 'issuer',
    sends: 'response_types_supported in the metadata',
    accepts: 'a list with code; a response type with token is worth a warning',
    fix: 'Announce response_types_supported with code, and switch off response types that put an access token into the address.',
    run: ofMetadata(({ response_types_supported: types }) => {
      if (types === undefined) return failed('it is absent, and RFC 8414 §2 requires it');
      if (!types.includes('code')) return failed('code is missing');
      const implicit = types.filter((type) => type.split(' ').includes('token'));
      return implicit.length === 0 ? passed : warned(`${named(implicit)} is announced`);
    }),
  },
  {
    id: 'metadata-grant-types',
    section: 'RFC 9700 §2.4',
    needs: 'issuer',
    sends: 'grant_types_supported in the metadata',
    accepts: 'no password; implicit is worth a warning, and so is no list, which RFC 8414 §2 reads as with implicit',
    fix: 'Switch off the password and implicit grants, and announce grant_types_supported.',
    run: ofMetadata(({ grant_types_supported: types }) => {
      if (types === undefined) return warned('it is absent, which means authorization_code and implicit');
      if (types.includes('password')) return failed('password is announced');
      return types.includes('implicit') ? warned('implicit is announced') : passed;
    }),
  },
  {
    id: 'metadata-iss',
    section: 'RFC 9207 §3',
    needs: 'issuer',
    level: 'warning',
    sends: 'authorization_response_iss_parameter_supported in the metadata',
    accepts: 'true: clients of several servers tell the responses apart by iss',
    fix: 'Add iss to every authorization response, and announce it.',
    run: ofMetadata(({ authorization_response_iss_parameter_supported: iss }) =>
      verdictOf(iss === true, 'it is not announced'),
    ),
  },
  {
    id: 'metadata-no-unsigned',
    section: 'RFC 8725 §3.2',
    needs: 'issuer',
    sends: 'the signing algorithms in the metadata',
    accepts: 'none of them is none',
    fix: 'Take the algorithm none out of every list: anybody can make such a token.',
    run: ofMetadata((metadata) => {
      const unsigned = Object.entries(metadata).filter(
        ([name, value]) => name.endsWith('_alg_values_supported') && Array.isArray(value) && value.includes('none'),
      );
      // RFC 9101 and OpenID Connect Core §6 let a client send its request unsigned.
      const serious = unsigned.filter(([name]) => !name.startsWith('request_object_'));
      return verdictOf(serious.length === 0, `${named(serious.map(([name]) => name))} has none`);
    }),
  },
  {
    id: 'metadata-assertion-algorithms',
    section: 'RFC 8414 §2',
    needs: 'issuer',
    sends: 'token_endpoint_auth_signing_alg_values_supported in the metadata',
    accepts: 'a list without none, if private_key_jwt is announced',
    fix: 'Announce the algorithms that client assertions may be signed with.',
    run: ofMetadata((metadata) => {
      if (!metadata.token_endpoint_auth_methods_supported?.includes('private_key_jwt')) {
        return skipped('private_key_jwt is not announced');
      }
      const algorithms = metadata.token_endpoint_auth_signing_alg_values_supported;
      if (algorithms === undefined) return failed('it is absent, and RFC 8414 §2 requires it');
      return verdictOf(!algorithms.includes('none'), 'none is announced');
    }),
  },
];

/** What FAPI 2.0 demands of announcements. */
export const fapiAnnouncementChecks: readonly Check[] = [
  {
    id: 'fapi-par-announced',
    section: 'FAPI 2.0 §5.3.2.2',
    needs: 'issuer',
    sends: 'pushed_authorization_request_endpoint in the metadata',
    accepts: 'an endpoint',
    fix: 'Offer pushed authorization requests (RFC 9126), and announce where.',
    run: ({ metadata }) => verdictOf(metadata.pushed_authorization_request_endpoint !== undefined, 'it is absent'),
  },
  {
    id: 'fapi-par-required',
    section: 'FAPI 2.0 §5.3.2.2',
    needs: 'issuer',
    level: 'warning',
    sends: 'require_pushed_authorization_requests in the metadata',
    accepts: 'true, unless only some clients have to push their requests',
    fix: 'Require pushed requests of every client, or of each client of the profile by its own setting.',
    run: ({ metadata }) => verdictOf(metadata.require_pushed_authorization_requests === true, 'it is not true'),
  },
  {
    id: 'fapi-sender-constrained',
    section: 'FAPI 2.0 §5.3.2.1',
    needs: 'issuer',
    sends: 'dpop_signing_alg_values_supported and tls_client_certificate_bound_access_tokens in the metadata',
    accepts: 'DPoP with PS256, ES256 or EdDSA, or certificate-bound tokens',
    fix: 'Bind access tokens to a key of the client with DPoP (RFC 9449) or mutual TLS (RFC 8705).',
    run: ({ metadata }) => {
      const proofs = metadata.dpop_signing_alg_values_supported ?? [];
      const isRight =
        proofs.some((alg) => fapiAlgorithms.includes(alg)) ||
        metadata.tls_client_certificate_bound_access_tokens === true;
      return verdictOf(isRight, 'neither is announced');
    },
  },
  {
    id: 'fapi-client-authentication',
    section: 'FAPI 2.0 §5.3.2.1',
    needs: 'issuer',
    sends: 'token_endpoint_auth_methods_supported in the metadata',
    accepts: 'private_key_jwt or mutual TLS; other methods, for other clients, are worth a warning',
    fix: 'Authenticate clients by private_key_jwt or mutual TLS.',
    run: ({ metadata }) => {
      const methods = metadata.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
      const strong = ['private_key_jwt', 'tls_client_auth', 'self_signed_tls_client_auth'];
      if (!methods.some((method) => strong.includes(method))) return failed(`only ${named(methods)} is announced`);
      const weak = methods.filter((method) => !strong.includes(method));
      return weak.length === 0 ? passed : warned(`${named(weak)} is announced as well`);
    },
  },
  {
    id: 'fapi-algorithms',
    section: 'FAPI 2.0 §5.4.1',
    needs: 'issuer',
    sends: 'the signing algorithms of client assertions, proofs and ID tokens in the metadata',
    accepts: 'PS256, ES256 or EdDSA in each list; other algorithms, for other clients, are worth a warning',
    fix: 'Offer PS256, ES256 or EdDSA, and allow clients of the profile nothing else.',
    run: ({ metadata }) => {
      const lists = Object.entries({
        token_endpoint_auth_signing_alg_values_supported: metadata.token_endpoint_auth_signing_alg_values_supported,
        dpop_signing_alg_values_supported: metadata.dpop_signing_alg_values_supported,
        id_token_signing_alg_values_supported: metadata.id_token_signing_alg_values_supported,
      }).filter((list): list is [string, string[]] => list[1] !== undefined);
      const without = lists.filter(([, list]) => !list.some((alg) => fapiAlgorithms.includes(alg)));
      if (without.length > 0) return failed(`${named(without.map(([name]) => name))} has none of them`);
      const others = [...new Set(lists.flatMap(([, list]) => list.filter((alg) => !fapiAlgorithms.includes(alg))))];
      return others.length === 0 ? passed : warned(`${named(others)} is announced as well`);
    },
  },
];

/** What MCP demands of announcements. */
export const mcpAnnouncementChecks: readonly Check[] = [
  {
    id: 'mcp-registration',
    section: 'MCP Authorization',
    needs: 'issuer',
    level: 'warning',
    sends: 'client_id_metadata_document_supported and registration_endpoint in the metadata',
    accepts: 'one of them: otherwise each client has to be registered by hand',
    fix: 'Allow client ids that are URLs of metadata documents, or dynamic registration (RFC 7591).',
    run: ({ metadata }) =>
      verdictOf(
        metadata.client_id_metadata_document_supported === true || metadata.registration_endpoint !== undefined,
        'neither is announced',
      ),
  },
  {
    id: 'mcp-public-clients',
    section: 'MCP Authorization',
    needs: 'issuer',
    level: 'warning',
    sends: 'token_endpoint_auth_methods_supported in the metadata',
    accepts: 'a list with none: most MCP clients run on devices and keep no secret',
    fix: 'Announce none among the methods, and require PKCE of public clients.',
    run: ({ metadata }) =>
      verdictOf(metadata.token_endpoint_auth_methods_supported?.includes('none') === true, 'none is not announced'),
  },
];
