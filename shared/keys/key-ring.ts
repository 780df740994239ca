/*
 * Which key signs, which keys are published and which may be deleted, as pure functions of their times (epoch seconds). A key
 * needs no state: it is published from the moment it exists, signs from `signFrom` until the next key's `signFrom`, and stays
 * published until the last token it signed has expired.
 */

export type KeyTimes = { kid: string; signFrom: number; withdrawnAt?: number | undefined };

export type RotationSettings = {
  /** How long a key signs, in seconds. */
  rotateEvery: number;
  /** How many seconds a key is published before it signs. Verifiers cache the JWKS for up to 2 hours. */
  publishBefore: number;
  /** How many seconds a key's last token can outlive its signing. */
  keepAfter: number;
};

const hour = 3_600;
const day = 24 * hour;

/** How many seconds functions remember keys, which is how soon all of them follow a change. */
export const keysRemembered = 60;

/** The same in a local run, whose database answers at once: people try things out there and do not want to wait. */
export const keysRememberedLocally = 1;

/**
 * How many seconds a key is published before it signs when an operator starts the rotation: as long as verifiers cache, plus what
 * functions and browsers remember.
 */
export const handoverTime = 2 * hour + 600;

/**
 * Each key signs for ninety days. It is published two hours ahead, plus a day because the schedule runs once a day. It is kept
 * for a day after it signed, the longest lifetime a token can have, plus two hours.
 */
export const rotationSettings: RotationSettings = {
  rotateEvery: 90 * day,
  publishBefore: day + 2 * hour,
  keepAfter: day + 2 * hour,
};

/** Seconds from making a key of refresh tokens to its first use, so that every function knows it by then. */
export const refreshHandoverTime = 2 * keysRemembered;

/**
 * Keys of refresh tokens are replaced only by hand. A grant keeps using the key of its first token, so a replaced key is kept for two
 * years, the longest lifetime a refresh token can have, and one more day.
 */
export const refreshKeySettings: RotationSettings = {
  rotateEvery: Number.POSITIVE_INFINITY,
  publishBefore: 0,
  keepAfter: 731 * day,
};

const bySignFrom = <Key extends KeyTimes>(keys: readonly Key[]): Key[] =>
  keys.toSorted((a, b) => a.signFrom - b.signFrom || a.kid.localeCompare(b.kid));

/** A withdrawn key can still sign for a day, so that a rolled-back deployment finds it unchanged. */
const mayStillSign = ({ withdrawnAt }: KeyTimes, now: number): boolean =>
  withdrawnAt === undefined || now < withdrawnAt + day;

/** Returns the key that signs at `now`: the latest whose time has come. */
export const currentKey = <Key extends KeyTimes>(keys: readonly Key[], now: number): Key | undefined =>
  bySignFrom(keys).findLast((key) => key.signFrom <= now && mayStillSign(key, now));

/** Returns all keys, the current one first; before the start of the first key, that is the current one. */
export function currentFirst<Key extends KeyTimes>(keys: readonly Key[], now: number): Key[] {
  const current = currentKey(keys, now) ?? bySignFrom(keys)[0];
  return current === undefined ? [] : [current, ...keys.filter((key) => key !== current)];
}

/**
 * Plans the scheduled rotation at `now`: when a new key has to start signing, if one is needed, and which keys to delete. The
 * last key gets an early successor when it `isMisplaced`, that is, its private part is no longer where the setting wants it.
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
  // None may sign although there are some: they were made by a clock that was ahead.
  if (newest === undefined || currentKey(ordered, now) === undefined) return { signFrom: now, retire };
  // Two keys with the same time would have no order, so a successor signs at least a second later.
  const next = newest.signFrom + (isMisplaced(newest) ? 1 : settings.rotateEvery);
  return now + settings.publishBefore >= next
    ? { signFrom: Math.max(next, now + settings.publishBefore), retire }
    : { retire };
}

/** Plans the withdrawal of keys whose algorithm is no longer in use: marks them, and deletes them when their last token has expired. */
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
 * Plans a rotation out of turn: brings the already published next key forward to `signFrom`, or makes a new key. Does neither
 * when the next key signs by then anyway.
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

/** Describes each key at `now` and, as far as it is settled, when the rotation will delete it. Keys that sign last come first. */
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
