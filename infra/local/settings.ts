import type { EnvironmentName } from '../../shared/config.ts';

/** What the functions read and a local run neither makes itself nor has an option for; see shared/config.ts. */
const names = [
  'PIXY_SIGNING_ALGORITHMS',
  'PIXY_SECURITY_PROFILE',
  'PIXY_OPERATORS',
  'PIXY_AUDIENCE',
  'PIXY_CODE_LIFETIME',
  'PIXY_ACCESS_TOKEN_LIFETIME',
  'PIXY_ID_TOKEN_LIFETIME',
  'PIXY_SESSION_LIFETIME',
  'PIXY_SESSION_IDLE_LIFETIME',
  'PIXY_KEPT_SESSION_LIFETIME',
  'PIXY_KEPT_SESSION_IDLE_LIFETIME',
  'PIXY_REFRESH_IDLE_LIFETIME',
  'PIXY_REFRESH_LIFETIME',
  'PIXY_REFRESH_GRACE',
  'PIXY_PASSWORDS',
  // Has no option because every user of the machine sees those in the list of processes.
  'PIXY_PASSWORD_PEPPER',
  'PIXY_MAIL_CODES',
  'PIXY_REGISTRATION',
  'PIXY_REMOVAL_GRACE',
  'PIXY_PROFILE_FIELDS',
  'PIXY_BRAND',
  'PIXY_REVOKE_AT_SIGN_OUT',
  'PIXY_JWT_BEARER',
  'PIXY_TOKEN_EXCHANGE',
  'PIXY_PAIRWISE_SUBJECTS',
  'PIXY_SIGNED_INTROSPECTION',
  'PIXY_DPOP_NONCES',
  'PIXY_DEVICE_AUTHORIZATION',
  'PIXY_PUSHED_REQUESTS',
  'PIXY_METADATA_DOCUMENTS',
  'PIXY_CLIENT_REGISTRATION',
] as const satisfies readonly EnvironmentName[];

/** The settings of the functions that are in the environment of `npm start`. An empty one counts as absent. */
export const settingsIn = (environment: NodeJS.ProcessEnv): Record<string, string> =>
  Object.fromEntries(
    names.flatMap((name) => {
      const value = environment[name];
      return value ? [[name, value]] : [];
    }),
  );
