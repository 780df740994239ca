import type { WriteLine } from '../../shared/audit/audit-log.ts';
import type { HandOver } from '../../shared/mail/hand-over.ts';
import type { LookOf } from '../../shared/pages/look.ts';
import type { AccountStore } from '../../shared/people/account-store.ts';
import type { ThrottleStore } from '../../shared/people/throttle-store.ts';
import type { NotifyPerson } from '../notify-person.ts';
import type { PushedRequests } from '../open-pushed-requests.ts';

/** Of the pages that a mail leads to or comes from. */
export type MailPageDeps = {
  issuer: string;
  /** Absent where no mail is sent: then the pages say so. */
  handOver: HandOver | undefined;
  accounts: Pick<AccountStore, 'findBySubject' | 'change'>;
  throttle: Pick<ThrottleStore, 'countMailRequest'>;
  pushedRequests: PushedRequests;
  notify: NotifyPerson;
  lookOf: LookOf;
  writeLine: WriteLine;
  /** Epoch seconds. */
  now: () => number;
};
