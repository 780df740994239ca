import type { Account, MailedLink } from './account.ts';
import type { AccountItemStore } from './account-item-store.ts';
import type { MailedPlace } from './mailed-link.ts';

/** The links of an account that mails lead to. Each change is one conditional write. */
export function mailedLinkStore({ update }: Pick<AccountItemStore, 'update'>) {
  return {
    /**
     * Puts a link in its place, where it ends the one of before. Of an order that is carried out twice, one link is kept; the link of a
     * later order is kept, too. Undefined then, or when the account is gone or disabled.
     */
    placeLink: <Place extends MailedPlace>(
      sub: string,
      place: Place,
      link: NonNullable<Account[Place]> & MailedLink,
    ): Promise<Account | undefined> =>
      update(
        sub,
        `SET ${place} = :link`,
        { ':link': link, ':by': link.by, ':at': link.requestedAt },
        `attribute_not_exists(disabledAt) AND (attribute_not_exists(${place}) OR attribute_not_exists(${place}.#by) OR (${place}.#by <> :by AND ${place}.requestedAt <= :at))`,
      ),
  };
}
