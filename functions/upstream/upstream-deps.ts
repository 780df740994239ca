import type { WriteLine } from '../../shared/audit/audit-log.ts';
import type { LookOf } from '../../shared/pages/look.ts';
import type { AccountStore } from '../../shared/people/account-store.ts';
import type { SessionStore } from '../../shared/people/session-store.ts';
import type { FlowStore } from '../../shared/upstream/flow-store.ts';
import type { LinkStore } from '../../shared/upstream/link-store.ts';
import type { OpenidProviders } from '../../shared/upstream/openid-provider.ts';
import type { UpstreamProvider } from '../../shared/upstream/provider.ts';
import type { NotifyPerson } from '../notify-person.ts';
import type { PushedRequests } from '../open-pushed-requests.ts';
import type { SessionSettings } from '../sign-in/begin-session.ts';

export type UpstreamDeps = SessionSettings & {
  providers: readonly UpstreamProvider[];
  openid: OpenidProviders;
  pushedRequests: PushedRequests;
  flows: FlowStore;
  links: LinkStore;
  accounts: Pick<AccountStore, 'findBySubject' | 'add'>;
  sessions: Pick<SessionStore, 'find' | 'start' | 'end'>;
  notify: NotifyPerson;
  lookOf: LookOf;
  writeLine: WriteLine;
  /** Epoch seconds. */
  now: () => number;
};
