import type { ApiReader } from '../../shared/apis/api-store.ts';
import type { WriteLine } from '../../shared/audit/audit-log.ts';
import type { RegistrationStore } from '../../shared/clients/registration-store.ts';
import type { ThrottleStore } from '../../shared/people/throttle-store.ts';

export type RegistrationDeps = {
  issuer: string;
  /** Whether a client needs an initial access token to register. */
  needsToken: boolean;
  registrations: RegistrationStore;
  apis: Pick<ApiReader, 'list'>;
  throttle: Pick<ThrottleStore, 'countClientRegistration'>;
  writeLine: WriteLine;
  /** Epoch seconds. */
  now: () => number;
};
