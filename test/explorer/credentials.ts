import { grantId } from '../../shared/grants/issue-code.ts';
import { parseRefreshToken, type RefreshKeys } from '../../shared/grants/refresh-token.ts';

/** Something of a grant that somebody has in hand, and may use at the server. */
export type Credential = {
  kind: 'code' | 'refresh token' | 'access token';
  text: string;
  grantId: string;
  clientId: string;
  /** Of a refresh token. */
  generation?: number;
  /** Of an access token, in epoch seconds. */
  issuedAt?: number;
};

export const codeOf = (text: string, clientId: string): Credential => ({
  kind: 'code',
  text,
  grantId: grantId(text),
  clientId,
});

export function refreshTokenOf(text: string, clientId: string, keys: RefreshKeys): Credential {
  const token = parseRefreshToken(text, keys);
  if (token === undefined) throw new Error('this is no refresh token of ours');
  return { kind: 'refresh token', text, grantId: token.grantId, clientId, generation: token.generation };
}

export function accessTokenOf(text: string): Credential {
  const payload = Buffer.from(text.split('.')[1] ?? '', 'base64url').toString();
  const claims = JSON.parse(payload) as { grant_id: string; client_id: string; iat: number };
  return { kind: 'access token', text, grantId: claims.grant_id, clientId: claims.client_id, issuedAt: claims.iat };
}
