import type { ApiReader } from '../../shared/apis/api-store.ts';
import type { WriteLine } from '../../shared/audit/audit-log.ts';
import type { ClientReader } from '../../shared/clients/client-reader.ts';
import type { HeldGrantStore } from '../../shared/grants/held-grant-store.ts';
import type { HandOver } from '../../shared/mail/hand-over.ts';
import type { LookOf } from '../../shared/pages/look.ts';
import type { AccountStore } from '../../shared/people/account-store.ts';
import type { ConsentStore } from '../../shared/people/consent-store.ts';
import type { PasskeyStore } from '../../shared/people/passkey-store.ts';
import type { ProfileField } from '../../shared/people/profile-fields.ts';
import type { TotpStore } from '../../shared/people/totp-store.ts';
import type { LinkStore } from '../../shared/upstream/link-store.ts';
import type { ProviderButton } from '../../shared/upstream/provider.ts';
import type { NotifyPerson } from '../notify-person.ts';
import type { EndingSessions } from '../sign-out/ending-sessions.ts';
import type { TidyUp } from '../tidy-up.ts';
import type { PersonDeps } from './signed-in-person.ts';

export type AccountDeps = PersonDeps & {
  hasPasswords: boolean;
  profileFields: readonly ProfileField[];
  registration: boolean;
  handOver: HandOver | undefined;
  sessions: Pick<EndingSessions, 'find' | 'list' | 'endListed' | 'stampAgain' | 'clearAway'>;
  accounts: Pick<AccountStore, 'findBySubject' | 'takeBackAll' | 'takeBackFrom' | 'announceRemoval' | 'finishRemoval'>;
  passkeys: Pick<PasskeyStore, 'list' | 'rename' | 'remove'>;
  totps: Pick<TotpStore, 'look' | 'turnOff' | 'clearAway'>;
  consents: Pick<ConsentStore, 'list' | 'revoke'>;
  grants: Pick<HeldGrantStore, 'listOf' | 'clearAway'>;
  tidyUp: TidyUp;
  clients: Pick<ClientReader, 'find'>;
  apis: Pick<ApiReader, 'scopes' | 'others'>;
  links: Pick<LinkStore, 'list' | 'release'>;
  /** Upstream providers that accounts may be linked to. */
  upstreams: readonly ProviderButton[];
  notify: NotifyPerson;
  lookOf: LookOf;
  writeLine: WriteLine;
};
