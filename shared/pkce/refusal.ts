import type { PkcePolicy } from './policy.ts';

/** Mistakes that client developers keep making, recognised from the shape of what was sent. */
export type PkceMistake =
  | 'challenge_padded'
  | 'challenge_in_standard_base64'
  | 'challenge_is_hex'
  | 'challenge_is_base64_of_hex'
  | 'double_percent_encoding'
  | 'verifier_sent_as_challenge'
  | 'plain_used_with_hash'
  | 'method_in_wrong_case'
  | 'method_is_a_hash_name';

/** Why a code challenge (at /authorize) or a code verifier (at /token) is refused. Carries no secret. */
export type PkceRefusal =
  | { reason: 'code_challenge_required'; policy: Exclude<PkcePolicy, 'none'> }
  | { reason: 'code_challenge_missing' }
  | { reason: 'code_challenge_malformed'; expected: 'S256' | 'plain' | 'any'; mistake?: PkceMistake }
  | { reason: 'code_challenge_method_required' }
  | { reason: 'code_challenge_method_unsupported'; mistake?: PkceMistake }
  | { reason: 'code_challenge_method_plain_refused' }
  | { reason: 'code_verifier_required' }
  | { reason: 'code_verifier_malformed'; length: number; minimum: number; mistake?: PkceMistake }
  | { reason: 'code_verifier_mismatch'; mistake?: PkceMistake }
  | { reason: 'code_verifier_unexpected' }
  | { reason: 'code_below_policy'; policy: Exclude<PkcePolicy, 'none'> };
