import type { TokenAuthorizer } from 'aws-cdk-lib/aws-apigateway';
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import type { Function as Lambda } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct, type IDependable } from 'constructs';
import { type SigningAlgorithm, signingAlgorithms } from '../shared/keys/signing-key.ts';
import type { Brand } from '../shared/pages/brand.ts';
import { brandVariable } from './brand.ts';
import { AuthorizationServerTables, type Signing } from './constructs/authorization-server-tables.ts';
import { checkAudience } from './constructs/check-audience.ts';
import { type CustomDomain, PixyHttpApi, type Throttling } from './constructs/http-api.ts';
import { JwtAuthorizer, type JwtAuthorizerProps } from './constructs/jwt-authorizer.ts';
import { KeyRotation } from './constructs/key-rotation.ts';
import { Monitoring } from './constructs/monitoring.ts';
import { PixyFunction } from './constructs/pixy-function.ts';
import { RestAuthorizer, type RestAuthorizerProps, type RestAuthorizerServer } from './constructs/rest-authorizer.ts';
import { type Lifetimes, lifetimeVariables, type PixyEnvironment } from './environment.ts';
import { functionDescriptions, type PixyFunctionName } from './functions.ts';
import { type HooksProps, hooksAskedBy, hooksVariable } from './hooks.ts';
import { aliasRoutes, type EndpointFunctionName, routes } from './routes.ts';
import { type Stage, stageSettings } from './stage.ts';
import { grantReadUpstreamSecrets, type UpstreamProviderProps, upstreamsVariable } from './upstreams.ts';
import { WrongSetting } from './wrong-setting.ts';

export interface AuthorizationServerProps extends Lifetimes {
  /**
   * `prod` keeps tables, key and logs when the stack is deleted; `dev` deletes them.
   *
   * @default 'prod'
   */
  readonly stage?: Stage;
  /**
   * Tables made elsewhere, for example in a separate stack, so that replacing the API never touches the data.
   *
   * @default - made here, for the same stage
   */
  readonly tables?: AuthorizationServerTables;
  /**
   * The server's host name. It becomes the issuer, which clients and APIs store, so settle it before the first client.
   *
   * @default - the execute-api endpoint of the HTTP API
   */
  readonly domain?: CustomDomain;
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
   * Lets people create accounts themselves, at `/register`. Otherwise an operator manages accounts (docs/accounts.md).
   *
   * @default false
   */
  readonly selfRegistration?: boolean;
  /**
   * Whether the end of a session revokes what clients received in it: grants with refresh tokens, except those for
   * `offline_access`. A session ends by signing out, on the account page, by a password change or by a reset link
   * (docs/back-channel-logout.md). Costs one more write for each client in a session.
   *
   * @default false
   */
  readonly revokeAtSignOut?: boolean;
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
   * The topic that the alarm notifies when many authorization codes are presented again (docs/audit.md).
   *
   * @default - none; the alarm only changes its state
   */
  readonly alarmTopic?: ITopic;
  /**
   * Creates a CloudWatch dashboard of what was refused, let through by report mode, replayed, and failed.
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
   * Also serves the paths of other authorization servers (shared/oauth/path-aliases.ts), for clients that have them built in.
   *
   * @default false
   */
  readonly pathAliases?: boolean;
  /**
   * How long to keep the logs, including the audit trail.
   *
   * @default - one week for `dev`, one year for `prod`
   */
  readonly logRetention?: RetentionDays;
  /**
   * OpenID Connect providers to sign in with, in the order of their buttons. See docs/upstream.md.
   *
   * @default - none
   */
  readonly upstreams?: readonly UpstreamProviderProps[];
  /**
   * Your own functions that take part in sign-ins and claims. See docs/hooks.md.
   *
   * @default - none
   */
  readonly hooks?: HooksProps;
}

/**
 * An OAuth 2.1 and OpenID Connect authorization server: an HTTP API, a function per endpoint, tables, and a daily key rotation.
 *
 * ```ts
 * const auth = new AuthorizationServer(this, 'Auth', { accessTokenLifetime: Duration.minutes(30) });
 * httpApi.addRoutes({ path: '/orders', integration, authorizer: auth.jwtAuthorizer({ audience: auth.issuer }) });
 * ```
 */
