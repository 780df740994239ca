import type { Account } from '../people/account.ts';
import { newSubject } from '../people/account.ts';
import type { AccountStore } from '../people/account-store.ts';
import { standsBy } from '../people/still-valid.ts';
import { ok, type Result, refuse } from '../result.ts';
import { canBeName, hasAllowedDomain, isBelieved, type UpstreamIdentity } from './identity.ts';
import type { Link, LinkDetails, LinkStore } from './link-store.ts';
import type { UpstreamProvider } from './provider.ts';

/** Why a person whom the provider let in is not admitted here. */
export type NotAdmitted = { reason: 'upstream_not_linked' | 'upstream_address_refused' | 'upstream_account_disabled' };

type Deps = {
  links: Pick<LinkStore, 'find' | 'claim' | 'release'>;
  accounts: Pick<AccountStore, 'findBySubject' | 'add'>;
};

/** Seconds after which a link without an account belongs to a removed account. No call takes that long. */
const abandonedAfter = 300;

/**
 * Finds the account of a person who has signed in at a provider: the one linked to issuer and subject, or a new one if the
 * provider may create accounts. A verified address becomes a name of the new account where the provider is believed. Never matches by address: the owner of an existing account with the same address signs in to it
 * first and links it there. Safe to repeat, and for concurrent first sign-ins.
 */
export async function findAccount(
  identity: UpstreamIdentity,
  provider: UpstreamProvider,
  { links, accounts }: Deps,
  now: number,
): Promise<Result<Account, NotAdmitted>> {
  if (!hasAllowedDomain(identity, provider)) return refuse({ reason: 'upstream_address_refused' });
  const link = await links.find(identity);
  const linked = link && (await accounts.findBySubject(link.sub));
  if (linked && !standsBy(linked, link)) return refuse({ reason: 'upstream_not_linked' });
  if (linked) return linked.disabledAt === undefined ? ok(linked) : refuse({ reason: 'upstream_account_disabled' });
  if (provider.accounts === 'linked_only') return refuse({ reason: 'upstream_not_linked' });

  const sub = await claimSubject(identity, link, { provider: provider.id, label: labelOf(identity) }, links, now);
  const email =
    isBelieved(provider) && identity.email !== undefined && canBeName(identity.email) ? identity.email : undefined;
  const added = await accounts.add({ email, claims: { ...identity.claims, sub } }, now);
  if (added.ok) return added;
  const made = await accounts.findBySubject(sub);
  if (made) return ok(made);
  await links.release(sub, identity);
  return refuse({ reason: 'upstream_not_linked' });
}

/** Returns the subject for the account to be made: a new one, or the one that a concurrent sign-in of the same person is using. */
async function claimSubject(
  identity: UpstreamIdentity,
  link: Link | undefined,
  details: LinkDetails,
  links: Deps['links'],
  now: number,
): Promise<string> {
  if (link && now - link.createdAt < abandonedAfter) return link.sub;
  const sub = newSubject({});
  if (await links.claim(identity, sub, details, now, link)) return sub;
  const winner = await links.find(identity);
  if (winner === undefined) throw new Error('a link that was there is gone');
  return winner.sub;
}

/** Returns the person's name at the provider, for the list of links. */
export function labelOf({ claims }: Pick<UpstreamIdentity, 'claims'>): string | undefined {
  const names = [claims['email'], claims['preferred_username'], claims['name']];
  return names
    .find((name): name is string => typeof name === 'string')
    ?.slice(0, 200)
    .toWellFormed();
}
