import type { WriteLine } from '../../shared/audit/audit-log.ts';
import type { Hooks } from '../../shared/hooks/hooks.ts';
import type { DeadAddressStore } from '../../shared/mail/dead-address-store.ts';
import type { Send } from '../../shared/mail/send.ts';
import type { MailLook } from '../../shared/pages/mail/mail-look.ts';
import type { AccountStore } from '../../shared/people/account-store.ts';
import type { MailCodeStore } from '../../shared/people/mail-code-store.ts';
import type { ThrottleStore } from '../../shared/people/throttle-store.ts';

export type MailDeps = {
  issuer: string;
  accounts: Pick<AccountStore, 'findByUsername' | 'findBySubject' | 'placeLink'>;
  deadAddresses: Pick<DeadAddressStore, 'isDead' | 'record'>;
  throttle: Pick<ThrottleStore, 'countMail'>;
  codes: Pick<MailCodeStore, 'isKept' | 'keep'>;
  /** Sends everything, where an operator has a function for it. */
  hook: Hooks['sendMessage'];
  /** Absent: a hook sends. */
  send: Send | undefined;
  lookOf: (language: string) => MailLook;
  writeLine: WriteLine;
  /** Epoch seconds. */
  now: () => number;
};
