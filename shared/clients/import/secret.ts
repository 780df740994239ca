import type { JsonObject } from './json.ts';
import type { Members } from './members.ts';

/** The members of client metadata about a secret, and a note when it stays behind. */
export type ReadSecret = { metadata: JsonObject; notes: string[] };

/** Reads the secret of a client that authenticates with `method`. That of a public client stays behind. */
export function secretOf(members: Members, names: readonly string[], method: string, isPublic: boolean): ReadSecret {
  const secret = members.text(...names);
  const name = members.nameOf(...names);
  if (isPublic) {
    const notes = secret === undefined ? [] : [`comes without its ${name}: it is public and sends none`];
    return { metadata: { token_endpoint_auth_method: 'none' }, notes };
  }
  if (method === 'none') {
    const read = { metadata: { token_endpoint_auth_method: 'client_secret_basic', client_secret: secret }, notes: [] };
    return members.refuse(name, 'is required, and --auth-method none would drop it', read);
  }
  return { metadata: { token_endpoint_auth_method: method, client_secret: secret }, notes: [] };
}
