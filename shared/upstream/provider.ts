import * as v from 'valibot';
import type { SecretPlace } from '../aws/secret-store.ts';
import { type Mistake, mistakesOf } from '../mistake.ts';
import { standardClaims } from '../oauth/claims.ts';
import { parseScope } from '../oauth/scope.ts';
import { ok, type Result, refuse } from '../result.ts';

/*
 * OpenID Connect providers that people may sign in with, as an operator describes them.
 */

const text = v.pipe(v.string('is missing or not a text'), v.minLength(1, 'is empty'));

/** An https URL without query and fragment (OpenID Connect Core §2); http for a provider on this machine. */
const issuer = v.pipe(
  text,
  v.check((value) => /^(https:\/\/|http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:|\/|$))/.test(value), 'is not https (http is for loopback hosts only)'),
  v.check((value) => URL.canParse(value) && !/[?#\s]/.test(value) && new URL(value).username === '', 'is not an issuer like https://accounts.example.com'),
); // biome-ignore format: one check per line

/** Claims that a mapping must not set, since only the server does. */
const ownClaims = new Set([
  'iss',
  'sub',
  'aud',
  'exp',
  'iat',
  'nbf',
  'jti',
  'auth_time',
  'nonce',
  'acr',
  'amr',
  'azp',
  'sid',
]);

const claimName = v.pipe(text, v.maxLength(200, 'is longer than 200 characters'));

const schema = v.strictObject({
  id: v.pipe(text, v.regex(/^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/, 'is not 1 to 32 of a-z, 0-9 and -')),
  name: v.pipe(text, v.maxLength(60, 'is longer than 60 characters')),
  issuer,
  client_id: v.pipe(text, v.maxLength(255, 'is longer than 255 characters')),
  client_secret: v.optional(text),
  client_secret_parameter: v.optional(v.pipe(text, v.regex(/^[\w.+=@/-]{1,1011}$/, 'is not the name of a parameter like /pixy/google'))),
  token_endpoint_auth_method: v.optional(
    v.picklist(['client_secret_basic', 'client_secret_post', 'none'], 'is not client_secret_basic, client_secret_post or none'),
  ),
  scope: v.optional(
    v.pipe(
      text,
      v.check((value) => parseScope(value).ok, 'has a character that a scope value cannot have'),
      v.check((value) => value.split(' ').includes('openid'), 'does not have openid'),
    ),
    'openid profile email',
  ),
  claims: v.optional(
    v.pipe(
      v.record(claimName, claimName, 'is not an object'),
      v.check((mapped) => !Object.keys(mapped).some((name) => ownClaims.has(name)), 'names a claim that the server makes itself'),
    ),
    {},
  ),
  email_domains: v.optional(
    v.pipe(
      v.array(v.pipe(text, v.regex(/^[a-z0-9.-]+\.[a-z0-9-]+$/, 'is not a domain like example.com in lower case')), 'is not a list'),
      v.minLength(1, 'is empty'),
    ),
  ),
  trust_email: v.optional(v.boolean('is not true or false'), false),
  trust_amr: v.optional(v.boolean('is not true or false'), false),
  accounts: v.optional(v.picklist(['create', 'linked_only'], 'is not create or linked_only'), 'create'),
  timeout: v.optional(
    v.pipe(v.number('is not a number of seconds'), v.minValue(1, 'is below 1 second'), v.maxValue(10, 'is over 10 seconds')),
    5,
  ),
}); // biome-ignore format: one member per line where it fits

/** How to authenticate at the provider: `client_secret_basic` by default, `none` without a secret. */
type ProviderAuthentication = 'client_secret_basic' | 'client_secret_post' | 'none';

/** A provider as the server uses it. */
export type UpstreamProvider = {
  id: string;
  /** The label of the button. */
  name: string;
  issuer: string;
  clientId: string;
  authentication: ProviderAuthentication;
  /** The secret itself (local runs), or the name of the SSM parameter that holds it. */
  secret?: SecretPlace;
  scope: string;
  /** Maps our claims to the provider's. */
  claims: Readonly<Record<string, string>>;
  /** Admits only people with a verified address in one of these domains. */
  emailDomains?: readonly string[] | undefined;
  /** Every address that it calls verified counts as verified here, whatever its domain. */
  trustEmail: boolean;
  /** What its ID token says about how somebody authenticated counts here, too. */
  trustAmr: boolean;
  /** `linked_only`: signing in here creates no account. */
  accounts: 'create' | 'linked_only';
  /** Seconds that one call to the provider may take. */
  timeout: number;
};

/** What the sign-in page needs to know. */
export type ProviderButton = Pick<UpstreamProvider, 'id' | 'name'>;

/** Parses a provider from parsed JSON with the member names of docs/upstream.md. Refuses with the member that is wrong. */
function parseProvider(json: unknown): Result<UpstreamProvider, Mistake> {
  const parsed = v.safeParse(schema, json);
  const [mistake] = mistakesOf(json, parsed.issues, 'is not a member of an upstream provider');
  if (mistake || !parsed.success) return refuse(mistake ?? { member: 'entry', problem: 'is not an object' });
  const input = parsed.output;
  const { client_secret: value, client_secret_parameter: parameter } = input;
  if (value !== undefined && parameter !== undefined) {
    return refuse({ member: 'client_secret', problem: 'and client_secret_parameter are both given' });
  }
  const hasSecret = value !== undefined || parameter !== undefined;
  const authentication = input.token_endpoint_auth_method ?? (hasSecret ? 'client_secret_basic' : 'none');
  if ((authentication === 'none') === hasSecret) {
    const problem = hasSecret ? 'is none, but there is a secret' : `is ${authentication}, but there is no secret`;
    return refuse({ member: 'token_endpoint_auth_method', problem });
  }
  return ok({
    id: input.id,
    name: input.name,
    issuer: input.issuer,
    clientId: input.client_id,
    authentication,
    ...(value !== undefined && { secret: { value } }),
    ...(parameter !== undefined && { secret: { parameter } }),
    scope: input.scope,
    claims: { ...sameNames, ...input.claims },
    emailDomains: input.email_domains,
    trustEmail: input.trust_email,
    trustAmr: input.trust_amr,
    accounts: input.accounts,
    timeout: input.timeout,
  });
}

/**
 * Standard claims have the same name everywhere (OpenID Connect Core §5.1). That a phone number is verified counts only from a provider
 * whose description names the claim: anybody can run one that calls every number verified.
 */
const sameNames = Object.fromEntries(
  standardClaims.filter((name) => name !== 'sub' && name !== 'phone_number_verified').map((name) => [name, name]),
);

/** Parses a list of providers from parsed JSON. Refuses a repeated id. */
export function parseProviders(json: unknown): Result<UpstreamProvider[], Mistake> {
  if (!Array.isArray(json)) return refuse({ member: 'entry', problem: 'is not a list' });
  const providers: UpstreamProvider[] = [];
  for (const [index, entry] of json.entries()) {
    const parsed = parseProvider(entry);
    if (!parsed.ok) {
      const { member, problem } = parsed.refusal;
      return refuse({ member: `${index}.${member}`, problem });
    }
    if (providers.some(({ id }) => id === parsed.value.id)) {
      return refuse({ member: `${index}.id`, problem: 'is there twice' });
    }
    providers.push(parsed.value);
  }
  return ok(providers);
}

/** Parses the list from JSON in an environment variable. Refusals quote none of it, since it may hold a secret. */
export const providersJson = v.pipe(
  v.string(),
  v.rawTransform(({ dataset, addIssue, NEVER }): UpstreamProvider[] => {
    const parsed = parseProviders(parseJson(dataset.value));
    if (parsed.ok) return parsed.value;
    addIssue({ message: `member ${parsed.refusal.member} ${parsed.refusal.problem}` });
    return NEVER;
  }),
);

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
