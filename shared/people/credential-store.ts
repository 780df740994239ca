import type { Account, Invitation } from './account.ts';
import { type AccountItemStore, raised } from './account-item-store.ts';

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
        ? update(sub, 'SET passwordHash = :hash REMOVE invitation', { ':hash': passwordHash })
        : update(sub, `SET passwordHash = :hash, ${raised.set} REMOVE invitation`, {
            ...raised.values,
            ':hash': passwordHash,
          }),

    /** Puts a better hash of the same password in the place of `from`; does nothing when somebody has set another one meanwhile. */
    upgradePassword: async (sub: string, from: string, to: string): Promise<boolean> =>
      (await update(sub, 'SET passwordHash = :to', { ':from': from, ':to': to }, 'passwordHash = :from')) !== undefined,

    /**
     * From now on the person cannot sign in, and whatever they have is worth nothing, also when they are enabled again. A link does
     * not let them in. Keeps the time of the first call.
     */
    disable: (sub: string, now: number): Promise<Account | undefined> =>
      update(sub, `SET disabledAt = if_not_exists(disabledAt, :now), ${raised.set} REMOVE invitation`, {
        ...raised.values,
        ':now': now,
      }),

    enable: (sub: string): Promise<Account | undefined> => update(sub, 'REMOVE disabledAt'),

    /** The one link that is valid from now on. Undefined when there is no such account, or it is disabled. */
    invite: (sub: string, invitation: Invitation): Promise<Account | undefined> =>
      update(sub, 'SET invitation = :invitation', { ':invitation': invitation }, 'attribute_not_exists(disabledAt)'),

    /**
     * Spends the link with this hash, sets the password and ends whatever was there before, in one conditional write: of any number
     * of attempts one wins, and gets the account as it is then.
     */
    accept: (sub: string, linkHash: string, passwordHash: string, now: number): Promise<Account | undefined> =>
      update(
        sub,
        `SET passwordHash = :password, invitation.spentAt = :now, ${raised.set}`,
        { ...raised.values, ':password': passwordHash, ':link': linkHash, ':now': now },
        linkIsValid,
      ),

    /** The same for somebody who gets another way to sign in than a password. Whoever wins gives it to them. */
    spendLink: (sub: string, linkHash: string, now: number): Promise<Account | undefined> =>
      update(
        sub,
        `SET invitation.spentAt = :now, ${raised.set}`,
        { ...raised.values, ':link': linkHash, ':now': now },
        linkIsValid,
      ),
  };
}

/** The condition of everything that spends a link. */
const linkIsValid = [
  'invitation.#hash = :link',
  'attribute_not_exists(invitation.spentAt)',
  'invitation.expiresAt > :now',
  'attribute_not_exists(disabledAt)',
].join(' AND ');
