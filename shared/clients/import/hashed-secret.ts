import { admitSecretHash } from '../secret-hash.ts';
import type { JsonObject } from './json.ts';
import type { Members } from './members.ts';
import { secretOf } from './secret.ts';

/** The members of client metadata about a secret, its hashes if the file has one instead, and a note when it stays behind. */
export type ReadHashedSecret = { metadata: JsonObject; hashes?: readonly string[]; notes: readonly string[] };

/**
 * Reads a secret that may be a hash. `isHashed`: whether the file says that it is one; undefined where only its form does. Records a
 * hash that cannot be verified as a mistake.
 */
export function hashedSecretOf(
  members: Members,
  name: string,
  method: string,
  isHashed: boolean | undefined,
): ReadHashedSecret {
  const secret = members.text(name);
  const admitted = secret === undefined ? undefined : admitSecretHash(secret);
  if (secret === undefined || method === 'none' || !(isHashed ?? admitted?.ok)) {
    return secretOf(members, [name], method, method === 'none');
  }
  if (admitted && !admitted.ok) members.refuse(name, admitted.refusal, undefined);
  return { metadata: { token_endpoint_auth_method: method }, hashes: [secret], notes: [] };
}
