import type { IAuthorizer } from 'aws-cdk-lib/aws-apigateway';
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import type { Distribution } from 'aws-cdk-lib/aws-cloudfront';
import { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import type { Function as Lambda } from 'aws-cdk-lib/aws-lambda';
import { Construct, type IDependable } from 'constructs';
import type { SigningAlgorithm } from '../shared/keys/signing-key.ts';
import { prefixProblem } from '../shared/oauth/path-aliases.ts';
import { type AccessLog, accessLogFormats } from './access-log.ts';
import type { AuthorizationServerProps } from './authorization-server-props.ts';
import { checkKeyTags } from './check-key-tags.ts';
import { checkProps } from './check-props.ts';
import { checkRegion } from './check-region.ts';
import { checkTables } from './check-tables.ts';
import { AuthorizationServerTables } from './constructs/authorization-server-tables.ts';
import { CloudFrontFront } from './constructs/cloudfront-front.ts';
import { connectAuditLog } from './constructs/console.ts';
import { PixyHttpApi, type PixyHttpApiProps } from './constructs/http-api.ts';
import { JwtAuthorizer, type JwtAuthorizerProps } from './constructs/jwt-authorizer.ts';
import { KeyRotation } from './constructs/key-rotation.ts';
import { Monitoring } from './constructs/monitoring.ts';
import { ProtectedResource, type ProtectedResourceProps } from './constructs/protected-resource.ts';
import { RestAuthorizer, type RestAuthorizerProps, type RestAuthorizerServer } from './constructs/rest-authorizer.ts';
import { makeFunctions } from './constructs/server-functions.ts';
import { checkHome, homeVariables, otherHomes } from './home.ts';
import { allowEncryptingLogs, type LogSettings, makeLogGroup } from './logs.ts';
import { writeServerParameters } from './parameters.ts';
import {
  aliasRoutes,
  consoleRoutes,
  type EndpointFunctionName,
  type OptionalFunctionName,
  pushedRequestRoutes,
  registrationRoutes,
  routes,
} from './routes.ts';
import { serverProps } from './server-props.ts';
import { readSettings } from './server-settings.ts';
import { stageSettings } from './stage.ts';
import { WrongSetting } from './wrong-setting.ts';

export type { AuthorizationServerProps } from './authorization-server-props.ts';

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
  readonly functions: Readonly<
    Record<EndpointFunctionName, Lambda> &
      Partial<Record<OptionalFunctionName | 'rotate-keys' | 'mail' | 'remove-accounts' | 'roll-up', Lambda>>
  >;
  readonly tables: AuthorizationServerTables;
  /** CloudFront in front of the API, with `front`. */
  readonly distribution: Distribution | undefined;
  /** The target for the DNS record of a custom domain. */
  readonly dnsTarget: string | undefined;
  /** The alarms, the dashboard and their metrics. */
  readonly monitoring: Monitoring;
  readonly #answering: readonly IDependable[];
  readonly #accessTokenAlgorithm: SigningAlgorithm;
  readonly #forAuthorizers: RestAuthorizerServer;

  constructor(scope: Construct, id: string, props: AuthorizationServerProps = {}) {
    super(scope, id);
    checkProps(this, serverProps, props);
    const settings = stageSettings(props);
    const logs = {
      logRetention: props.logRetention ?? settings.logRetention,
      logRemovalPolicy: settings.keyAndLogRemovalPolicy,
      logEncryptionKey: props.logEncryptionKey,
    };
    if (props.logEncryptionKey) {
      checkRegion(this, 'logEncryptionKey', props.logEncryptionKey.keyArn, props.logEncryptionKey);
      allowEncryptingLogs(this, props.logEncryptionKey);
    }
    const { home } = props;
    if (home) checkHome(this, { ...props, home });
    const { signing, algorithms, variables } = readSettings(props);
    if (props.tables) checkTables(this, props.tables);
    checkKeyTags(props.keyTags);
    const tables =
      props.tables ??
      new AuthorizationServerTables(this, 'Tables', {
        stage: props.stage,
        protection: settings.protect,
        replicaRegions: home && otherHomes(home).map(([, region]) => region),
      });

    if (props.domain && props.front) {
      throw new WrongSetting('domain and front both say where the server is: leave out domain.');
    }
    const http = new PixyHttpApi(this, 'Http', {
      domain: props.domain,
      home,
      throttling: props.throttling ?? { rateLimit: 100, burstLimit: 200 },
      accessLog: this.accessLog(props.accessLog ?? 'short', logs),
    });

    const front = props.front && new CloudFrontFront(this, 'Front', { ...props.front, api: http.api });
    const issuer = front?.issuer ?? http.issuer;
    const environment = {
      PIXY_ISSUER: issuer,
      ...tables.environment(),
      ...homeVariables(home),
      ...variables,
    };
    const functions = makeFunctions(this, { ...props, tables, signing, environment, logs, behind: front });

    const {
      'rotate-keys': rotateKeys,
      mail: mailFunction,
      'remove-accounts': removeAccounts,
      'roll-up': rollUp,
      ...endpoints
    } = functions;
    const rotation =
      rotateKeys &&
      new KeyRotation(this, 'KeyRotation', {
        handler: rotateKeys,
        after: [...Object.values(endpoints), ...(mailFunction ? [mailFunction] : [])],
        ...logs,
      });
    checkPrefixes(props.pathAliasPrefixes);
    const served = [
      ...routes,
      ...(functions.par ? pushedRequestRoutes : []),
      ...(functions['client-registration'] ? registrationRoutes : []),
      ...(functions.console ? consoleRoutes : []),
      ...aliasRoutes(props.pathAliases, props.pathAliasPrefixes),
    ];
    if (functions.console) {
      const audited = [...Object.values(endpoints), ...(mailFunction ? [mailFunction] : [])];
      connectAuditLog(
        this,
        { console: functions.console, rollUp },
        audited.map(({ logGroup }) => logGroup),
      );
    }
    this.#answering = [
      ...http.addRoutes(served, endpoints, rotation?.firstKey),
      ...(front ? [front.distribution] : []),
    ];
    this.monitoring = new Monitoring(this, 'Monitoring', {
      api: http.api,
      tables,
      endpoints,
      rotateKeys,
      firstRun: rotation?.firstKey,
      removeAccounts,
      home,
      alarmTopic: props.alarmTopic,
      otherAlarms: this.node.findAll().filter((one) => one instanceof Alarm),
      dashboard: props.dashboard ?? true,
    });

    this.issuer = issuer;
    this.httpApi = http.api;
    this.distribution = front?.distribution;
    this.dnsTarget = front?.distribution.distributionDomainName ?? http.dnsTarget;
    this.functions = functions;
    this.tables = tables;
    this.#accessTokenAlgorithm = algorithms[0];
    this.#forAuthorizers = { tables, environment, home, ...logs };
    if (props.stage !== undefined) {
      const { issuer, auditLogGroupNames } = this;
      const mail = mailFunction?.functionArn;
      writeServerParameters(this, props.stage, { issuer, signing, keyTags: props.keyTags, auditLogGroupNames, mail });
    }
  }

  private accessLog(which: AccessLog, logs: LogSettings): PixyHttpApiProps['accessLog'] {
    return which === 'none'
      ? undefined
      : { to: makeLogGroup(this, 'AccessLogs', logs), format: accessLogFormats[which] };
  }

  /** The log groups that hold the endpoints' audit lines. */
  get auditLogGroupNames(): string[] {
    const { 'rotate-keys': _, 'remove-accounts': __, 'roll-up': ___, ...endpoints } = this.functions;
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
  restAuthorizer(scope: Construct, id: string, props: RestAuthorizerProps): IAuthorizer {
    return new RestAuthorizer(scope, id, this.#forAuthorizers, props).authorizer;
  }

  /**
   * Declares an API of your own once: registers it, and makes its metadata document, its challenges and its authorizers. What is made is
   * in `scope`, which belongs to that API's stack. See docs/protected-resources.md.
   */
  protectedResource(scope: Construct, id: string, props: ProtectedResourceProps): ProtectedResource {
    return new ProtectedResource(
      scope,
      id,
      {
        ...this.#forAuthorizers,
        issuer: this.issuer,
        jwtAuthorizer: (given) => this.jwtAuthorizer(given),
        restAuthorizer: (...given) => this.restAuthorizer(...given),
      },
      props,
    );
  }
}

function checkPrefixes(prefixes: readonly string[] = []): void {
  const problem = prefixProblem(prefixes);
  if (problem !== undefined) throw new WrongSetting(`pathAliasPrefixes: ${problem}`);
}
