/** Bytes in any of the base64 of password hashes: standard, base64url, or passlib's with a dot for the plus; padded or not. */
export function fromBase64(text: string): Buffer | undefined {
  return /^[A-Za-z0-9+/._-]+={0,2}$/.test(text) ? Buffer.from(text.replaceAll('.', '+'), 'base64') : undefined;
}

/** As the PHC string format has it: standard, without padding. */
export const toPhcBase64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64').replace(/=+$/, '');
