import type { WriteLine } from '../../shared/audit/audit-log.ts';
import type { HandOver } from '../../shared/mail/hand-over.ts';
import type { LookOf } from '../../shared/pages/look.ts';
import type { AccountStore } from '../../shared/people/account-store.ts';
import type { ChallengeStore } from '../../shared/people/passkey-challenge-store.ts';
import type { PasskeyStore } from '../../shared/people/passkey-store.ts';
import type { PendingStore } from '../../shared/people/totp-pending-store.ts';
import type { TotpStore } from '../../shared/people/totp-store.ts';
import type { LinkStore } from '../../shared/upstream/link-store.ts';
import type { NotifyPerson } from '../notify-person.ts';
import type { SessionSettings } from '../sign-in/begin-session.ts';
import type { EndingSessions } from '../sign-out/ending-sessions.ts';
import type { TidyUp } from '../tidy-up.ts';

export type InvitationDeps = SessionSettings & {
  hasPasswords: boolean;
  serviceName?: string | undefined;
  accounts: Pick<AccountStore, 'findBySubject' | 'accept' | 'change' | 'spendLink'>;
  sessions: Pick<EndingSessions, 'start' | 'end' | 'clearAway'>;
  challenges: ChallengeStore;
  passkeys: Pick<PasskeyStore, 'add' | 'list' | 'remove'>;
  links: Pick<LinkStore, 'list' | 'release'>;
  totps: Pick<TotpStore, 'look' | 'clearAway'>;
  pendings: Pick<PendingStore, 'start'>;
  tidyUp: TidyUp;
  /** Set where mail is sent. */
  handOver: HandOver | undefined;
  notify: NotifyPerson;
  lookOf: LookOf;
  writeLine: WriteLine;
  /** Epoch seconds. */
  now: () => number;
};
