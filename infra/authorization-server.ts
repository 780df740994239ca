import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import type { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { AuthorizationServerTables } from './constructs/authorization-server-tables.ts';
import { type CustomDomain, PixyHttpApi, type Throttling } from './constructs/http-api.ts';
import { KeyRotation } from './constructs/key-rotation.ts';
import { PixyFunction } from './constructs/pixy-function.ts';
import { type Lifetimes, lifetimeVariables, type PixyEnvironment } from './environment.ts';
import { deployedRoutes, functionDescriptions, type PixyFunctionName } from './functions.ts';
import { aliasRoutes } from './routes.ts';
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
    const make = (name: PixyFunctionName): PixyFunction => {
      const made = new PixyFunction(this, pascalCase(name), {
        name,
        environment,
        ...functionDescriptions[name],
        ...logs,
      });
      for (const use of functionDescriptions[name].uses) tables[use](made);
      return made;
    };
    const names = Object.keys(functionDescriptions) as PixyFunctionName[];
    const functions = Object.fromEntries(names.map((name) => [name, make(name)])) as Record<
      PixyFunctionName,
      PixyFunction
    >;

    const { 'rotate-keys': rotateKeys, ...endpoints } = functions;
    const rotation = new KeyRotation(this, 'KeyRotation', {
      handler: rotateKeys,
      after: Object.values(endpoints),
      ...logs,
    });
    const served = props.pathAliases ? [...deployedRoutes, ...aliasRoutes] : deployedRoutes;
    http.addRoutes(served, endpoints, rotation.firstKey);

    this.issuer = http.issuer;
    this.httpApi = http.api;
    this.dnsTarget = http.dnsTarget;
    this.functions = functions;
    this.tables = tables;
  }
}

const pascalCase = (name: string): string => name.replace(/(^|-)./g, (start) => start.slice(-1).toUpperCase());

function audienceVariable(audience: string | undefined): PixyEnvironment {
  if (audience === undefined) return {};
  if (audience.trim() !== audience || audience === '') {
    throw new WrongSetting(
      `audience must be the identifier of an API such as https://api.example.com, but is "${audience}".`,
    );
  }
  return { PIXY_AUDIENCE: audience };
}
