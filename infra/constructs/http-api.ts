import { Duration, Stack, Token } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  DomainName,
  HttpApi,
  HttpMethod,
  HttpStage,
  IpAddressType,
  LogGroupLogDestination,
  SecurityPolicy,
  type ThrottleSettings,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { ICertificate } from 'aws-cdk-lib/aws-certificatemanager';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import {
  AaaaRecord,
  ARecord,
  Failover,
  HealthCheck,
  HealthCheckType,
  type IHostedZone,
  type RecordSetOptions,
  RecordTarget,
} from 'aws-cdk-lib/aws-route53';
import { ApiGatewayv2DomainProperties } from 'aws-cdk-lib/aws-route53-targets';
import { Construct, type IConstruct, type IDependable } from 'constructs';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import { checkHostName } from '../check-host-name.ts';
import { checkRegion } from '../check-region.ts';
import { type HomeProps, isFirst } from '../home.ts';
import type { EndpointFunctionName, OptionalFunctionName, Route } from '../routes.ts';
import { serverName } from '../server-name.ts';
import { WrongSetting } from '../wrong-setting.ts';

/** The host name at which people and clients reach the server. */
export interface CustomDomain {
  /** A host name such as `sign-in.example.com`. The issuer is `https://` and this name. */
  readonly domainName: string;
  /** An AWS Certificate Manager certificate for that name, in the region of the stack. */
  readonly certificate: ICertificate;
  /**
   * The Route 53 zone that gets the DNS record.
   *
   * @default - none; point the name at `AuthorizationServer.dnsTarget` yourself
   */
  readonly hostedZone?: IHostedZone;
}

export interface Throttling {
  /** Requests per second, over all callers. */
  readonly rateLimit: number;
  /** Concurrent requests. */
  readonly burstLimit: number;
}

export interface PixyHttpApiProps {
  readonly domain?: CustomDomain;
  /** Which of several regions this is. */
  readonly home?: HomeProps | undefined;
  readonly throttling: Throttling;
  /** Absent: there is none. */
  readonly accessLog: { readonly to: LogGroup; readonly format: string } | undefined;
}

/** What API Gateway takes; a stack alone may have a name as long. */
const longestApiName = 128;

/** Where Route 53 checks from: three places, the fewest that it takes. */
const checkedFrom = ['us-east-1', 'eu-west-1', 'ap-southeast-1'] as const;

/** The HTTP API. Uses the `$default` stage, so that the issuer has no path, and no CORS, because the functions answer it per endpoint. */
export class PixyHttpApi extends Construct {
  readonly api: HttpApi;
  /** An origin without a trailing slash. */
  readonly issuer: string;
  /** The DNS target of a custom domain. */
  readonly dnsTarget: string | undefined;
  readonly #stage: HttpStage;
  readonly #records: IConstruct[] = [];

