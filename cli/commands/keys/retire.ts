import { Command } from 'commander';
import { retireKey } from '../../../functions/rotate-keys/by-hand.ts';
import { formatTime } from '../../../shared/time.ts';
import type { Context } from '../../context.ts';
import { Failure } from '../../failure.ts';
import { changeOptions, examples, mayBeginWithHyphen } from '../../options.ts';
import { type CustodyFlags, custodyOptions, logKey, mustHaveKeys, openCustody, openKeys } from './open-keys.ts';
import { retireIfRefreshKey } from './refresh-keys.ts';
import { sentenceOf } from './rotate.ts';

export const retireCommand = (context: Context): Command =>
  examples(
    mayBeginWithHyphen(custodyOptions(changeOptions(new Command('retire'))))
      .description(
        'Removes a key that may have leaked from the JWKS, at once and permanently. Its tokens become invalid. If it is the signing key, the next key takes over at once.',
      )
      .argument('<kid>', 'as pixy keys list shows it; also a replaced key of refresh tokens')
      .action((kid: string, flags: CustodyFlags) => retire(context, kid, flags)),
    'pixy keys list',
    'pixy keys retire 8tq0cV3-QK1mAvvH0u4Xm7hYw0WqOLf8yJb8o2q3Ylk --why "its backup was copied"',
  );

async function retire(context: Context, kid: string, flags: CustodyFlags): Promise<void> {
  if (await retireIfRefreshKey(context, kid)) return;
  const store = await openKeys(context);
  const custody = await openCustody(context, await mustHaveKeys(store), flags);
  const outcome = await retireKey(store, custody, kid, context.now());
  if (!outcome.ok) throw new Failure(`There is no key ${kid}: run pixy keys list to see the keys.`);
  const { retired, successor } = outcome.value;
  if (successor && successor.change !== 'none') {
    await logKey(context, successor.before, successor.key, `in place of ${kid}`);
  }
  await logKey(context, retired, undefined, 'retired', 2);
  context.print({
    json: {
      kid,
      algorithm: retired.algorithm,
      retired: true,
      ...(successor && { successor: { kid: successor.key.kid, sign_from: formatTime(successor.key.signFrom) } }),
    },
    text: [
      `Retired ${retired.algorithm} key ${kid}: the server forgets it within a minute, and verifiers when they renew their JWKS.`,
      ...(successor ? [sentenceOf(successor)] : []),
      '  Its access tokens and ID tokens are refused from then on. Refresh tokens stay valid and get tokens signed by another key.',
    ]
      .map((line) => `${line}\n`)
      .join(''),
  });
}
