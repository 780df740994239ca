import * as v from 'valibot';
import type { SecretPlace } from './aws/secret-store.ts';
import { type Demand, profileAlgorithms } from './clients/profile.ts';
import { type Homes, homesAround, homesJson } from './homes.ts';
import { hooksJson } from './hooks/settings.ts';
import { keysRemembered } from './keys/key-ring.ts';
import { type SigningAlgorithm, signingAlgorithms } from './keys/signing-key.ts';
import { brandJson } from './pages/brand.ts';
import { operatorsJson } from './people/operators.ts';
import { profileFields } from './people/profile-fields.ts';
import { providersJson } from './upstream/provider.ts';

const seconds = (fallback: number, minimum: number, maximum: number) =>
  v.optional(
    v.pipe(
      v.string(),
      v.regex(/^\d+$/, 'is not a whole number of seconds'),
      v.transform(Number),
      v.minValue(minimum),
      v.maxValue(maximum),
    ),
    String(fallback),
  );

/** An issuer is an origin: no path, no trailing slash, and https unless the host is a loopback address (RFC 8414 §2). */
const issuer = v.pipe(
  v.string(),
  v.check(
    (text) => URL.canParse(text) && new URL(text).origin === text,
    'is not an origin like https://sign-in.example.com',
  ),
  v.check(
    (text) => /^(https:|http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:|$))/.test(text),
    'is not https (http is for loopback hosts only)',
  ),
);

/** What is wrong with a text as an issuer, as the end of a sentence. Undefined: nothing. */
export const issuerProblem = (text: string): string | undefined => v.safeParse(issuer, text).issues?.[0].message;

const name = v.pipe(v.string(), v.minLength(1, 'is empty'));

/** Stands for what the names of log groups begin with: no name has it. */
export const prefixMark = '~';

const algorithm = v.picklist(signingAlgorithms, `is not one of ${signingAlgorithms.join(', ')}`);

/** Says which settings have no such value. */
export class UnusableConfiguration extends Error {
  override name = 'UnusableConfiguration';
  constructor(problem: string) {
    super(`the configuration is not usable: ${problem}`);
  }
}

