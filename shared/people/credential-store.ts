import type { Invitation } from './account.ts';
import type { AccountItemStore } from './account-item-store.ts';

/**
 * The credentials of an account: its password, the link that sets it, and whether it is disabled. Each change is one conditional
 * write.
 */
export function credentialStore({ update }: Pick<AccountItemStore, 'update'>) {
  return {
    /** Sets the password and voids the link that would have set it. Returns false when there is no such account. */
    setPassword: (sub: string, passwordHash: string): Promise<boolean> =>
      update(sub, 'SET passwordHash = :hash REMOVE invitation', { ':hash': passwordHash }),

    /** Replaces the hash `from` by a better one of the same password. Does nothing when another password has been set meanwhile. */
    upgradePassword: (sub: string, from: string, to: string): Promise<boolean> =>
      update(sub, 'SET passwordHash = :to', { ':from': from, ':to': to }, 'passwordHash = :from'),

    /** Keeps the person from signing in, also with a link. Keeps the time of the first call. */
    disable: (sub: string, now: number): Promise<boolean> =>
      update(sub, 'SET disabledAt = if_not_exists(disabledAt, :now) REMOVE invitation', { ':now': now }),

    enable: (sub: string): Promise<boolean> => update(sub, 'REMOVE disabledAt'),

    /** Sets the only valid link. Returns false when there is no such account or it is disabled. */
    invite: (sub: string, invitation: Invitation): Promise<boolean> =>
      update(sub, 'SET invitation = :invitation', { ':invitation': invitation }, 'attribute_not_exists(disabledAt)'),

    /** Spends the link with this hash and sets the password in one conditional write, so exactly one of any number of attempts wins. */
    accept: (sub: string, linkHash: string, passwordHash: string, now: number): Promise<boolean> =>
      update(
        sub,
        'SET passwordHash = :password, invitation.spentAt = :now',
        { ':password': passwordHash, ':link': linkHash, ':now': now },
        linkIsValid,
      ),

    /** Spends the link for another way to sign in than a password. The winner then sets that up. */
    spendLink: (sub: string, linkHash: string, now: number): Promise<boolean> =>
      update(sub, 'SET invitation.spentAt = :now', { ':link': linkHash, ':now': now }, linkIsValid),
  };
}

/** The condition of everything that spends a link. */
const linkIsValid = [
  'invitation.#hash = :link',
  'attribute_not_exists(invitation.spentAt)',
  'invitation.expiresAt > :now',
  'attribute_not_exists(disabledAt)',
].join(' AND ');
