import type { WriteLine } from '../../shared/audit/audit-log.ts';
import type { ClientReader } from '../../shared/clients/client-reader.ts';
import type { JwkSet } from '../../shared/keys/loaded-keys.ts';
import type { LookOf } from '../../shared/pages/look.ts';
import type { SessionStore } from '../../shared/people/session-store.ts';
import type { StandingStore } from '../../shared/people/standing-store.ts';
import type { SubjectsOf } from '../subjects-of.ts';
import type { TellClients } from './back-channel.ts';
import type { EndSession } from './end-session.ts';

export type SignOutDeps = {
  issuer: string;
  /** Seconds. */
  keptSessionLifetime: number;
  clients: Pick<ClientReader, 'find'>;
  sessions: Pick<SessionStore, 'find'>;
  accounts: Pick<StandingStore, 'findStanding'>;
  subjectsOf: SubjectsOf;
  endSession: EndSession;
  publishedKeys: () => Promise<JwkSet>;
  tellClients: TellClients;
  /** Whether grants end with the session. */
  revokesAtSignOut: boolean;
  lookOf: LookOf;
  writeLine: WriteLine;
  /** Epoch seconds. */
  now: () => number;
};
