import type { ThrottleStore } from '../../shared/people/throttle-store.ts';
import type { TotpStore } from '../../shared/people/totp-store.ts';
import type { NotifyPerson } from '../notify-person.ts';
import type { FreshPageDeps } from './fresh-page.ts';

export type AuthenticatorDeps = FreshPageDeps & {
  serviceName?: string | undefined;
  totps: TotpStore;
  throttle: Pick<ThrottleStore, 'countOwnProof'>;
  notify: NotifyPerson;
};
