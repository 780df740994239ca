export type CodeChallengeMethod = 'S256' | 'plain';

/**
 * A code challenge as a grant stores it: always base64url(SHA-256(code verifier)). A `plain` challenge is the verifier itself, so
 * it is hashed before it is stored; the method is kept for the record.
 */
export type BoundChallenge = { codeChallenge: string; codeChallengeMethod: CodeChallengeMethod };