/** The environment variables that the CDK stack sets and the functions read. Lifetimes are in seconds. */
const environment = v.object({
  PIXY_ISSUER: issuer,
  PIXY_GRANTS_TABLE: name,
  PIXY_CLIENTS_TABLE: name,
  PIXY_PEOPLE_TABLE: name,
  PIXY_KEYS_TABLE: name,
  /** The KMS key that encrypts the private signing keys when deployed. */
  PIXY_KMS_KEY_ID: v.optional(v.string()),
  /** Replaces the KMS key in local runs: 32 bytes in base64url. */
  PIXY_WRAPPING_KEY: v.optional(v.string()),
  /** `memory`: private keys are decrypted into memory. `kms`: they never leave KMS. */
  PIXY_SIGNING: v.optional(v.picklist(['memory', 'kms'], 'is not memory or kms'), 'memory'),
  /** More tags for keys that are made in KMS, as JSON: an organization may demand some of every key. */
  PIXY_KEY_TAGS: v.optional(
    v.pipe(
      v.string(),
      v.parseJson(undefined, 'is not JSON'),
      v.record(v.string(), v.string(), 'is not an object of texts'),
    ),
    '{}',
  ),
  /** The algorithms to keep a signing key for, separated by spaces. The first one signs unless a client asks for another. */
  PIXY_SIGNING_ALGORITHMS: v.optional(
    v.pipe(
      v.string(),
      v.transform((text) => text.split(' ').filter((name) => name !== '')),
      v.tupleWithRest([algorithm], algorithm, 'names no algorithm'),
    ),
    'RS256',
  ),
  /** Who of the people manages this server, as JSON; see docs/management-api.md. */
  PIXY_OPERATORS: v.optional(operatorsJson),
  /** How long functions remember keys. Shorter in local runs only: keys are handed over by the longer time. */
  PIXY_KEYS_REMEMBERED: seconds(keysRemembered, 1, keysRemembered),
  /** The `aud` of access tokens when the request names no resource. Default: the issuer. */
  PIXY_AUDIENCE: v.optional(name),
  PIXY_CODE_LIFETIME: seconds(60, 1, 600),
  PIXY_ACCESS_TOKEN_LIFETIME: seconds(3_600, 60, 86_400),
  PIXY_ID_TOKEN_LIFETIME: seconds(3_600, 60, 86_400),
  /** Total and idle lifetime of a session, then the same for people who choose to stay signed in. */
  PIXY_SESSION_LIFETIME: seconds(28_800, 60, 2_592_000),
  PIXY_SESSION_IDLE_LIFETIME: seconds(7_200, 60, 2_592_000),
  PIXY_KEPT_SESSION_LIFETIME: seconds(2_592_000, 60, 31_536_000),
  PIXY_KEPT_SESSION_IDLE_LIFETIME: seconds(1_209_600, 60, 31_536_000),
  /** `off`: people sign in with passkeys and upstream providers only. */
  PIXY_PASSWORDS: v.optional(v.picklist(['on', 'off'], 'is not on or off'), 'on'),
  /** The pepper of imported password hashes, in local runs, or the SSM parameter that holds it; see docs/accounts.md. */
  PIXY_PASSWORD_PEPPER: v.optional(name),
  PIXY_PASSWORD_PEPPER_PARAMETER: v.optional(name),
  /**
   * With a CDN in front, the secret that it sends, in local runs, or the SSM parameters that hold those that it may send, separated by
   * spaces; see docs/cdn.md.
   */
  PIXY_FRONT_SECRET: v.optional(name),
  PIXY_FRONT_SECRET_PARAMETERS: v.optional(name),
  /** Idle and total lifetime of refresh tokens, and how long an old token still works after its successor was used. */
  PIXY_REFRESH_IDLE_LIFETIME: seconds(1_209_600, 60, 31_536_000),
  PIXY_REFRESH_LIFETIME: seconds(7_776_000, 60, 63_072_000),
  PIXY_REFRESH_GRACE: seconds(30, 0, 3_600),
  /** Whether signing out also revokes what clients received in the session; see docs/back-channel-logout.md. */
  PIXY_REVOKE_AT_SIGN_OUT: v.optional(v.picklist(['on', 'off'], 'is not on or off'), 'off'),
  /** Whether people can create accounts themselves. */
  PIXY_REGISTRATION: v.optional(v.picklist(['on', 'off'], 'is not on or off'), 'off'),
  /** Whether assertions of trusted issuers are taken; see docs/workload-identity.md. */
  PIXY_JWT_BEARER: v.optional(v.picklist(['on', 'off'], 'is not on or off'), 'off'),
  /** Whether clients may exchange the tokens of people for tokens with which they act for them; see docs/token-exchange.md. */
  PIXY_TOKEN_EXCHANGE: v.optional(v.picklist(['on', 'off'], 'is not on or off'), 'off'),
  /** What every client is held to: `none`, or the profile `fapi2`; see docs/fapi.md. */
  PIXY_SECURITY_PROFILE: v.optional(v.picklist(['none', 'fapi2'], 'is not none or fapi2'), 'none'),
  /** Whether clients may know people by pairwise subjects; see docs/clients.md. */
  PIXY_PAIRWISE_SUBJECTS: v.optional(v.picklist(['on', 'off'], 'is not on or off'), 'off'),
  /** Whether `/introspect` signs its answers for those who ask for it; see docs/keys.md. */
  PIXY_SIGNED_INTROSPECTION: v.optional(v.picklist(['on', 'off'], 'is not on or off'), 'off'),
  /** Whether every DPoP proof needs a nonce of this server; see docs/dpop.md. */
  PIXY_DPOP_NONCES: v.optional(v.picklist(['on', 'off'], 'is not on or off'), 'off'),
  /** Whether devices may ask for codes that people enter elsewhere; see docs/device.md. */
  PIXY_DEVICE_AUTHORIZATION: v.optional(v.picklist(['on', 'off'], 'is not on or off'), 'off'),
  /** Whether clients may push their authorization requests, or have to: `off`, `accepted` or `required`; see docs/pushed-requests.md. */
  PIXY_PUSHED_REQUESTS: v.optional(
    v.picklist(['off', 'accepted', 'required'], 'is not off, accepted or required'),
    'off',
  ),
  /** The mail function's ARN; `local` in a local run, where mails go into a mailbox. Absent: no mail is sent. */
  PIXY_MAIL: v.optional(name),
  /** Whether people may sign in with codes by mail. */
  PIXY_MAIL_CODES: v.optional(v.picklist(['on', 'off'], 'is not on or off'), 'off'),
  /** How long an account can be had back after its person deleted it. 0: people cannot delete theirs. */
  PIXY_REMOVAL_GRACE: seconds(0, 0, 7_776_000),
  /** What people may change about themselves, separated by spaces. */
  PIXY_PROFILE_FIELDS: v.optional(
    v.pipe(
      v.string(),
      v.transform((text) => text.split(' ').filter((name) => name !== '')),
      v.array(v.picklist(profileFields, `is not some of ${profileFields.join(', ')}`)),
    ),
    '',
  ),
  /** Name, logo, colors and wording of the pages, as JSON. */
  PIXY_BRAND: v.optional(brandJson, '{}'),
  /** Upstream providers to sign in with, as JSON; see docs/upstream.md. */
  PIXY_UPSTREAMS: v.optional(providersJson, '[]'),
  /** The operator's functions, as JSON; see docs/hooks.md. */
  PIXY_HOOKS: v.optional(hooksJson, '{}'),
  /** Whether operators have a console; see docs/console.md. */
  PIXY_CONSOLE: v.optional(v.picklist(['on', 'off'], 'is not on or off'), 'off'),
  /** The log groups with audit lines, separated by commas, for those who count and search them; and what ~ stands for in them. */
  PIXY_AUDIT_LOG_PREFIX: v.optional(name),
  PIXY_AUDIT_LOG_GROUPS: v.optional(
    v.pipe(
      v.string(),
      v.transform((text) => text.split(',').filter((name) => name !== '')),
    ),
    '',
  ),
  /** Which client metadata documents are fetched: `off`, `any`, or those on these hosts, separated by spaces. */
  PIXY_METADATA_DOCUMENTS: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^[a-z0-9.-]+( [a-z0-9.-]+)*$/, 'is not off, any or host names'),
      v.transform((text): 'off' | 'any' | readonly string[] =>
        text === 'off' || text === 'any' ? text : text.split(' '),
      ),
    ),
    'off',
  ),
  /** Whether clients may register themselves: `off`, with an initial access `token`, or `open` to everybody. */
  PIXY_CLIENT_REGISTRATION: v.optional(v.picklist(['off', 'token', 'open'], 'is not off, token or open'), 'off'),
  /** Whether loopback addresses of clients may be called: `on` in local runs only, where they are clients under development. */
  PIXY_CALL_LOOPBACK: v.optional(v.picklist(['on', 'off'], 'is not on or off'), 'off'),
  /** The letter of this region, and all regions of this server as JSON, where there are several; see docs/regions.md. */
  PIXY_HOME: v.optional(v.string()),
  PIXY_HOMES: v.optional(homesJson),
  /** The audit log's folder in local runs. Default: standard output, which goes to CloudWatch Logs when deployed. */
  PIXY_AUDIT_FOLDER: v.optional(v.string()),
});

