import type { ApiReader } from '../../shared/apis/api-store.ts';
import type { WriteLine } from '../../shared/audit/audit-log.ts';
import type { ClientReader } from '../../shared/clients/client-reader.ts';
import type { DeviceRequestStore } from '../../shared/grants/device-request-store.ts';
import type { Home } from '../../shared/home.ts';
import type { SwitchedOn } from '../../shared/oauth/server-metadata.ts';
import type { LookOf } from '../../shared/pages/look.ts';
import type { SignedInStore } from '../../shared/people/signed-in-store.ts';
import type { StandingStore } from '../../shared/people/standing-store.ts';
import type { ThrottleStore } from '../../shared/people/throttle-store.ts';
import type { SubjectsOf } from '../subjects-of.ts';

export type DeviceDeps = Pick<SwitchedOn, 'deviceAuthorization'> & {
  issuer: string;
  /** Where this is, with several regions. */
  home: Home | undefined;
  clients: Pick<ClientReader, 'find'>;
  apis: Pick<ApiReader, 'scopes' | 'others'>;
  signedIn: Pick<SignedInStore, 'find'>;
  accounts: Pick<StandingStore, 'findClaims'>;
  devices: Pick<DeviceRequestStore, 'findWaiting' | 'find' | 'allow' | 'deny'>;
  throttle: Pick<ThrottleStore, 'countUserCode'>;
  subjectsOf: SubjectsOf;
  lookOf: LookOf;
  writeLine: WriteLine;
  /** Epoch seconds. */
  now: () => number;
};
