import * as v from 'valibot';
import { Failure } from '../failure.ts';
import { type Answer, NoAnswer, type Transport } from './transport.ts';

const absent = <Schema extends v.GenericSchema>(schema: Schema) => v.fallback(v.optional(schema), undefined as never);

/** The members of RFC 8414 §2 and OpenID Connect Discovery 1.0 §3 that are checked. Unreadable ones count as absent. */
const metadata = v.looseObject({
  issuer: absent(v.string()),
  authorization_endpoint: v.string(),
  token_endpoint: v.string(),
  userinfo_endpoint: absent(v.string()),
  jwks_uri: absent(v.string()),
  pushed_authorization_request_endpoint: absent(v.string()),
  introspection_endpoint: absent(v.string()),
  registration_endpoint: absent(v.string()),
  require_pushed_authorization_requests: absent(v.boolean()),
  client_id_metadata_document_supported: absent(v.boolean()),
  tls_client_certificate_bound_access_tokens: absent(v.boolean()),
  response_types_supported: absent(v.array(v.string())),
  grant_types_supported: absent(v.array(v.string())),
  id_token_signing_alg_values_supported: absent(v.array(v.string())),
  token_endpoint_auth_signing_alg_values_supported: absent(v.array(v.string())),
  dpop_signing_alg_values_supported: absent(v.array(v.string())),
  scopes_supported: absent(v.array(v.string())),
  token_endpoint_auth_methods_supported: absent(v.array(v.string())),
  code_challenge_methods_supported: absent(v.array(v.string())),
  authorization_response_iss_parameter_supported: absent(v.boolean()),
});

export type Metadata = v.InferOutput<typeof metadata>;

/** A metadata document, and where it was found. */
type Found = { address: string; metadata: Metadata; answer: Answer };

/** Everything that an issuer announces, at either or both of the addresses. */
export type Discovered = { issuer: string; documents: readonly [Found, ...Found[]] };

/** RFC 8414 §3.1 puts the well-known part before the path of the issuer, OpenID Connect Discovery 1.0 §4 after it. */
function metadataAddresses(issuer: string): string[] {
  const { origin, pathname } = new URL(issuer);
  const path = pathname.replace(/\/$/, '');
  return [
    `${origin}/.well-known/oauth-authorization-server${path}`,
    `${origin}${path}/.well-known/openid-configuration`,
  ];
}

/** Reads the metadata. Fails when the server cannot be reached or names no authorization or token endpoint. */
export async function discover(issuer: string, transport: Transport): Promise<Discovered> {
  const addresses = metadataAddresses(issuer);
  const answers = await Promise.all(
    addresses.map((address) =>
      transport.send(address, { headers: { accept: 'application/json' } }).catch((error: unknown) => {
        if (error instanceof NoAnswer) return error;
        throw error;
      }),
    ),
  );
  const [first, ...more] = answers.flatMap((answer, index) => {
    const parsed = answer instanceof NoAnswer ? undefined : parse(answer);
    return parsed && !(answer instanceof NoAnswer)
      ? [{ address: addresses[index] ?? '', metadata: parsed, answer }]
      : [];
  });
  if (first) return { issuer, documents: [first, ...more] };

  const silent = answers.find((answer) => answer instanceof NoAnswer);
  if (silent && answers.every((answer) => answer instanceof NoAnswer)) {
    throw new Failure(`${issuer} cannot be reached: ${silent.message}.`);
  }
  const said = answers.map((answer, index) => {
    const what = answer instanceof NoAnswer ? answer.message : `status ${answer.status}`;
    return `${addresses[index]} (${what})`;
  });
  throw new Failure(
    `There is no metadata with an authorization_endpoint and a token_endpoint at ${said.join(' or ')}. Is ${issuer} the issuer?`,
  );
}

function parse({ status, text }: Answer): Metadata | undefined {
  const parsed = v.safeParse(metadata, status === 200 ? parseJson(text) : undefined);
  return parsed.success ? parsed.output : undefined;
}

/** Returns undefined for anything that is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
