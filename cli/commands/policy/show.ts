import { Command } from 'commander';
import type { Change } from '../../../shared/clients/change.ts';
import { policyDocument } from '../../../shared/clients/change-document.ts';
import {
  classFloor,
  type GlobalPolicy,
  shippedGlobalPolicy,
  unregisteredClasses,
} from '../../../shared/pkce/policy.ts';
import { briefTime } from '../../../shared/time.ts';
import type { Answer, Context } from '../../context.ts';
import { examples, storeOptions } from '../../options.ts';
import { pairs } from '../../output.ts';

export const showCommand = (context: Context): Command =>
  examples(
    storeOptions(new Command('show'))
      .description(
        'Shows the global policy: the default for clients that inherit, the floors for all and for those that nobody registered, and the mode.',
      )
      .action(() => show(context)),
    'pixy policy show',
    'pixy policy show --stage prod --json',
  );

async function show(context: Context): Promise<void> {
  const { clients } = await context.open();
  const found = await clients.policyVersion();
  context.print(answerPolicy(found?.value ?? shippedGlobalPolicy, found?.version ?? 0, found?.lastChange));
}

/** Answers with the global policy. Version 0 is the policy that Pixy ships with. */
export function answerPolicy(policy: GlobalPolicy, version: number, lastChange?: Change): Answer {
  return {
    json: policyDocument(policy, version, lastChange),
    text: pairs([
      ['default', policy.default],
      ['floor', policy.floor],
      ...unregisteredClasses.map((name) => [`floor of ${name} clients`, classFloor(name, policy)] as const),
      ['mode', policy.mode],
      ['version', version === 0 ? '0 (as shipped)' : String(version)],
      [
        'changed',
        lastChange && `${briefTime(lastChange.at)} by ${lastChange.by}${lastChange.why && `: ${lastChange.why}`}`,
      ],
    ]),
  };
}
