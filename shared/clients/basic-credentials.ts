import { isUtf8 } from 'node:buffer';

/** One way to read a client id and its secret. An empty secret is none (RFC 6749 §2.3.1), so the client is only named. */
export type Reading = { clientId: string; secret?: string };

/**
 * Reads the credentials of HTTP Basic (RFC 7617) in every way that clients write them: in UTF-8 or Latin-1, and form-encoded as
 * RFC 6749 §2.3.1 requires, as they are, or with nothing but colons encoded. Returns the different readings to try in order, six at
 * most, or undefined when the header holds none.
 */
export function basicReadings(authorization: string): Reading[] | undefined {
  const encoded = /^basic +([A-Za-z0-9+/]+={0,2}) *$/i.exec(authorization)?.[1];
  if (encoded === undefined) return undefined;
  const bytes = Buffer.from(encoded, 'base64');
  if (bytes.indexOf(':') < 1) return undefined;
  const texts = [...(isUtf8(bytes) ? [bytes.toString('utf8')] : []), bytes.toString('latin1')];
  return withoutTwins(texts.flatMap((text) => decoders.map((decode) => split(text, decode))));
}

function split(text: string, decode: (raw: string) => string): Reading {
  const colon = text.indexOf(':');
  const clientId = decode(text.slice(0, colon));
  const secret = decode(text.slice(colon + 1));
  return secret === '' ? { clientId } : { clientId, secret };
}

/** Decodes form encoding. Returns other text unchanged. */
function formDecode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}

/** @badgateway/oauth2-client encodes the one character that HTTP Basic cannot do without. */
const colonsDecode = (text: string): string => text.replaceAll(/%3a/gi, ':');

const decoders = [formDecode, (raw: string) => raw, colonsDecode];

const withoutTwins = (readings: readonly Reading[]): Reading[] =>
  readings.filter(
    (reading, index) =>
      readings.findIndex(({ clientId, secret }) => clientId === reading.clientId && secret === reading.secret) ===
      index,
  );
