import type { WriteLine } from '../../shared/audit/audit-log.ts';
import type { ClientReader } from '../../shared/clients/client-reader.ts';
import type { ReadPepper } from '../../shared/foreign-hashes/pepper.ts';
import type { Hooks } from '../../shared/hooks/hooks.ts';
import type { LookOf } from '../../shared/pages/look.ts';
import type { AccountStore } from '../../shared/people/account-store.ts';
import type { ChallengeStore } from '../../shared/people/passkey-challenge-store.ts';
import type { SessionStore } from '../../shared/people/session-store.ts';
import type { ThrottleStore } from '../../shared/people/throttle-store.ts';
import type { PendingStore } from '../../shared/people/totp-pending-store.ts';
import type { TotpStore } from '../../shared/people/totp-store.ts';
import type { ProviderButton } from '../../shared/upstream/provider.ts';
import type { NotifyPerson } from '../notify-person.ts';
import type { PushedRequests } from '../open-pushed-requests.ts';
import type { SessionSettings } from './begin-session.ts';

export type SignInDeps = SessionSettings & {
  /** Whether people can make accounts themselves. */
  registration: boolean;
  /** Set where mail is sent. */
  mail: string | undefined;
  /** Whether people may sign in with codes by mail. */
  mailCodes: boolean;
  clients: Pick<ClientReader, 'find'>;
  pushedRequests: PushedRequests;
  accounts: Pick<AccountStore, 'findBySubject' | 'findByUsername' | 'upgradePassword' | 'add' | 'change'>;
  sessions: SessionStore;
  throttle: Pick<ThrottleStore, 'countSignIn'>;
  challenges: Pick<ChallengeStore, 'issue'>;
  totps: Pick<TotpStore, 'look'>;
  pendings: Pick<PendingStore, 'start'>;
  hasPasswords: boolean;
  readPepper: ReadPepper;
  /** Functions of the operator that have a say in whose password is right. */
  hooks: Hooks;
  /** Upstream providers, in the order of their buttons. */
  upstreams: readonly ProviderButton[];
  notify: NotifyPerson;
  lookOf: LookOf;
  writeLine: WriteLine;
  now: () => number;
};
