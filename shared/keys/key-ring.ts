/*
 * Which key signs, which are published and which may go, as pure functions of their times (epoch seconds).
 * A key needs no state: it is published from the moment it exists, signs from `signFrom` until the next key's `signFrom`,
 * and stays published until the last token it signed has expired.
 */

export type KeyTimes = { kid: string; signFrom: number; withdrawnAt?: number | undefined };

export type RotationSettings = {
  /** How long one key signs, in seconds. */
  rotateEvery: number;
  /** How long a key is published before it signs: verifiers cache the JWKS for up to 2 hours. */
  publishBefore: number;
  /** How long the last token of a key can live after the key stopped signing. */
  keepAfter: number;
};

const hour = 3_600;
const day = 24 * hour;

/** How long functions remember keys, in seconds: so soon they all follow a change. */
export const keysRemembered = 60;

/** How long a key is published before it signs when somebody starts the rotation: as long as verifiers cache, and the memory of functions and browsers. */
export const handoverTime = 2 * hour + 600;

/**
 * Ninety days a key. It is published two hours ahead, and a day on top because the schedule runs once a day. It is kept for a day
 * after it signed, which is the longest life a token can be given, and two hours more.
 */
export const rotationSettings: RotationSettings = {
  rotateEvery: 90 * day,
  publishBefore: day + 2 * hour,
  keepAfter: day + 2 * hour,
};

const bySignFrom = <Key extends KeyTimes>(keys: readonly Key[]): Key[] =>
  keys.toSorted((a, b) => a.signFrom - b.signFrom || a.kid.localeCompare(b.kid));

/** A key of an algorithm that went out of use can still sign for a day: a deployment that is taken back finds it as it was. */
const mayStillSign = ({ withdrawnAt }: KeyTimes, now: number): boolean =>
  withdrawnAt === undefined || now < withdrawnAt + day;

/** The key that signs at `now`: the latest whose time has come. */
export const currentKey = <Key extends KeyTimes>(keys: readonly Key[], now: number): Key | undefined =>
  bySignFrom(keys).findLast((key) => key.signFrom <= now && mayStillSign(key, now));

/**
 * What the scheduled rotation has to do at `now`: make a key that signs from then on, and delete those that nobody needs. The last
 * key gets a successor before its time when it `isMisplaced`: its private part is not where the setting wants it any more.
 */
export function planRotation<Key extends KeyTimes>(
  keys: readonly Key[],
  now: number,
  settings: RotationSettings,
  isMisplaced: (key: Key) => boolean = () => false,
): { signFrom?: number; retire: Key[] } {
  const ordered = bySignFrom(keys);
  const retire = ordered.filter((_, index) => {
    const successor = ordered[index + 1];
    return successor !== undefined && successor.signFrom + settings.keepAfter < now;
  });
  const newest = ordered.at(-1);
  if (newest === undefined) return { signFrom: now, retire };
  // Two keys of one moment have no order, so a successor signs a second later at least.
  const next = newest.signFrom + (isMisplaced(newest) ? 1 : settings.rotateEvery);
  return now + settings.publishBefore >= next
    ? { signFrom: Math.max(next, now + settings.publishBefore), retire }
    : { retire };
}

/** The same for the keys of an algorithm that is no longer in use: they are marked, and deleted when their last token has expired. */
export function planWithdrawal<Key extends KeyTimes>(
  keys: readonly Key[],
  now: number,
  { keepAfter }: RotationSettings,
): { withdraw: Key[]; retire: Key[] } {
  return {
    withdraw: keys.filter(({ withdrawnAt }) => withdrawnAt === undefined),
    retire: keys.filter(({ withdrawnAt }) => withdrawnAt !== undefined && withdrawnAt + day + keepAfter < now),
  };
}

/**
 * A rotation out of turn: the key that was published already comes forward to `signFrom`, or a new one is made.
 * Neither when the next key signs by then anyway.
 */
export function planHandover<Key extends KeyTimes>(
  keys: readonly Key[],
  now: number,
  signFrom: number,
): { next: Key | undefined; change: 'none' | 'forward' | 'make' } {
  const next = bySignFrom(keys).find((key) => key.signFrom > now);
  if (next === undefined) return { next, change: 'make' };
  return { next, change: next.signFrom <= signFrom ? 'none' : 'forward' };
}

export type KeyState = 'next' | 'signing' | 'replaced' | 'withdrawn';

/** What each key is good for at `now`, and when the rotation will delete it, as far as that is settled. Those that sign last come first. */
export function describeRing<Key extends KeyTimes & { algorithm: string }>(
  keys: readonly Key[],
  now: number,
  { keepAfter }: RotationSettings,
): { key: Key; state: KeyState; deletedAfter?: number }[] {
  return bySignFrom(keys)
    .toReversed()
    .map((key) => {
      const ring = bySignFrom(keys.filter(({ algorithm }) => algorithm === key.algorithm));
      if (key.withdrawnAt !== undefined) {
        return { key, state: 'withdrawn', deletedAfter: key.withdrawnAt + day + keepAfter };
      }
      const successor = ring[ring.indexOf(key) + 1];
      const deletedAfter = successor && { deletedAfter: successor.signFrom + keepAfter };
      if (key.signFrom > now) return { key, state: 'next', ...deletedAfter };
      return { key, state: currentKey(ring, now) === key ? 'signing' : 'replaced', ...deletedAfter };
    });
}
