import { Duration } from 'aws-cdk-lib';
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import type { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { AuthorizationServerTables } from './constructs/authorization-server-tables.ts';
import { type CustomDomain, PixyHttpApi, type Throttling } from './constructs/http-api.ts';
import { KeyRotation } from './constructs/key-rotation.ts';
import { PixyFunction, type PixyFunctionName } from './constructs/pixy-function.ts';
import { type Lifetimes, lifetimeVariables, type PixyEnvironment } from './environment.ts';
import { routes } from './routes.ts';
import { type Stage, stageSettings } from './stage.ts';
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
   * Requests that the API lets through; it answers the others with 429.
   *
   * @default { rateLimit: 100, burstLimit: 200 }
   */
  readonly throttling?: Throttling;
  /**
   * How long the logs, the audit trail among them, are kept.
   *
   * @default - one week for `dev`, one year for `prod`
   */
  readonly logRetention?: RetentionDays;
}

/**
 * An OAuth 2.1 and OpenID Connect authorization server: an HTTP API, one function per endpoint, tables, and a daily key rotation.
 *
 * ```ts
 * const auth = new AuthorizationServer(this, 'Auth', { accessTokenLifetime: Duration.minutes(30) });
 * new HttpJwtAuthorizer('Pixy', auth.issuer, { jwtAudience: [auth.issuer] });
 * ```
 */
export class AuthorizationServer extends Construct {
  /** The issuer identifier: an origin without a trailing slash. */
  readonly issuer: string;
  readonly httpApi: HttpApi;
  readonly functions: Readonly<Record<PixyFunctionName, NodejsFunction>>;
  readonly tables: AuthorizationServerTables;
  /** With a custom domain: the name that its DNS record points at. */
  readonly dnsTarget: string | undefined;

  constructor(scope: Construct, id: string, props: AuthorizationServerProps = {}) {
    super(scope, id);
    const stage = props.stage ?? 'prod';
    const settings = stageSettings[stage];
    const logs = {
      logRetention: props.logRetention ?? settings.logRetention,
      logRemovalPolicy: settings.removalPolicy,
    };
    const lifetimes = lifetimeVariables(props);
    const audience = audienceVariable(props.audience);
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
    };
    const withKey: PixyEnvironment = { ...environment, PIXY_KMS_KEY_ID: tables.wrappingKey.keyArn };
    const functions = {
      authorize: new PixyFunction(this, 'Authorize', {
        name: 'authorize',
        description: 'Authorization endpoint: checks the request and issues a code',
        environment,
        ...logs,
      }),
      // argon2id takes 19 MiB and a good part of a CPU for every password.
      'sign-in': new PixyFunction(this, 'SignIn', {
        name: 'sign-in',
        description: 'Sign-in pages: proves who is there and starts a session',
        environment,
        memorySize: 1_024,
        ...logs,
      }),
      token: new PixyFunction(this, 'Token', {
        name: 'token',
        description: 'Token endpoint: redeems codes and refresh tokens',
        environment: withKey,
        ...logs,
      }),
      metadata: new PixyFunction(this, 'Metadata', {
        name: 'metadata',
        description: 'Discovery documents, public keys and the pages that explain errors',
        environment,
        ...logs,
      }),
      'rotate-keys': new PixyFunction(this, 'RotateKeys', {
        name: 'rotate-keys',
        description: 'Makes the next signing key and deletes those that nobody needs',
        environment: withKey,
        timeout: Duration.seconds(30),
        ...logs,
      }),
    } satisfies Record<PixyFunctionName, PixyFunction>;

    tables.grantReadClients(functions.authorize);
    tables.grantReadSessions(functions.authorize);
    tables.grantIssue(functions.authorize);

    tables.grantReadClients(functions['sign-in']);
    tables.grantSignIn(functions['sign-in']);

    tables.grantReadClients(functions.token);
    tables.grantRedeem(functions.token);
    tables.grantSign(functions.token);

    tables.grantReadClients(functions.metadata);
    tables.grantReadKeys(functions.metadata);

    tables.grantRotateKeys(functions['rotate-keys']);

    const { 'rotate-keys': rotateKeys, ...endpoints } = functions;
    const rotation = new KeyRotation(this, 'KeyRotation', {
      handler: rotateKeys,
      after: Object.values(endpoints),
      ...logs,
    });
    http.addRoutes(routes, endpoints, rotation.firstKey);

    this.issuer = http.issuer;
    this.httpApi = http.api;
    this.dnsTarget = http.dnsTarget;
    this.functions = functions;
    this.tables = tables;
  }
}

function audienceVariable(audience: string | undefined): PixyEnvironment {
  if (audience === undefined) return {};
  if (audience.trim() !== audience || audience === '') {
    throw new WrongSetting(
      `audience must be the identifier of an API such as https://api.example.com, but is "${audience}".`,
    );
  }
  return { PIXY_AUDIENCE: audience };
}
