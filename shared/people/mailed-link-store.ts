import type { Account, MailedLink } from './account.ts';
import { type AccountItemStore, isAtEpoch } from './account-item-store.ts';
import type { MailedPlace } from './mailed-link.ts';

/** The links of an account that mails lead to. Each change is one conditional write. */
export function mailedLinkStore({ update }: Pick<AccountItemStore, 'update'>) {
  return {
    /**
     * Puts a link in its place, where it ends the one of before. Of an order that is carried out twice, one link is kept; the link of a
     * later order is kept, too. A restoring link is different: whoever is in an account may change its address again, so the one of the
     * first change is kept until it is used or over. It is also put beside
     * a removal, which it takes back. Undefined when a link is kept, the account is gone or disabled, or it has another epoch than `seen`:
     * then it may have another address by now.
     */
    placeLink: <Place extends MailedPlace>(
      { sub, epoch: seen }: Pick<Account, 'sub' | 'epoch'>,
      place: Place,
      link: NonNullable<Account[Place]> & MailedLink,
    ): Promise<Account | undefined> =>
      update(
        sub,
        `SET ${place} = :link`,
        { ':link': link, ':by': link.by, ':at': link.requestedAt, ':seen': seen },
        `${isAtEpoch(seen)} AND ${place === 'restoringLink' ? isOpenOrKept(':at') : isOpen} AND (attribute_not_exists(${place}) OR attribute_not_exists(${place}.#by) OR (${place}.#by <> :by AND ${place === 'restoringLink' ? yields : `${place}.requestedAt <= :at`}))`,
      ),
  };
}

/** Conditions of what a link allows: on an account that is not disabled, or that its person has deleted, and can have back at `now`. */
export const isOpen = 'attribute_not_exists(disabledAt)';
export const isOpenOrKept = (now: string): string =>
  `(${isOpen} OR (removal.due > ${now} AND attribute_not_exists(disabledByOperator)))`;

/** Condition of a restoring link that gives way to that of an order. */
const yields =
  '(restoringLink.requestedAt > :at OR attribute_exists(restoringLink.spentAt) OR restoringLink.expiresAt <= :at)';
