/*
 * Which key signs, which are published and which may go, as pure functions of their times (epoch seconds).
 * A key needs no state: it is published from the moment it exists, signs from `signFrom` until the next key's `signFrom`,
 * and stays published until the last token it signed has expired.
 */

export type KeyTimes = { kid: string; signFrom: number };

export type RotationSettings = {
  /** How long one key signs, in seconds. */
  rotateEvery: number;
  /** How long a key is published before it signs: verifiers cache the JWKS for up to 2 hours. */
  publishBefore: number;
  /** How long the last token of a key can live after the key stopped signing. */
  keepAfter: number;
};

const bySignFrom = <Key extends KeyTimes>(keys: readonly Key[]): Key[] =>
  keys.toSorted((a, b) => a.signFrom - b.signFrom || a.kid.localeCompare(b.kid));

/** The key that signs at `now`: the latest whose time has come. */
export const currentKey = <Key extends KeyTimes>(keys: readonly Key[], now: number): Key | undefined =>
  bySignFrom(keys).findLast((key) => key.signFrom <= now);

/** What the scheduled rotation has to do at `now`: make a key that signs from then on, and delete those that nobody needs. */
export function planRotation<Key extends KeyTimes>(
  keys: readonly Key[],
  now: number,
  settings: RotationSettings,
): { signFrom?: number; retire: Key[] } {
  const ordered = bySignFrom(keys);
  const retire = ordered.filter((_, index) => {
    const successor = ordered[index + 1];
    return successor !== undefined && successor.signFrom + settings.keepAfter < now;
  });
  const newest = ordered.at(-1);
  if (newest === undefined) return { signFrom: now, retire };
  const next = newest.signFrom + settings.rotateEvery;
  return now + settings.publishBefore >= next
    ? { signFrom: Math.max(next, now + settings.publishBefore), retire }
    : { retire };
}
