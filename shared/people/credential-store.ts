import type { Invitation } from './account.ts';
import type { AccountItemStore } from './account-item-store.ts';

/** How an account is signed in to: its password, the link that sets it, and whether it is disabled. Each change is one conditional write. */
export function credentialStore({ update }: Pick<AccountItemStore, 'update'>) {
  return {
    /** Sets the password. A link that would have set it is void. False when there is no such account. */
    setPassword: (sub: string, passwordHash: string): Promise<boolean> =>
      update(sub, 'SET passwordHash = :hash REMOVE invitation', { ':hash': passwordHash }),

    /** Puts a better hash of the same password in the place of `from`; does nothing when somebody has set another one meanwhile. */
    upgradePassword: (sub: string, from: string, to: string): Promise<boolean> =>
      update(sub, 'SET passwordHash = :to', { ':from': from, ':to': to }, 'passwordHash = :from'),

    /** From now on the person cannot sign in, and a link does not let them in. Keeps the time of the first call. */
    disable: (sub: string, now: number): Promise<boolean> =>
      update(sub, 'SET disabledAt = if_not_exists(disabledAt, :now) REMOVE invitation', { ':now': now }),

    enable: (sub: string): Promise<boolean> => update(sub, 'REMOVE disabledAt'),

    /** The one link that is valid from now on. False when there is no such account, or it is disabled. */
    invite: (sub: string, invitation: Invitation): Promise<boolean> =>
      update(sub, 'SET invitation = :invitation', { ':invitation': invitation }, 'attribute_not_exists(disabledAt)'),

    /** Spends the link with this hash and sets the password, in one conditional write: of any number of attempts one wins. */
    accept: (sub: string, linkHash: string, passwordHash: string, now: number): Promise<boolean> =>
      update(
        sub,
        'SET passwordHash = :password, invitation.spentAt = :now',
        { ':password': passwordHash, ':link': linkHash, ':now': now },
        linkIsValid,
      ),

    /** The same for somebody who gets another way to sign in than a password. Whoever wins gives it to them. */
    spendLink: (sub: string, linkHash: string, now: number): Promise<boolean> =>
      update(sub, 'SET invitation.spentAt = :now', { ':link': linkHash, ':now': now }, linkIsValid),
  };
}

/** One condition for everything that a link can be spent on. */
const linkIsValid = [
  'invitation.#hash = :link',
  'attribute_not_exists(invitation.spentAt)',
  'invitation.expiresAt > :now',
  'attribute_not_exists(disabledAt)',
].join(' AND ');
