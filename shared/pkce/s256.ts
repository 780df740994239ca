import { hash } from 'node:crypto';

/** RFC 7636 §4.2: BASE64URL-ENCODE(SHA256(ASCII(code_verifier))). Takes the verifier, returns 43 base64url characters. */
export const s256 = (codeVerifier: string): string => hash('sha256', codeVerifier, 'base64url');
