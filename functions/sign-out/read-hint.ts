import { type Parameters, single } from '../../shared/oauth/parameters.ts';
import { type HintClaims, readIdTokenHint } from '../../shared/tokens/id-token-hint.ts';
import type { SignOutDeps } from './sign-out-deps.ts';

/** The claims of `id_token_hint`. A hint that was issued to another client than the one that is named is none (§2). */
export async function readHint(sent: Parameters, deps: SignOutDeps): Promise<HintClaims | undefined> {
  const text = single(sent, 'id_token_hint');
  const hint = text === undefined ? undefined : await readIdTokenHint(text, deps.issuer, await deps.publishedKeys());
  const named = single(sent, 'client_id');
  return hint && named !== undefined && named !== hint.aud ? undefined : hint;
}
