import type { WriteLine } from '../../shared/audit/audit-log.ts';
import type { LookOf } from '../../shared/pages/look.ts';
import type { AccountStore } from '../../shared/people/account-store.ts';
import type { ChallengeStore } from '../../shared/people/passkey-challenge-store.ts';
import type { PasskeyStore } from '../../shared/people/passkey-store.ts';
import type { TotpStore } from '../../shared/people/totp-store.ts';
import type { SessionSettings } from '../sign-in/begin-session.ts';
import type { EndingSessions } from '../sign-out/ending-sessions.ts';

export type InvitationDeps = SessionSettings & {
  hasPasswords: boolean;
  serviceName?: string | undefined;
  accounts: Pick<AccountStore, 'findBySubject' | 'accept' | 'spendLink'>;
  sessions: Pick<EndingSessions, 'start' | 'end' | 'clearAway'>;
  challenges: ChallengeStore;
  passkeys: Pick<PasskeyStore, 'add' | 'list'>;
  totps: Pick<TotpStore, 'look'>;
  lookOf: LookOf;
  writeLine: WriteLine;
  /** Epoch seconds. */
  now: () => number;
};