export type EnvironmentName = keyof v.InferInput<typeof environment>;

export type Config = ReturnType<typeof readConfig>;

function secretPlace(value: string | undefined, parameter: string | undefined): SecretPlace | undefined {
  if (parameter !== undefined) return { parameter };
  return value === undefined ? undefined : { value };
}

/** None: there is no CDN in front. */
function frontSecrets(value: string | undefined, parameters: string | undefined): SecretPlace[] {
  if (parameters !== undefined) return parameters.split(' ').map((parameter) => ({ parameter }));
  return value === undefined ? [] : [{ value }];
}

/** Throws for a first algorithm that the profile forbids: it signs whatever no client has chosen for. */
function demandOf(profile: 'none' | 'fapi2', algorithm: SigningAlgorithm): Demand | undefined {
  if (profile === 'none') return undefined;
  if ((profileAlgorithms as readonly string[]).includes(algorithm)) return { profile, algorithm };
  throw new UnusableConfiguration(
    `PIXY_SECURITY_PROFILE is fapi2, and the first of PIXY_SIGNING_ALGORITHMS is none of ${profileAlgorithms.join(', ')}`,
  );
}

/** Undefined: there is one region. */
function homesOf(values: v.InferOutput<typeof environment>): Homes | undefined {
  const { PIXY_HOME: here, PIXY_HOMES: homes } = values;
  if (here === undefined && homes === undefined) return undefined;
  if (here === undefined || homes === undefined) {
    throw new UnusableConfiguration('PIXY_HOME and PIXY_HOMES are there together, or not at all');
  }
  const around = homesAround(here, homes);
  if (around === undefined) throw new UnusableConfiguration('PIXY_HOME is none of the letters in PIXY_HOMES');
  if (values.PIXY_SIGNING === 'kms') {
    throw new UnusableConfiguration('PIXY_SIGNING is kms, and a key that KMS has made is in one region of several');
  }
  return around;
}

