import { Command, type Command as CommandType } from 'commander';
import { addressOf, languageOf } from '../../../shared/mail/address.ts';
import { endpoints } from '../../../shared/oauth/endpoints.ts';
import type { Account, LinkPurpose } from '../../../shared/people/account.ts';
import { linkLifetimes, newLink } from '../../../shared/people/invitation.ts';
import { briefTime, formatTime } from '../../../shared/time.ts';
import type { Context } from '../../context.ts';
import { Failure, wrongUsage } from '../../failure.ts';
import { openHandOver } from '../../open-hand-over.ts';
import { dateOption, examples, storeOptions } from '../../options.ts';
import type { Place } from '../../place.ts';
import { findRecipient, openPeople } from './open-accounts.ts';
import { describeAccount, named } from './present-account.ts';

export type LinkFlags = { expires?: string; issuer?: string; everything?: boolean; mail?: boolean };

export const linkFlags = (command: CommandType): CommandType =>
  command
    .option('--expires <date>', 'when the link expires: 2026-12-01, or 12h, 7d, 2w from now; at most 30 days')
    .option('--issuer <url>', 'the issuer, if it cannot be determined');

export const inviteCommand = (context: Context): Command =>
  examples(
    storeOptions(linkFlags(new Command('invite')))
      .description(
        'Makes a link for a person who has no password yet. The person opens it to set a password or create a passkey, and is signed in. It works once, within a week; a new link replaces it.',
      )
      .argument('<account>', 'username, email address or sub')
      .option('--mail', 'send the link by mail instead of printing it, where the deployment sends mail')
      .action((account: string, flags: LinkFlags) =>
        flags.mail ? mailLink(context, account, flags) : printLink(context, account, 'invitation', flags),
      ),
    'pixy accounts invite grace@example.com --stage prod',
    'pixy accounts invite grace --expires 3d',
    'pixy accounts invite grace@example.com --mail --stage prod',
  );

const longest = 30 * 86_400;

/** Has the mail function make a link and send it. Nobody but the person ever sees it. */
async function mailLink(context: Context, name: string, flags: LinkFlags): Promise<void> {
  if (flags.expires !== undefined) throw wrongUsage('--mail and --expires exclude each other: its link lasts a week.');
  const people = await openPeople(context);
  const account = await findRecipient(people, name);
  mustBeInvitable(account);
  const to = addressOf(account);
  if (to === undefined) throw new Failure(`${capital(named(account))} has no address that mail may go to.`);
  const handOver = await openHandOver(people.place);
  await handOver({ kind: 'invitation', at: context.now(), language: languageOf(account), sub: account.sub });
  context.print({
    json: { ...describeAccount(account), mailed_to: to },
    text: `An invitation of ${named(account)} is on its way to ${to}.\n`,
  });
}

function mustBeInvitable(account: Account): void {
  if (account.disabledAt !== undefined) throw new Failure(`${capital(named(account))} is disabled: enable it first.`);
  if (account.passwordHash !== undefined) {
    throw new Failure(
      `${capital(named(account))} already has a password: run pixy accounts set-password --link to let the person set a new one.`,
    );
  }
}

/** Makes a link and prints it. Nothing that is stored can show it again. */
export async function printLink(context: Context, name: string, purpose: LinkPurpose, flags: LinkFlags): Promise<void> {
  const now = context.now();
  const until =
    flags.expires === undefined ? now + linkLifetimes[purpose] : dateOption('--expires', flags.expires, now);
  if (until <= now) throw wrongUsage('--expires is in the past.');
  if (until > now + longest) throw wrongUsage('--expires is more than 30 days away.');
  const people = await openPeople(context);
  const issuer = issuerOf(people.place, flags);
  const account = await findRecipient(people, name);
  if (purpose === 'invitation') mustBeInvitable(account);
  if (account.disabledAt !== undefined) throw new Failure(`${capital(named(account))} is disabled: enable it first.`);
  const { token, invitation } = newLink(account.sub, purpose, now, until - now, flags.everything);
  if (!(await people.accounts.invite(account.sub, invitation))) {
    throw new Failure(`${capital(named(account))} was disabled or removed by somebody else.`);
  }
  const link = `${issuer}${endpoints.invitation}?token=${token}`;
  context.print({
    json: { ...describeAccount({ ...account, invitation }), link, expires_at: formatTime(invitation.expiresAt) },
    text: `${purpose === 'invitation' ? 'Invited' : 'A link to set the password of'} ${named(account)}:\n\n  ${link}\n\n  It works once, until ${briefTime(invitation.expiresAt)} UTC. Give it to nobody else: anybody who opens it gets into the account.\n${flags.everything ? everythingText : ''}`,
  });
}

const everythingText =
  '  Using it also removes every passkey, every linked account and the authenticator app with its recovery codes.\n';

function issuerOf(place: Place, { issuer: given }: LinkFlags): string {
  const issuer = given ?? (place.kind === 'tables' ? undefined : place.issuer);
  if (issuer === undefined) {
    throw wrongUsage(
      'The address of the server is unknown: start the server, or name it with --issuer https://sign-in.example.com.',
    );
  }
  if (!URL.canParse(issuer) || new URL(issuer).origin !== issuer) {
    throw wrongUsage('--issuer is not an origin like https://sign-in.example.com.');
  }
  return issuer;
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
