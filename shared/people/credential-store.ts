import type { Account, Invitation } from './account.ts';
import { type AccountItemStore, isAtEpoch, raised } from './account-item-store.ts';
import { type LinkPlace, linkPlaces } from './invitation.ts';
import { isOpen, isOpenOrKept } from './mailed-link-store.ts';

/**
 * The credentials of an account: its password, the link that sets it, and whether it is disabled. Each change is one conditional
 * write.
 */
export function credentialStore({ update }: Pick<AccountItemStore, 'update'>) {
  return {
    /**
     * Sets the password, and ends whatever was there before it unless `keepsAccess`. A link that would have set it is void. Answers
     * with the account as it is then; undefined when there is none.
     */
    setPassword: (sub: string, passwordHash: string, keepsAccess = false): Promise<Account | undefined> =>
      keepsAccess
        ? update(sub, `SET passwordHash = :hash ${voidLinks}`, { ':hash': passwordHash })
        : update(sub, `SET passwordHash = :hash, ${raised.set} ${voidLinks}`, {
            ...raised.values,
            ':hash': passwordHash,
          }),

    /**
     * Sets the password of somebody who proved the one that is stored as `from` (undefined: there is none) in a session of the epoch
     * `seen`, and ends whatever was there before. Their invitation is void; a link for a lost password is not, since whoever sends
     * this may not be the person. Undefined when the password, the link or the epoch is another one meanwhile.
     */
    changePassword(
      { sub, passwordHash: from, invitation }: Pick<Account, 'sub' | 'passwordHash' | 'invitation'>,
      seen: number,
      to: string,
    ): Promise<Account | undefined> {
      const voided = invitation?.purpose === 'invitation' ? invitation.hash : undefined;
      return update(
        sub,
        `SET passwordHash = :to, ${raised.set}${voided === undefined ? '' : ' REMOVE invitation'}`,
        {
          ...raised.values,
          ':to': to,
          ':seen': seen,
          ...(from !== undefined && { ':from': from }),
          ...(voided !== undefined && { ':link': voided }),
        },
        [
          from === undefined ? 'attribute_not_exists(passwordHash)' : 'passwordHash = :from',
          isAtEpoch(seen),
          ...(voided === undefined ? [] : ['invitation.#hash = :link']),
        ].join(' AND '),
      );
    },

    /**
     * Announces that a passkey or link, by its `id` in the list, is about to be removed: of several who saw the same `removals`, one
     * may. From then on it counts as gone for whoever asks whether there is another way to sign in. False for the others.
     */
    announceRemoval: async ({ sub, removals }: Pick<Account, 'sub' | 'removals'>, id: string): Promise<boolean> =>
      (await update(
        sub,
        'SET removals = :next ADD removedWays :ids',
        { ':next': removals + 1, ':ids': new Set([id]), ':seen': removals },
        removals > 0 ? 'removals = :seen' : '(attribute_not_exists(removals) OR removals = :seen)',
      )) !== undefined,

    /** Forgets an announced removal that is done. */
    finishRemoval: async (sub: string, id: string): Promise<void> =>
      void (await update(sub, 'DELETE removedWays :ids', { ':ids': new Set([id]) })),

    /** Puts a better hash of the same password in the place of `from`; does nothing when somebody has set another one meanwhile. */
    upgradePassword: async (sub: string, from: string, to: string): Promise<boolean> =>
      (await update(sub, 'SET passwordHash = :to', { ':from': from, ':to': to }, 'passwordHash = :from')) !== undefined,

    /**
     * From now on the person cannot sign in, and whatever they have is worth nothing, also when they are enabled again. A link does
     * not let them in, nor does the one that would keep an account that its person has deleted. Keeps the time of the first call.
     */
    disable: (sub: string, now: number): Promise<Account | undefined> =>
      update(
        sub,
        `SET disabledAt = if_not_exists(disabledAt, :now), disabledByOperator = :yes, ${raised.set} ${voidLinks}`,
        {
          ...raised.values,
          ':now': now,
          ':yes': true,
        },
      ),

    /** Also keeps an account that its person has deleted. */
    enable: (sub: string): Promise<Account | undefined> =>
      update(sub, 'REMOVE disabledAt, disabledByOperator, removal'),

    /** The one link that is valid from now on. Undefined when there is no such account, or it is disabled. */
    invite: (sub: string, invitation: Invitation): Promise<Account | undefined> =>
      update(sub, 'SET invitation = :invitation', { ':invitation': invitation }, 'attribute_not_exists(disabledAt)'),

    /**
     * Spends a link, sets the password and ends whatever was there before, in one conditional write: of any number of attempts one
     * wins, and gets the account as it is then. A link that removes everything ends the other ways to sign in with the same write; one
     * beside a notice, those that were made after `recentSince` (epoch seconds).
     */
    accept: (sub: string, link: SpentLink, passwordHash: string, now: number): Promise<Account | undefined> =>
      update(
        sub,
        `SET passwordHash = :password, ${spent(link)}${voided(link)}`,
        { ...valuesOf(link, now), ':password': passwordHash },
        isValid(link),
      ),

    /**
     * The same for somebody who gets another way to sign in than a password. Whoever wins gives it to them. With a link that removes
     * everything, the password goes, too.
     */
    spendLink: (sub: string, link: SpentLink, now: number): Promise<Account | undefined> =>
      update(
        sub,
        `SET ${spent(link)}${voided(link, link.everything ? ['passwordHash'] : [])}`,
        valuesOf(link, now),
        isValid(link),
      ),
  };
}

/** A link by the hash of its token and where it is, as it is stored. */
type SpentLink = Pick<Invitation, 'hash' | 'everything'> & { place?: LinkPlace; recentSince?: number | undefined };

/** For an operator, who decides what counts from now on. */
const voidLinks = `REMOVE ${linkPlaces.join(', ')}`;

const spent = ({ everything, recentSince, place = 'invitation' }: SpentLink): string =>
  [
    `${place}.spentAt = :now`,
    raised.set,
    ...(everything ? [raised.set.replace('epoch', 'waysFrom')] : []),
    ...(recentSince === undefined ? [] : [raised.set.replace('epoch', 'recentFrom'), 'recentSince = :since']),
  ].join(', ');

const valuesOf = ({ hash, recentSince }: SpentLink, now: number) => ({
  ...raised.values,
  ':link': hash,
  ':now': now,
  ...(recentSince !== undefined && { ':since': recentSince }),
});

/**
 * With a link, the others that were mailed are void. One that an operator gave out is not: somebody else may read the mail. Nor does a
 * mail to the address of today void the link at the one of before: whoever changed the address reads that mail. That link also takes back
 * that the account was deleted: whoever changed the address may have done that, too.
 */
function voided({ place = 'invitation' }: SpentLink, more: readonly string[] = []): string {
  const kept: readonly LinkPlace[] = place === 'invitation' ? [place] : ['invitation', 'restoringLink', place];
  const others = linkPlaces.filter((one) => !kept.includes(one));
  const deletion = place === 'restoringLink' ? ['disabledAt', 'removal'] : [];
  return ` REMOVE ${[...more, ...others, ...deletion].join(', ')}`;
}

/** The condition of everything that spends a link. */
const isValid = ({ place = 'invitation' }: SpentLink): string =>
  [
    `${place}.#hash = :link`,
    `attribute_not_exists(${place}.spentAt)`,
    `${place}.expiresAt > :now`,
    place === 'restoringLink' ? isOpenOrKept(':now') : isOpen,
  ].join(' AND ');
