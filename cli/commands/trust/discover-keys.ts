import { Failure } from '../../failure.ts';

/**
 * Asks an issuer once, from where the operator is, for the address of its keys (OpenID Connect Discovery §4). Fails when it does not
 * answer, or when the answer is by another issuer.
 */
export async function discoverKeys(issuer: string): Promise<string> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const instead = 'Give the address of its keys with --jwks-uri, or the keys with --jwks.';
  const metadata = await askIssuer(url).catch((error: unknown) => {
    throw new Failure(`${url} has no metadata to read (${whyOf(error)}). ${instead}`);
  });
  const { issuer: told, jwks_uri: jwksUri } = metadata;
  if (told !== issuer) throw new Failure(`${url} is the metadata of another issuer, ${JSON.stringify(told)}.`);
  if (typeof jwksUri !== 'string') throw new Failure(`${url} has no jwks_uri. ${instead}`);
  return jwksUri;
}

/** A status, or what became of the request: nothing that was answered is shown. */
function whyOf(error: unknown): string {
  if (error instanceof SyntaxError) return 'no JSON';
  if (!(error instanceof Error)) return 'no answer';
  const cause = error.cause instanceof Error ? error.cause : error;
  const { code } = cause as { code?: unknown };
  return typeof code === 'string' ? code : cause.message;
}

async function askIssuer(url: string): Promise<Record<string, unknown>> {
  const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(5_000) });
  if (!response.ok) throw new Error(`status ${response.status}`);
  return Object(await response.json());
}
