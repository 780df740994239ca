import { Command, Option } from 'commander';
import { type Handover, handOver } from '../../../functions/rotate-keys/by-hand.ts';
import { handoverTime, keysRemembered, keysRememberedLocally } from '../../../shared/keys/key-ring.ts';
import { type SigningAlgorithm, signingAlgorithms } from '../../../shared/keys/signing-key.ts';
import { briefTime, formatTime } from '../../../shared/time.ts';
import type { Context } from '../../context.ts';
import { Failure } from '../../failure.ts';
import { changeOptions, examples } from '../../options.ts';
import { type CustodyFlags, custodyOptions, logKey, mustHaveKeys, openCustody, openKeys } from './open-keys.ts';
import { rotateRefreshKey } from './refresh-keys.ts';

type RotateFlags = { algorithm?: SigningAlgorithm; now?: true; refresh?: true } & CustodyFlags;

export const rotateCommand = (context: Context): Command =>
  examples(
    custodyOptions(changeOptions(new Command('rotate')))
      .description(
        'Starts a rotation now: publishes the next key, which starts to sign two hours and ten minutes later, when every verifier has it. The old key stays published until its last token has expired.',
      )
      .addOption(
        new Option('--algorithm <alg>', 'only this algorithm (default: all in use)').choices(signingAlgorithms),
      )
      .option(
        '--now',
        'the next key starts to sign in a minute, in a local run at once; verifiers that cache an old JWKS refuse its tokens for up to two hours',
      )
      .addOption(
        new Option(
          '--refresh',
          'replace the key of refresh tokens instead; new grants use the new one in two minutes',
        ).conflicts(['algorithm', 'now']),
      )
      .action((flags: RotateFlags) =>
        flags.refresh ? rotateRefreshKey(context, flags.kmsKey) : rotate(context, flags),
      ),
    'pixy keys rotate --why "yearly exercise"',
    'pixy keys rotate --stage prod --algorithm RS256',
    'pixy keys rotate --refresh --why "yearly exercise"',
    'pixy keys rotate --now --why "a laptop with a backup was stolen"',
  );

async function rotate(context: Context, { algorithm, now: isNow, ...flags }: RotateFlags): Promise<void> {
  const store = await openKeys(context);
  const stored = await mustHaveKeys(store);
  const used = stored.filter((key) => key.withdrawnAt === undefined).map((key) => key.algorithm);
  if (algorithm !== undefined && !used.includes(algorithm)) {
    throw new Failure(
      `The server does not sign with ${algorithm}: its algorithms are ${[...new Set(used)].join(', ')}.`,
    );
  }
  const custody = await openCustody(context, stored, flags);
  const now = context.now();
  const { place } = await context.open();
  const soon = place.kind === 'local' ? keysRememberedLocally : keysRemembered;
  const signFrom = now + (isNow ? soon : handoverTime);
  const done: Handover[] = [];
  for (const one of algorithm === undefined ? new Set(used) : [algorithm]) {
    const handover = await handOver(store, custody, one, now, signFrom);
    if (handover.change !== 'none')
      await logKey(context, handover.before, handover.key, isNow ? 'rotated at once' : 'rotated');
    done.push(handover);
  }
  context.print({
    json: done.map(({ key, change }) => ({
      kid: key.kid,
      algorithm: key.algorithm,
      sign_from: formatTime(key.signFrom),
      change: { none: 'none', forward: 'brought_forward', make: 'published' }[change],
    })),
    text: [...done.map(sentenceOf), ...(isNow ? consequences : [])].map((line) => `${line}\n`).join(''),
  });
}

export function sentenceOf({ key, change }: Handover): string {
  const { kid, algorithm, signFrom } = key;
  const when = `signs from ${briefTime(signFrom)} UTC`;
  if (change === 'none') return `${algorithm}: nothing to do, key ${kid} is published and ${when}.`;
  return change === 'make'
    ? `${algorithm}: published key ${kid}, which ${when}.`
    : `${algorithm}: moved key ${kid} forward; it ${when}.`;
}

const consequences = [
  '  Verifiers that do not renew their JWKS for an unknown kid refuse the new tokens until the next renewal, for at most two hours.',
  '  Tokens signed by the old key stay valid. To end them, run pixy keys retire KID.',
];
