import { X509Certificate } from 'node:crypto';
import { isObject, type JsonObject, parseJson } from './json.ts';
import type { Members } from './members.ts';

/**
 * Reads the keys of a client of Keycloak from its attributes: a URI, a JWK Set in a text, or a certificate, of which the key alone is
 * kept. Records what cannot be read as a mistake. Returns members of RFC 7591.
 */
export function keycloakKeys(attributes: Members): JsonObject {
  const uri = attributes.text('jwks.url');
  const text = attributes.text('jwks.string');
  const certificate = attributes.text('jwt.credential.certificate');
  // The server keeps what is not in use.
  if (attributes.flag('use.jwks.url') === true || (text === undefined && certificate === undefined)) {
    return { jwks_uri: uri };
  }
  if (attributes.flag('use.jwks.string') === true || certificate === undefined) {
    const json = parseJson(text ?? '');
    if (json.ok && isObject(json.value)) return { jwks: json.value };
    return attributes.refuse('attributes.jwks.string', 'is not a JWK Set', instead);
  }
  const key = keyOf(certificate);
  if (key === undefined)
    return attributes.refuse('attributes.jwt.credential.certificate', 'is not a certificate', instead);
  const kid = attributes.text('jwt.credential.kid');
  return { jwks: { keys: [{ ...key, ...(kid !== undefined && { kid }) }] } };
}

/** Keys that cannot be read are not missing as well. */
const instead = { jwks: { keys: [{ kty: 'EC' }] } };

/** The base64 of a certificate, without the lines around it. */
function keyOf(certificate: string): JsonObject | undefined {
  try {
    return { ...new X509Certificate(Buffer.from(certificate, 'base64')).publicKey.export({ format: 'jwk' }) };
  } catch {
    return undefined;
  }
}