export class AuthorizationServer extends Construct {
  /** The issuer identifier: an origin without a trailing slash. */
  readonly issuer: string;
  readonly httpApi: HttpApi;
  readonly functions: Readonly<Record<PixyFunctionName, Lambda>>;
  readonly tables: AuthorizationServerTables;
  /** The target for the DNS record of a custom domain. */
  readonly dnsTarget: string | undefined;
  /** The alarm, the dashboard and their metrics. */
  readonly monitoring: Monitoring;
  readonly #answering: readonly IDependable[];
  readonly #accessTokenAlgorithm: SigningAlgorithm;
  readonly #forAuthorizers: RestAuthorizerServer;

  constructor(scope: Construct, id: string, props: AuthorizationServerProps = {}) {
    super(scope, id);
    const stage = props.stage ?? 'prod';
    const settings = stageSettings[stage];
    const logs = {
      logRetention: props.logRetention ?? settings.logRetention,
      logRemovalPolicy: settings.removalPolicy,
    };
    if (props.selfRegistration && props.passwords === false) {
      throw new WrongSetting(
        'selfRegistration asks people for a password: leave it out where passwords are off, and invite people instead.',
      );
    }
    const lifetimes = lifetimeVariables(props);
    const audience = audienceVariable(props.audience);
    const signing = props.signing ?? 'memory';
    const algorithms = checkAlgorithms(props.signingAlgorithms ?? ['RS256'], signing);
    const tables = props.tables ?? new AuthorizationServerTables(this, 'Tables', { stage });

    const http = new PixyHttpApi(this, 'Http', {
      domain: props.domain,
      throttling: props.throttling ?? { rateLimit: 100, burstLimit: 200 },
      accessLogs: new LogGroup(this, 'AccessLogs', {
        retention: logs.logRetention,
        removalPolicy: logs.logRemovalPolicy,
      }),
    });

    const environment: PixyEnvironment = {
      PIXY_ISSUER: http.issuer,
      ...tables.environment(),
      ...audience,
      ...lifetimes,
      ...(props.selfRegistration && { PIXY_REGISTRATION: 'on' }),
      ...(props.revokeAtSignOut && { PIXY_REVOKE_AT_SIGN_OUT: 'on' }),
      ...(props.passwords === false && { PIXY_PASSWORDS: 'off' }),
      ...(props.brand && { PIXY_BRAND: brandVariable(props.brand) }),
      ...(props.signing && { PIXY_SIGNING: signing }),
      ...(props.signingAlgorithms && { PIXY_SIGNING_ALGORITHMS: algorithms.join(' ') }),
    };
    const { upstreams = [], hooks = {} } = props;
    const providers = upstreams.length > 0 ? { PIXY_UPSTREAMS: upstreamsVariable(this, upstreams) } : {};
    const extras = (name: PixyFunctionName): PixyEnvironment => ({
      ...((name === 'sign-in' || name === 'upstream' || name === 'account') && providers),
      ...(hooksAskedBy(name, hooks).length > 0 && { PIXY_HOOKS: hooksVariable(this, name, hooks) }),
    });
    const make = (name: PixyFunctionName): PixyFunction => {
      const made = new PixyFunction(this, pascalCase(name), {
        name,
        environment: { ...environment, ...extras(name) },
        ...functionDescriptions[name],
        ...logs,
      });
      for (const use of functionDescriptions[name].uses) tables[use](made, signing);
      for (const hook of hooksAskedBy(name, hooks)) hook.grantInvoke(made);
      return made;
    };
    const names = Object.keys(functionDescriptions) as PixyFunctionName[];
    const functions = Object.fromEntries(names.map((name) => [name, make(name)])) as Record<
      PixyFunctionName,
      PixyFunction
    >;

    grantReadUpstreamSecrets(this, functions.upstream, upstreams);
    if (props.revokeAtSignOut) {
      tables.grantEndWithGrants(functions['sign-out']);
      tables.grantRevokeGrants(functions.invitation);
    }
    if (hooks.authenticate ?? hooks.migrateAccount) tables.grantMirrorAccounts(functions['sign-in']);

    const { 'rotate-keys': rotateKeys, ...endpoints } = functions;
    const rotation = new KeyRotation(this, 'KeyRotation', {
      handler: rotateKeys,
      after: Object.values(endpoints),
      ...logs,
    });
    const served = props.pathAliases ? [...routes, ...aliasRoutes] : routes;
    this.#answering = http.addRoutes(served, endpoints, rotation.firstKey);
    const logGroups = Object.entries(endpoints).map(([name, { logGroup }]) => [name, logGroup]);
    this.monitoring = new Monitoring(this, 'Monitoring', {
      logGroups: Object.fromEntries(logGroups) as Record<EndpointFunctionName, PixyFunction['logGroup']>,
      alarmTopic: props.alarmTopic,
      dashboard: props.dashboard ?? true,
    });

    this.issuer = http.issuer;
    this.httpApi = http.api;
    this.dnsTarget = http.dnsTarget;
    this.functions = functions;
    this.tables = tables;
    this.#accessTokenAlgorithm = algorithms[0];
    this.#forAuthorizers = { tables, environment, ...logs };
  }

