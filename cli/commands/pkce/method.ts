import { type Command, Option } from 'commander';
import { describeRefusal } from '../../../shared/oauth/describe-refusal.ts';
import type { CodeChallengeMethod } from '../../../shared/pkce/bound-challenge.ts';
import { parseVerifier } from '../../../shared/pkce/code-verifier.ts';
import { s256 } from '../../../shared/pkce/s256.ts';
import { Failure } from '../../failure.ts';

export type MethodFlag = { method: CodeChallengeMethod };

export const methodOption = (command: Command): Command =>
  command.addOption(
    new Option('--method <method>', 'code_challenge_method').choices(['S256', 'plain']).default('S256'),
  );

/** Turns a verifier into its challenge (RFC 7636 §4.2). */
export const transform = (codeVerifier: string, method: CodeChallengeMethod): string =>
  method === 'S256' ? s256(codeVerifier) : codeVerifier;

/** Returns a verifier that satisfies RFC 7636 §4.1, or fails with the token endpoint's wording. */
export function mustBeVerifier(text: string): string {
  const parsed = parseVerifier(text, { acceptShortVerifier: false });
  if (parsed.ok && parsed.value !== undefined) return parsed.value;
  throw new Failure(parsed.ok ? 'The code_verifier is empty.' : describeRefusal(parsed.refusal));
}
