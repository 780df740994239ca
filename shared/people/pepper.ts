import type { SecretPlace } from '../aws/secret-store.ts';
import type { ReadPepper } from '../foreign-hashes/pepper.ts';

/** Reads the pepper where it is, and remembers it as long as the function lives. Without a place, asking for it throws. */
export function openPepper(place: SecretPlace | undefined, read: (place: SecretPlace) => Promise<string>): ReadPepper {
  let known: string | undefined;
  return async () => {
    if (place === undefined) throw new Error('an imported password hash needs a pepper, and the server has none');
    known ??= await read(place);
    return known;
  };
}
