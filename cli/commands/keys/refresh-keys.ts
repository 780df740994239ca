import { handOverRefreshKey, retireRefreshKey } from '../../../functions/rotate-keys/refresh-key.ts';
import { describeRing, type KeyState, refreshKeySettings } from '../../../shared/keys/key-ring.ts';
import type { StoredRefreshKey } from '../../../shared/keys/key-store.ts';
import { briefTime, formatTime } from '../../../shared/time.ts';
import type { Context } from '../../context.ts';
import { Failure } from '../../failure.ts';
import { table } from '../../output.ts';
import { logKey, mustHaveKeys, openKeys, openWrapper } from './open-keys.ts';

/* The keys of refresh tokens, for the commands that take --refresh. */

const asLogged = (key: StoredRefreshKey) => ({ ...key, algorithm: 'refresh' });

const words: Record<KeyState, string> = {
  next: 'seals later',
  signing: 'seals',
  replaced: 'replaced',
  withdrawn: 'withdrawn',
};

export async function listRefreshKeys(context: Context): Promise<void> {
  const store = await openKeys(context);
  const ring = describeRing((await store.listRefreshKeys()).map(asLogged), context.now(), refreshKeySettings);
  const rows = ring.map(({ key, state, deletedAfter }) => [
    key.kid,
    words[state],
    briefTime(key.signFrom),
    deletedAfter === undefined ? '-' : briefTime(deletedAfter),
  ]);
  context.print({
    json: ring.map(({ key, state, deletedAfter }) => ({
      kid: key.kid,
      state,
      sign_from: formatTime(key.signFrom),
      ...(deletedAfter !== undefined && { deleted_after: formatTime(deletedAfter) }),
    })),
    text:
      rows.length === 0
        ? 'There are no keys of refresh tokens yet.\n'
        : table(['kid', 'state', 'seals from', 'goes after'], rows),
  });
}

export async function rotateRefreshKey(context: Context, kmsKey: string | undefined): Promise<void> {
  const store = await openKeys(context);
  await mustHaveKeys(store);
  const { key, change } = await handOverRefreshKey(store, await openWrapper(context, kmsKey), context.now());
  if (change === 'make') await logKey(context, undefined, asLogged(key), 'rotated');
  const when = `seals the refresh tokens of new grants from ${briefTime(key.signFrom)} UTC on`;
  context.print({
    json: { kid: key.kid, sign_from: formatTime(key.signFrom), change: { none: 'none', make: 'made' }[change] },
    text: [
      change === 'make'
        ? `Made key ${key.kid}, which ${when}.`
        : `Nothing to do: there is a key ${key.kid}, which ${when}.`,
      '  Existing grants keep using the old key, which is deleted when none of their tokens can be valid.',
    ]
      .map((line) => `${line}\n`)
      .join(''),
  });
}

/** Retires a key of refresh tokens, if `kid` names one. Returns whether it does. */
export async function retireIfRefreshKey(context: Context, kid: string): Promise<boolean> {
  const outcome = await retireRefreshKey(await openKeys(context), kid, context.now());
  if (!outcome.ok && outcome.refusal.reason === 'key_unknown') return false;
  if (!outcome.ok) {
    throw new Failure(
      `Key ${kid} is in use: replace it with pixy keys rotate --refresh, wait two minutes, then retire it.`,
    );
  }
  await logKey(context, asLogged(outcome.value), undefined, 'retired');
  context.print({
    json: { kid, retired: true },
    text: `Retired key ${kid}: its refresh tokens stop working within a minute, and those people sign in again.\n`,
  });
  return true;
}
