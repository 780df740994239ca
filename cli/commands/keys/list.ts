import { Command } from 'commander';
import { describeRing, type KeyState, rotationSettings } from '../../../shared/keys/key-ring.ts';
import { placeOf } from '../../../shared/keys/signing-key.ts';
import { briefTime, formatTime } from '../../../shared/time.ts';
import type { Context } from '../../context.ts';
import { examples, storeOptions } from '../../options.ts';
import { table } from '../../output.ts';
import { openKeys } from './open-keys.ts';
import { listRefreshKeys } from './refresh-keys.ts';

export const listCommand = (context: Context): Command =>
  examples(
    storeOptions(new Command('list'))
      .description(
        'Lists the signing keys, which are all published in the JWKS: which one signs, which is next, and when the others are deleted.',
      )
      .option('--refresh', 'the keys that seal refresh tokens instead, which are never published')
      .action(({ refresh }: { refresh?: true }) => (refresh ? listRefreshKeys(context) : list(context))),
    'pixy keys list',
    'pixy keys list --refresh',
    'pixy keys list --stage prod --json',
  );

const words: Record<KeyState, string> = {
  next: 'published, signs later',
  signing: 'signs',
  replaced: 'replaced',
  withdrawn: 'algorithm not in use',
};

async function list(context: Context): Promise<void> {
  const store = await openKeys(context);
  const ring = describeRing(await store.list(), context.now(), rotationSettings);
  const rows = ring.map(({ key, state, deletedAfter }) => [
    key.kid,
    key.algorithm,
    words[state],
    briefTime(key.signFrom),
    deletedAfter === undefined ? '-' : briefTime(deletedAfter),
    placeOf(key),
  ]);
  context.print({
    json: ring.map(({ key, state, deletedAfter }) => ({
      kid: key.kid,
      algorithm: key.algorithm,
      state,
      sign_from: formatTime(key.signFrom),
      ...(deletedAfter !== undefined && { deleted_after: formatTime(deletedAfter) }),
      custody: placeOf(key),
    })),
    text:
      rows.length === 0
        ? 'There are no signing keys yet.\n'
        : table(['kid', 'algorithm', 'state', 'signs from', 'deleted after', 'custody'], rows),
  });
}
