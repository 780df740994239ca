import { Command, Option } from 'commander';
import { differences } from '../../../shared/clients/roll-back.ts';
import { type GlobalPolicy, type PkcePolicy, pkcePolicies, shippedGlobalPolicy } from '../../../shared/pkce/policy.ts';
import { expectVersion, mustWin } from '../../change-client.ts';
import type { Context } from '../../context.ts';
import { wrongUsage } from '../../failure.ts';
import { examples, versionOption } from '../../options.ts';
import { shown } from '../../output.ts';

export const setCommand = (context: Context): Command =>
  examples(
    versionOption(new Command('set'))
      .description('Changes the global policy. Running servers follow within 30 seconds.')
      .addOption(new Option('--default <policy>', 'for clients that inherit').choices(pkcePolicies))
      .addOption(
        new Option('--floor <policy>', 'the minimum for every client, whatever its own value').choices(pkcePolicies),
      )
      .addOption(
        new Option(
          '--mode <mode>',
          'report: let through requests that only the policy would refuse, and record them in the audit log',
        ).choices(['enforce', 'report']),
      )
      .addOption(
        new Option('--url-floor <policy>', 'the minimum for clients by metadata document').choices(pkcePolicies),
      )
      .addOption(
        new Option('--dynamic-floor <policy>', 'the minimum for clients that registered themselves').choices(
          pkcePolicies,
        ),
      )
      .action((flags: Flags) => set(context, flags)),
    'pixy policy set --floor any --why "audit finding 12"',
    'pixy policy set --default S256 --mode report --if-version 3',
    'pixy policy set --default any --url-floor S256',
  );

type Flags = Partial<Omit<GlobalPolicy, 'floors'>> & { urlFloor?: PkcePolicy; dynamicFloor?: PkcePolicy };

async function set(context: Context, flags: Flags): Promise<void> {
  if (!flags.default && !flags.floor && !flags.mode && !flags.urlFloor && !flags.dynamicFloor) {
    throw wrongUsage('Say what to change: --default, --floor, --mode, --url-floor or --dynamic-floor.');
  }
  const { clients } = await context.open();
  const found = await clients.policyVersion();
  const current = found?.value ?? shippedGlobalPolicy;
  const version = found?.version ?? 0;
  expectVersion(context, globalPolicyName, version);
  const next: GlobalPolicy = {
    default: flags.default ?? current.default,
    floor: flags.floor ?? current.floor,
    mode: flags.mode ?? current.mode,
    ...floorsOf(flags, current),
  };
  const isSame = differences(current, next).length === 0;
  const written = isSame
    ? version
    : mustWin(await clients.putPolicy(next, await context.author(), version), globalPolicyName);
  context.print(answerPolicyChange(current, next, written));
}

/** Absent while they are as shipped and nobody says otherwise. */
function floorsOf({ urlFloor, dynamicFloor }: Flags, { floors }: GlobalPolicy): Pick<GlobalPolicy, 'floors'> {
  if (!urlFloor && !dynamicFloor) return floors ? { floors } : {};
  return { floors: { ...floors, ...(urlFloor && { url: urlFloor }), ...(dynamicFloor && { dynamic: dynamicFloor }) } };
}

export const globalPolicyName = 'The global policy';

export function answerPolicyChange(before: GlobalPolicy, after: GlobalPolicy, version: number) {
  const changed = differences(before, after);
  const lines = changed.map(({ member, before: old, after: next }) => `  ${member}: ${shown(old)} → ${shown(next)}`);
  const done = changed.length > 0 ? 'Changed the global policy' : 'Nothing to change in the global policy';
  return { json: { ...after, version }, text: `${[`${done} (version ${version}).`, ...lines].join('\n')}\n` };
}