/** Reads and validates the environment. Throws one error that names every missing or invalid variable. */
export function readConfig(env: Record<string, string | undefined>) {
  const parsed = v.safeParse(environment, env);
  if (!parsed.success) {
    const problems = parsed.issues.map((issue) => `${v.getDotPath(issue) ?? 'environment'} ${issue.message}`);
    throw new UnusableConfiguration(problems.join('; '));
  }
  const values = parsed.output;
  if (values.PIXY_REGISTRATION === 'on' && values.PIXY_PASSWORDS === 'off') {
    throw new UnusableConfiguration('PIXY_REGISTRATION asks people for a password, and PIXY_PASSWORDS is off');
  }
  const homes = homesOf(values);
  return {
    issuer: values.PIXY_ISSUER,
    audience: values.PIXY_AUDIENCE ?? values.PIXY_ISSUER,
    tables: {
      grants: values.PIXY_GRANTS_TABLE,
      clients: values.PIXY_CLIENTS_TABLE,
      people: values.PIXY_PEOPLE_TABLE,
      keys: values.PIXY_KEYS_TABLE,
    },
    kmsKeyId: values.PIXY_KMS_KEY_ID,
    wrappingKey: values.PIXY_WRAPPING_KEY,
    signing: values.PIXY_SIGNING,
    keyTags: values.PIXY_KEY_TAGS,
    signingAlgorithms: values.PIXY_SIGNING_ALGORITHMS,
    keysRemembered: values.PIXY_KEYS_REMEMBERED,
    codeLifetime: values.PIXY_CODE_LIFETIME,
    accessTokenLifetime: values.PIXY_ACCESS_TOKEN_LIFETIME,
    idTokenLifetime: values.PIXY_ID_TOKEN_LIFETIME,
    sessionLifetime: values.PIXY_SESSION_LIFETIME,
    sessionIdleLifetime: values.PIXY_SESSION_IDLE_LIFETIME,
    keptSessionLifetime: values.PIXY_KEPT_SESSION_LIFETIME,
    keptSessionIdleLifetime: values.PIXY_KEPT_SESSION_IDLE_LIFETIME,
    hasPasswords: values.PIXY_PASSWORDS === 'on',
    passwordPepper: secretPlace(values.PIXY_PASSWORD_PEPPER, values.PIXY_PASSWORD_PEPPER_PARAMETER),
    frontSecrets: frontSecrets(values.PIXY_FRONT_SECRET, values.PIXY_FRONT_SECRET_PARAMETERS),
    refreshIdleLifetime: values.PIXY_REFRESH_IDLE_LIFETIME,
    refreshLifetime: values.PIXY_REFRESH_LIFETIME,
    refreshGrace: values.PIXY_REFRESH_GRACE,
    revokesAtSignOut: values.PIXY_REVOKE_AT_SIGN_OUT === 'on',
    registration: values.PIXY_REGISTRATION === 'on',
    jwtBearer: values.PIXY_JWT_BEARER === 'on',
    tokenExchange: values.PIXY_TOKEN_EXCHANGE === 'on',
    pairwiseSubjects: values.PIXY_PAIRWISE_SUBJECTS === 'on',
    signedIntrospection: values.PIXY_SIGNED_INTROSPECTION === 'on',
    dpopNonces: values.PIXY_DPOP_NONCES === 'on',
    deviceAuthorization: values.PIXY_DEVICE_AUTHORIZATION === 'on',
    pushedRequests: values.PIXY_SECURITY_PROFILE === 'fapi2' ? ('required' as const) : values.PIXY_PUSHED_REQUESTS,
    demand: demandOf(values.PIXY_SECURITY_PROFILE, values.PIXY_SIGNING_ALGORITHMS[0]),
    mail: values.PIXY_MAIL,
    removalGrace: values.PIXY_REMOVAL_GRACE,
    profileFields: values.PIXY_PROFILE_FIELDS,
    mailCodes: values.PIXY_MAIL !== undefined && values.PIXY_MAIL_CODES === 'on',
    brand: values.PIXY_BRAND,
    upstreams: values.PIXY_UPSTREAMS,
    hooks: values.PIXY_HOOKS,
    operators: values.PIXY_OPERATORS,
    console: values.PIXY_CONSOLE === 'on',
    auditLogGroups: values.PIXY_AUDIT_LOG_GROUPS.map((group) =>
      group.replaceAll(prefixMark, values.PIXY_AUDIT_LOG_PREFIX ?? prefixMark),
    ),
    metadataDocuments: values.PIXY_METADATA_DOCUMENTS,
    clientRegistration: values.PIXY_CLIENT_REGISTRATION,
    callsLoopback: values.PIXY_CALL_LOOPBACK === 'on',
    homes,
    home: homes?.here,
    auditFolder: values.PIXY_AUDIT_FOLDER,
  };
}
