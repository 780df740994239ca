import { hash } from 'node:crypto';

/** BASE64URL-ENCODE(SHA256(ASCII(code_verifier))) (RFC 7636 §4.2). Takes the verifier, returns 43 base64url characters. */
export const s256 = (codeVerifier: string): string => hash('sha256', codeVerifier, 'base64url');
