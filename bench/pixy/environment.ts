import { randomBytes } from 'node:crypto';

/** As in a local run. */
export const tables = { grants: 'pixy-grants', clients: 'pixy-clients', people: 'pixy-people', keys: 'pixy-keys' };

/** The measured algorithms. */
export type Algorithm = 'ES256' | 'RS256';

export const redirectUri = 'https://client.example/callback';

/** Returns what the stack sets on the functions. `issuer` includes the port, which is known once the gateway listens. */
export const pixyEnvironment = (issuer: string, algorithm: Algorithm, wrappingKey: string): Record<string, string> => ({
  PIXY_ISSUER: issuer,
  PIXY_GRANTS_TABLE: tables.grants,
  PIXY_CLIENTS_TABLE: tables.clients,
  PIXY_PEOPLE_TABLE: tables.people,
  PIXY_KEYS_TABLE: tables.keys,
  PIXY_WRAPPING_KEY: wrappingKey,
  PIXY_SIGNING_ALGORITHMS: algorithm,
});

export const newWrappingKey = (): string => randomBytes(32).toString('base64url');

export const credentials = { AWS_REGION: 'eu-central-1', AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' };
