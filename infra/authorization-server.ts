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
   * Tables made elsewhere, for example in a stack of their own so that replacing the API never touches the data.
   *
   * @default - made here, for the same stage
   */
  readonly tables?: AuthorizationServerTables;
  /**
   * The name under which the server is reached. It becomes the issuer, which clients and APIs store: settle it before the first client.
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
   * Where private signing keys are made. `memory`: encrypted in the Keys table, and decrypted into the memory of the functions that
   * sign. `kms`: made in KMS and never out of it; every token is then a call of KMS, which takes longer and costs.
   * After a change the keys that are there go on signing until one of the new kind takes over, 26 hours later.
   *
   * @default 'memory'
   */
  readonly signing?: Signing;
  /**
   * The algorithms that have a key of their own. The first one signs access tokens, and whatever else no client asks another
   * algorithm for. HTTP APIs and load balancers of AWS accept nothing but RS256. KMS has no EdDSA.
   *
   * @default ['RS256']
   */
  readonly signingAlgorithms?: readonly SigningAlgorithm[];
  /**
   * Lets people make accounts themselves, at `/register`. Otherwise somebody who may manages accounts (docs/accounts.md).
   *
   * @default false
   */
  readonly selfRegistration?: boolean;
  /**
   * Whether the end of a session revokes what it gave to clients: grants with refresh tokens, except those for `offline_access`.
   * It ends by signing out, on the account page, by another password or a reset link (docs/back-channel-logout.md). Costs one more
   * write for every client in a session.
   *
   * @default false
   */
  readonly revokeAtSignOut?: boolean;
  /**
   * `false`: people sign in with passkeys and upstream providers only (docs/passkeys.md). Their accounts keep the passwords they
   * have, for when it is switched on again.
   *
   * @default true
   */
  readonly passwords?: boolean;
  /**
   * Name, logo, colours and words of the pages (docs/pages.md). Goes into the environment of the functions, so a logo has to be small.
   *
   * @default - Pixy's own
   */
  readonly brand?: Brand;
  /**
   * Told by the alarm when many authorization codes are presented again (docs/audit.md).
   *
   * @default - nobody; the alarm only changes its state
   */
  readonly alarmTopic?: ITopic;
  /**
   * A CloudWatch dashboard of what was refused, let through by report mode, replayed, and failed.
   *
   * @default true
   */
  readonly dashboard?: boolean;
  /**
   * Requests that the API lets through; it answers the others with 429.
   *
   * @default { rateLimit: 100, burstLimit: 200 }
   */
  readonly throttling?: Throttling;
  /**
   * Answer at the paths of other authorization servers as well (shared/oauth/path-aliases.ts), for clients that have them built in.
   *
   * @default false
   */
  readonly pathAliases?: boolean;
  /**
   * How long the logs, the audit trail among them, are kept.
   *
   * @default - one week for `dev`, one year for `prod`
   */
  readonly logRetention?: RetentionDays;
  /**
   * OpenID Connect providers that people may sign in with, in the order of their buttons. See docs/upstream.md.
   *
   * @default - none
   */
  readonly upstreams?: readonly UpstreamProviderProps[];
  /**
   * Functions of one's own that have a say in sign-ins and claims. See docs/hooks.md.
   *
   * @default - none
   */
  readonly hooks?: HooksProps;
}

/**
 * An OAuth 2.1 and OpenID Connect authorization server: an HTTP API, one function per endpoint, tables, and a daily key rotation.
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
  /** With a custom domain: the name that its DNS record points at. */
  readonly dnsTarget: string | undefined;
  /** The alarm, the dashboard and the metrics behind them. */
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

  /** The names of the log groups that have the audit lines of the endpoints. */
  get auditLogGroupNames(): string[] {
    const { 'rotate-keys': _, ...endpoints } = this.functions;
    return Object.values(endpoints).map(({ logGroup }) => logGroup.logGroupName);
  }

  /** For routes of an HTTP API of one's own: API Gateway verifies the access tokens. See docs/api-gateway.md. */
  jwtAuthorizer(props: JwtAuthorizerProps): JwtAuthorizer {
    if (this.#accessTokenAlgorithm !== 'RS256') {
      throw new WrongSetting(
        `An HTTP API accepts RS256 only: put RS256 first in signingAlgorithms instead of ${this.#accessTokenAlgorithm}, or use a REST API with restAuthorizer.`,
      );
    }
    return new JwtAuthorizer(this.issuer, this.#answering, props);
  }

  /**
   * For methods of a REST API of one's own: a function verifies the access tokens and reads the grant behind each, so that a
   * revocation counts at once. The function and the authorizer are made in `scope`, which belongs to the stack of that API.
   * See docs/api-gateway.md.
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