  /** The log groups that hold the endpoints' audit lines. */
  get auditLogGroupNames(): string[] {
    const { 'rotate-keys': _, ...endpoints } = this.functions;
    return Object.values(endpoints).map(({ logGroup }) => logGroup.logGroupName);
  }

  /**
   * Returns an authorizer for routes of your own HTTP API, in which API Gateway verifies the access tokens. Throws unless RS256
   * is the first signing algorithm. See docs/api-gateway.md.
   */
  jwtAuthorizer(props: JwtAuthorizerProps): JwtAuthorizer {
    if (this.#accessTokenAlgorithm !== 'RS256') {
      throw new WrongSetting(
        `An HTTP API accepts RS256 only: put RS256 first in signingAlgorithms instead of ${this.#accessTokenAlgorithm}, or use a REST API with restAuthorizer.`,
      );
    }
    return new JwtAuthorizer(this.issuer, this.#answering, props);
  }

  /**
   * Returns an authorizer for methods of your own REST API. A function verifies each access token and reads its grant, so a
   * revocation takes effect at once. The function and the authorizer are made in `scope`, which belongs to that API's stack. See
   * docs/api-gateway.md.
   */
  restAuthorizer(scope: Construct, id: string, props: RestAuthorizerProps): TokenAuthorizer {
    return new RestAuthorizer(scope, id, this.#forAuthorizers, props).authorizer;
  }
}

function checkAlgorithms(
  algorithms: readonly SigningAlgorithm[],
  signing: Signing,
): readonly [SigningAlgorithm, ...SigningAlgorithm[]] {
  const [first, ...others] = algorithms;
  if (first === undefined) throw new WrongSetting('signingAlgorithms must name one at least, but is an empty list.');
  for (const one of algorithms) {
    if (signingAlgorithms.includes(one)) continue;
    throw new WrongSetting(`signingAlgorithms knows ${signingAlgorithms.join(', ')}, but not "${one}".`);
  }
  if (new Set(algorithms).size < algorithms.length) {
    throw new WrongSetting(`signingAlgorithms must name each one once, but is ${algorithms.join(', ')}.`);
  }
  if (signing === 'kms' && algorithms.includes('EdDSA')) {
    throw new WrongSetting(
      "KMS does not sign with EdDSA: leave it out of signingAlgorithms, or use signing: 'memory'.",
    );
  }
  return [first, ...others];
}

const pascalCase = (name: string): string => name.replace(/(^|-)./g, (start) => start.slice(-1).toUpperCase());

function audienceVariable(audience: string | undefined): PixyEnvironment {
  if (audience === undefined) return {};
  checkAudience(audience);
  return { PIXY_AUDIENCE: audience };
}
