/**
 * Decodes the variants of base64 in password hashes: standard, base64url, or passlib's with a dot for the plus; padded or not.
 * Returns undefined for anything else.
 */
export function fromBase64(text: string): Buffer | undefined {
  return /^[A-Za-z0-9+/._-]+={0,2}$/.test(text) ? Buffer.from(text.replaceAll('.', '+'), 'base64') : undefined;
}

/** Encodes base64 as in the PHC string format: standard, without padding. */
export const toPhcBase64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64').replace(/=+$/, '');
