import type { WriteLine } from '../../shared/audit/audit-log.ts';
import type { LookOf } from '../../shared/pages/look.ts';
import type { ThrottleStore } from '../../shared/people/throttle-store.ts';
import type { TotpStore } from '../../shared/people/totp-store.ts';
import type { NotifyPerson } from '../notify-person.ts';
import type { PersonDeps } from './signed-in-person.ts';

export type AuthenticatorDeps = PersonDeps & {
  serviceName?: string | undefined;
  totps: TotpStore;
  throttle: Pick<ThrottleStore, 'countProof'>;
  notify: NotifyPerson;
  lookOf: LookOf;
  writeLine: WriteLine;
};
