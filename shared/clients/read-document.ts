import { ok, type Result, refuse } from '../result.ts';
import { admitMetadata, type Document } from './admit-metadata.ts';
import type { Fetched } from './guarded-fetch.ts';
import { hashDescription } from './hash-description.ts';
import type { RegisteredClient } from './registered-client.ts';
import { withoutEmpty } from './registration.ts';

/**
 * Reads a client id metadata document (draft-ietf-oauth-client-id-metadata-document, "Client Metadata Document") into the shape of every
 * other client. Refuses with the end of a sentence about the document.
 */
export async function readDocument(
  clientId: string,
  { text, contentType }: Pick<Fetched, 'text' | 'contentType'>,
): Promise<Result<RegisteredClient, string>> {
  if (!/^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i.test(contentType)) return refuse('is not served as JSON');
  const document = parseObject(text);
  if (document === undefined) return refuse('is not a JSON object');
  if (document['client_id'] !== clientId) return refuse('has a client_id that is not, letter by letter, its own URL');
  for (const member of ['client_secret', 'client_secret_expires_at']) {
    if (member in document) return refuse(`has a ${member}, and what everybody can read is no secret`);
  }
  const method = methodOf(document);
  if (!method.ok) return method;
  const admitted = await admitMetadata(document, { clientId, clientClass: 'url', method: method.value });
  if (!admitted.ok) return refuse(`has a mistake: ${admitted.refusal[0].member} ${admitted.refusal[0].problem}`);
  return ok({ ...admitted.value, documentHash: hashDescription(admitted.value) });
}

/** The document without members that say nothing. */
function parseObject(text: string): Document | undefined {
  try {
    const json: unknown = JSON.parse(text);
    return typeof json === 'object' && json !== null && !Array.isArray(json) ? withoutEmpty(json) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * How the client authenticates: in one way. Of several, `none` is chosen, so that an assertion is never looked at for a client that
 * could do without. A client that says nothing is public unless it has keys, for the usual default is a secret.
 */
function methodOf(document: Document): Result<'none' | 'private_key_jwt', string> {
  const said = [document['token_endpoint_auth_method'], document['token_endpoint_auth_methods_supported']];
  const methods = said.flat().filter((method) => method !== undefined);
  if (methods.some((method) => typeof method === 'string' && method.startsWith('client_secret'))) {
    return refuse('has a token_endpoint_auth_method with a shared secret, and what everybody can read is no secret');
  }
  const hasKeys = 'jwks' in document || 'jwks_uri' in document;
  if (methods.length === 0) return ok(hasKeys ? 'private_key_jwt' : 'none');
  if (methods.includes('none')) return ok('none');
  return methods.includes('private_key_jwt')
    ? ok('private_key_jwt')
    : refuse('has a token_endpoint_auth_method that is neither none nor private_key_jwt');
}