  constructor(scope: Construct, id: string, props: PixyHttpApiProps) {
    super(scope, id);
    checkThrottling(props.throttling);
    if (props.domain) checkDomain(this, props.domain);

    this.api = new HttpApi(this, 'Api', {
      // A label: two may have the same one.
      apiName: serverName(scope).slice(0, longestApiName),
      description: 'OAuth 2.1 and OpenID Connect authorization server',
      createDefaultStage: false,
      // Route 53 asks each region for itself, and only the region's own address leads to one.
      disableExecuteApiEndpoint: props.domain !== undefined && !(props.home && props.domain.hostedZone),
      ipAddressType: IpAddressType.DUAL_STACK,
    });
    const domainName = props.domain && this.domainName(props.domain, props.home);
    this.#stage = new HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      throttle: props.throttling satisfies ThrottleSettings,
      domainMapping: domainName && { domainName },
      accessLogSettings: props.accessLog && {
        destination: new LogGroupLogDestination(props.accessLog.to),
        format: AccessLogFormat.custom(props.accessLog.format),
      },
    });
    this.issuer = props.domain ? `https://${props.domain.domainName}` : this.api.apiEndpoint;
    this.dnsTarget = domainName?.regionalDomainName;
  }

  private domainName(domain: CustomDomain, home: HomeProps | undefined): DomainName {
    const { domainName, certificate, hostedZone } = domain;
    const made = new DomainName(this, 'DomainName', {
      domainName,
      certificate,
      securityPolicy: SecurityPolicy.TLS_1_2,
      ipAddressType: IpAddressType.DUAL_STACK,
    });
    if (hostedZone) {
      const alias = new ApiGatewayv2DomainProperties(made.regionalDomainName, made.regionalHostedZoneId);
      const record = {
        zone: hostedZone,
        recordName: `${domainName}.`,
        target: RecordTarget.fromAlias(alias),
        ...(home && this.oneOfSeveral(home, alias)),
      };
      const records = [new ARecord(this, 'DnsRecord', record), new AaaaRecord(this, 'DnsRecordIpv6', record)];
      // People are sent there at once, while the other regions could answer them.
      if (home) this.#records.push(...records);
    }
    return made;
  }

  /** What makes a record one of several of the same name: Route 53 answers with it while its region serves its keys. */
  private oneOfSeveral(
    home: HomeProps,
    alias: ApiGatewayv2DomainProperties,
  ): Omit<RecordSetOptions, 'zone'> & { target: RecordTarget } {
    const healthCheck = new HealthCheck(this, 'HealthCheck', {
      type: HealthCheckType.HTTPS,
      fqdn: `${this.api.apiId}.execute-api.${Stack.of(this).region}.${Stack.of(this).urlSuffix}`,
      // Takes the API, a function and the Keys table, as every sign-in does.
      resourcePath: endpoints.jwks,
      requestInterval: Duration.seconds(30),
      failureThreshold: 3,
      regions: [...checkedFrom],
    });
    const primary = isFirst(home) ? Failover.PRIMARY : Failover.SECONDARY;
    return {
      setIdentifier: home.letter,
      healthCheck,
      target: RecordTarget.fromAlias({ bind: (...given) => ({ ...alias.bind(...given), evaluateTargetHealth: true }) }),
      ...(home.routing === 'failover' ? { failover: primary } : { region: Stack.of(this).region }),
    };
  }

  /**
   * Adds routes that take any method; endpoints answer 405 and preflight requests themselves. The routes depend on `after`.
   * Returns what must be deployed before the issuer serves its metadata and its keys.
   */
  addRoutes(
    routes: readonly Route<EndpointFunctionName | OptionalFunctionName>[],
    functions: Record<EndpointFunctionName, IFunction> & Partial<Record<OptionalFunctionName, IFunction>>,
    after: IDependable | undefined,
  ): IDependable[] {
    const answering: IDependable[] = [this.#stage];
    for (const record of this.#records) record.node.addDependency(this.#stage);
    const integrations = new Map<EndpointFunctionName | OptionalFunctionName, HttpLambdaIntegration>();
    for (const route of routes) {
      const name = route.function;
      const handler = functions[name];
      if (handler === undefined) throw new Error(`a route leads to the function ${name}, which is not there`);
      const integration = integrations.get(name) ?? new HttpLambdaIntegration(name, handler);
      integrations.set(name, integration);
      const made = this.api.addRoutes({ path: route.path, methods: [HttpMethod.ANY], integration });
      if (after) for (const one of made) one.node.addDependency(after);
      for (const record of this.#records) record.node.addDependency(...made);
      if (name === 'metadata') answering.push(...made);
    }
    return answering;
  }
}

function checkDomain(scope: Construct, { domainName, certificate, hostedZone }: CustomDomain): void {
  // The types ask for it, but not every app has types.
  if ((certificate as ICertificate | undefined) === undefined) {
    throw new WrongSetting('domain needs a certificate: add domain.certificate, the ACM certificate of that name.');
  }
  checkRegion(scope, 'domain.certificate', certificate.certificateArn, certificate);
  checkHostName('domainName', domainName, hostedZone);
}

function checkThrottling({ rateLimit, burstLimit }: Throttling): void {
  if (Token.isUnresolved(rateLimit) || Token.isUnresolved(burstLimit)) return;
  if (!(rateLimit > 0) || !Number.isInteger(burstLimit) || burstLimit < 1) {
    throw new WrongSetting(
      `throttling needs a rateLimit above 0 requests per second and a burstLimit of at least 1 request, but has ${rateLimit} and ${burstLimit}.`,
    );
  }
}
