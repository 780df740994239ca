import type { Duration } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { SigningAlgorithm } from '../shared/keys/signing-key.ts';
import type { Brand } from '../shared/pages/brand.ts';
import type { ProfileField } from '../shared/people/profile-fields.ts';
import type { AuthorizationServerTables } from './constructs/authorization-server-tables.ts';
import type { FrontProps } from './constructs/cloudfront-front.ts';
import type { CustomDomain, Throttling } from './constructs/http-api.ts';
import type { MailProps } from './constructs/mail.ts';
import type { Lifetimes } from './environment.ts';
import type { PixyFunctionName } from './functions.ts';
import type { HomeProps } from './home.ts';
import type { HooksProps } from './hooks.ts';
import type { OptionalFunctionName } from './routes.ts';
import type { OperatorSecret } from './secrets.ts';
import type { Signing } from './signing.ts';
import type { UpstreamProviderProps } from './upstreams.ts';

/** Who manages the server. The claim is not one that people have a say in, such as `email`. */
export interface OperatorsProps {
  readonly claim: string;
  readonly read?: readonly string[];
  readonly write?: readonly string[];
  readonly delegate?: readonly string[];
}

/** The settings of an authorization server, all of them optional. */
export interface AuthorizationServerProps extends Lifetimes {
  /**
   * What the deployment is called: up to 40 letters, digits and hyphens. SSM parameters below `/pixy/NAME/` then say where everything is, to
   * `pixy --stage NAME`. Each deployment of an account and region needs a name of its own.
   *
   * @default - no name, and no parameters
   */
  readonly stage?: string;
  /**
   * Keeps tables, key and logs when the stack is deleted. Without it, they are deleted with the stack.
   *
   * @default true, except for the stage `dev`
   */
  readonly protection?: boolean;
  /**
   * Tables made elsewhere: in a separate stack, so that replacing the API never touches the data, or tables that exist
   * (`AuthorizationServerTables.fromExisting`), such as those that were restored from a backup.
   *
   * @default - made here, with the same protection
   */
  readonly tables?: AuthorizationServerTables;
  /**
   * Which of several regions of one server this is (docs/deploy.md). Needs a `domain`, whose name is the same in all of them.
   * `MultiRegionAuthorizationServer` fills it in.
   *
   * @default - the server has one region
   */
  readonly home?: HomeProps;
  /**
   * The server's host name. It becomes the issuer, which clients and APIs store, so settle it before the first client.
   *
   * @default - the execute-api endpoint of the HTTP API
   */
  readonly domain?: CustomDomain;
  /**
   * Puts CloudFront and AWS WAF in front of the API, instead of `domain` (docs/cdn.md). The API then answers nothing else.
   *
   * @default - none
   */
  readonly front?: FrontProps;
  /**
   * The `aud` of access tokens when a request names no resource.
   *
   * @default - the issuer
   */
  readonly audience?: string;
  /**
   * Where private signing keys are made. `memory`: encrypted in the Keys table, and decrypted into the memory of the signing
   * functions. `kms`: made in KMS, which they never leave; every token then calls KMS, which takes longer and costs money. After
   * a change, the existing keys go on signing until one of the new kind takes over, 26 hours later.
   *
   * @default 'memory'
   */
  readonly signing?: Signing;
  /**
   * The algorithms to keep a key for. The first one signs access tokens, and everything for which no client asks for another.
   * HTTP APIs and load balancers of AWS accept only RS256. KMS has no EdDSA.
   *
   * @default ['RS256']
   */
  readonly signingAlgorithms?: readonly SigningAlgorithm[];
  /**
   * Tags for the keys that the server and `pixy keys` make in KMS, beside the server's own, for organizations that demand some of every key.
   * Tags of the stack do not reach them. Only with `signing: 'kms'`.
   *
   * @default - none
   */
  readonly keyTags?: Readonly<Record<string, string>>;
  /**
   * Lets people create accounts themselves, at `/register`. Otherwise an operator manages accounts (docs/accounts.md).
   *
   * @default false
   */
  readonly selfRegistration?: boolean;
  /**
   * Whether an app may sign people in without being registered, by a URL for its `client_id` that leads to a document about it
   * (docs/unregistered-clients.md). `any`, or the host names that such URLs may have.
   *
   * @default 'off'
   */
  readonly metadataDocuments?: 'off' | 'any' | readonly string[];
  /**
   * Lets clients that are registered for it ask for people's consent on a device with a browser, while they themselves have none: at
   * `/device_authorization` and `/device` (docs/device.md).
   *
   * @default false
   */
  readonly deviceAuthorization?: boolean;
  /**
   * Whether clients may push their authorization requests to `/par` before the browser comes with them (RFC 9126;
   * docs/pushed-requests.md). `required`: all of them have to.
   *
   * @default 'off'
   */
  readonly pushedAuthorizationRequests?: 'off' | 'accepted' | 'required';
  /**
   * Whether clients may register themselves (RFC 7591; docs/unregistered-clients.md). `token`: with an initial access token, which
   * `pixy registration token` makes. `open`: everybody, as public clients.
   *
   * @default 'off'
   */
  readonly registration?: 'off' | 'token' | 'open';
  /**
   * Whether the end of a session revokes what clients received in it: grants with refresh tokens, except those for
   * `offline_access`. A session ends by signing out, on the account page, by a password change or by a reset link
   * (docs/back-channel-logout.md). Costs one more write for each client in a session.
   *
   * @default false
   */
  readonly revokeAtSignOut?: boolean;
  /**
   * Which people may use the management API (docs/management-api.md): a claim of their accounts, such as `groups`, and the values of it that may
   * read, write and delegate. None includes another.
   *
   * @default - none: only clients may, for themselves
   */
  readonly operators?: OperatorsProps;
  /**
   * A console for the `operators` at `/console`, which they have to be named for (docs/console.md): adoption, refusals, clients, the policy
   * and what another one would do, people, and the audit log. A function counts the audit log for it every hour.
   *
   * @default false
   */
  readonly console?: boolean;
  /**
   * Takes assertions of issuers that you trust (`pixy trust`): workloads such as a job of GitHub Actions or a pod of Kubernetes
   * get tokens without a secret, and an enterprise's identity provider speaks for its people (docs/workload-identity.md).
   *
   * @default false
   */
  readonly jwtBearer?: boolean;
  /**
   * Lets clients that are registered for it exchange a person's access token for one with which they act for that person, for no
   * more and no longer (docs/token-exchange.md).
   *
   * @default false
   */
  readonly tokenExchange?: boolean;
  /**
   * Lets `/introspect` sign its answers for APIs that ask for it (RFC 9701, docs/keys.md). Its function may then sign.
   *
   * @default false
   */
  readonly signedIntrospection?: boolean;
  /**
   * Takes DPoP proofs only with a nonce of this server, so that a proof cannot be made ahead of its use (docs/dpop.md). Clients
   * without DPoP notice nothing.
   *
   * @default false: only for clients that are registered so
   */
  readonly dpopNonces?: boolean;
  /**
   * Holds every client to the FAPI 2.0 Security Profile; those that cannot be held to it are refused (docs/fapi.md). The first of
   * `signingAlgorithms` must be PS256, ES256 or EdDSA.
   *
   * @default - none: clients are held to what they are registered for
   */
  readonly securityProfile?: 'fapi2';
  /**
   * Lets clients know people by pairwise subjects (`subject_type: pairwise`, docs/clients.md). Not to be switched off again: such
   * clients are then refused.
   *
   * @default false
   */
  readonly pairwiseSubjects?: boolean;
  /**
   * `false`: people sign in with passkeys and upstream providers only (docs/passkeys.md). Accounts keep their passwords, in case
   * it is switched on again.
   *
   * @default true
   */
  readonly passwords?: boolean;
  /**
   * Name, logo, colours and wording of the pages (docs/pages.md). Stored in the functions' environment, so a logo must be small.
   *
   * @default - Pixy's own
   */
  readonly brand?: Brand;
  /**
   * The topic that every alarm notifies (docs/operations.md).
   *
   * @default - none; alarms only change their state
   */
  readonly alarmTopic?: ITopic;
  /**
   * Creates a CloudWatch dashboard: sign-ins, adoption by method, refusals by reason, replays, latency and errors (docs/operations.md).
   *
   * @default true
   */
  readonly dashboard?: boolean;
  /**
   * Limits of the API, which answers requests beyond them with 429.
   *
   * @default { rateLimit: 100, burstLimit: 200 }
   */
  readonly throttling?: Throttling;
  /**
   * What the API logs about each request beside the audit line: `short` has the request id, the address, the status, the milliseconds and
   * the error of the API; `full` also has method, route, size and the milliseconds of the function; `none` logs nothing
   * (docs/operations.md).
   *
   * @default 'short'
   */
  readonly accessLog?: 'short' | 'full' | 'none';
  /**
   * Also serves the paths of other authorization servers (shared/oauth/path-aliases.ts), for clients that have them built in.
   *
   * @default false
   */
  readonly pathAliases?: boolean;
  /**
   * Also serves the paths of OneWelcome below each of these prefixes, such as `/tenant`, for clients of its tenants.
   *
   * @default - none
   */
  readonly pathAliasPrefixes?: readonly string[];
  /**
   * How long to keep the logs, including the audit trail.
   *
   * @default - one year with `protection`, one week without
   */
  readonly logRetention?: RetentionDays;
  /**
   * Encrypts all logs. The policy of a key that is made in the app is extended for CloudWatch Logs; that of another key has to allow it
   * already.
   *
   * @default - a key of CloudWatch Logs
   */
  readonly logEncryptionKey?: IKey;
  /**
   * How many instances of a function may run at the same time, which is also reserved for it out of the account's limit, by the name of
   * the function: `{ token: 50 }`.
   *
   * @default - no function has a limit of its own
   */
  readonly reservedConcurrency?: Readonly<
    Partial<Record<PixyFunctionName | OptionalFunctionName | 'mail' | 'remove-accounts', number>>
  >;
  /**
   * How mail goes out: for lost passwords, addresses to be confirmed, and notices (docs/mail.md).
   *
   * @default - no mail is sent, and the pages offer nothing that needs it, unless `hooks.sendMessage` sends
   */
  readonly mail?: MailProps;
  /**
   * Whether people may sign in with a code that they get by mail (docs/mail.md). It counts as one factor. Needs `mail` or
   * `hooks.sendMessage`.
   *
   * @default false
   */
  readonly mailCodes?: boolean;
  /**
   * What people may change about themselves on the account page: claims such as `name` and `locale`, and `email`, which needs `mail`
   * (docs/accounts.md).
   *
   * @default - nothing
   */
  readonly profileFields?: readonly ProfileField[];
  /**
   * Lets people delete their accounts (docs/accounts.md): how long the link in a mail keeps an account, 1 to 90 days. Needs `mail`.
   *
   * @default - people cannot delete their accounts
   */
  readonly removalGrace?: Duration;
  /**
   * OpenID Connect providers to sign in with, in the order of their buttons. See docs/upstream.md.
   *
   * @default - none
   */
  readonly upstreams?: readonly UpstreamProviderProps[];
  /**
   * The pepper of password hashes that were imported with `--pepper`: a text secret of Secrets Manager, or a SecureString of Parameter
   * Store. See docs/accounts.md.
   *
   * @default - none
   */
  readonly passwordPepper?: OperatorSecret;
  /**
   * Your own functions that take part in sign-ins and claims. See docs/hooks.md.
   *
   * @default - none
   */
  readonly hooks?: HooksProps;
}
