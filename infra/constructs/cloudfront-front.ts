import { Arn, ArnFormat, Aws, Duration, Names, Stack, Token } from 'aws-cdk-lib';
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { CfnCertificate, type ICertificate } from 'aws-cdk-lib/aws-certificatemanager';
import {
  AllowedMethods,
  CachePolicy,
  Distribution,
  Function as EdgeFunction,
  FunctionCode,
  FunctionEventType,
  FunctionRuntime,
  HttpVersion,
  OriginProtocolPolicy,
  OriginRequestPolicy,
  OriginSslPolicy,
  SecurityPolicyProtocol,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { HttpOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import { AaaaRecord, ARecord, type IHostedZone, RecordTarget } from 'aws-cdk-lib/aws-route53';
import { CloudFrontTarget } from 'aws-cdk-lib/aws-route53-targets';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { RegionInfo } from 'aws-cdk-lib/region-info';
import { Construct, type IDependable } from 'constructs';
import { frontSecretHeader, viewerHeader } from '../../shared/http/front.ts';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import { checkHostName } from '../check-host-name.ts';
import type { PixyEnvironment } from '../environment.ts';
import { isKnownLater } from '../known-later.ts';
import { grantReadSecret, parameterNameOf } from '../secrets.ts';
import { WrongSetting } from '../wrong-setting.ts';
import { FrontWebAcl } from './front-web-acl.ts';

/** Where CloudFront takes certificates and web ACLs from, wherever the server is. */
const frontRegion = 'us-east-1';

export interface FrontProps {
  /** A host name such as `sign-in.example.com`. The issuer is `https://` and this name. */
  readonly domainName: string;
  /** An AWS Certificate Manager certificate for that name, in us-east-1. */
  readonly certificate: ICertificate;
  /**
   * The Route 53 zone that gets the DNS records.
   *
   * @default - none; point the name at `AuthorizationServer.dnsTarget` yourself
   */
  readonly hostedZone?: IHostedZone;
  /**
   * The ARN of a web ACL of AWS WAF with the scope CLOUDFRONT, for example that of a `FrontWebAcl` in a stack of us-east-1.
   *
   * @default - one is made, which takes a stack in us-east-1
   */
  readonly webAclArn?: string;
  /**
   * Requests that one address may make in five minutes, where the web ACL is made here. People behind one router share an address.
   *
   * @default 2000
   */
  readonly requestsPerAddress?: number;
  /**
   * Raise it to have CloudFront send another secret. The one of before is accepted until the next time.
   *
   * @default 1
   */
  readonly secretGeneration?: number;
}

export interface CloudFrontFrontProps extends FrontProps {
  readonly api: HttpApi;
}

/**
 * Puts CloudFront and AWS WAF in front of the HTTP API (docs/cdn.md). CloudFront tells the functions by a secret that a request came
 * through it, and from which address; they answer nothing else. Metadata and keys are cached at the edge.
 */
export class CloudFrontFront extends Construct {
  /** An origin without a trailing slash. */
  readonly issuer: string;
  readonly distribution: Distribution;
  /** What the functions read. */
  readonly environment: PixyEnvironment;
  readonly #accepted: readonly ISecret[];

  constructor(scope: Construct, id: string, props: CloudFrontFrontProps) {
    super(scope, id);
    const { api, domainName, certificate, hostedZone, secretGeneration = 1 } = props;
    checkFront(this, props);
    const [sent, ...before] = [secretGeneration, secretGeneration - 1]
      .filter((generation) => generation > 0)
      .map((generation) => makeSecret(this, generation)) as [Secret, ...Secret[]];
    this.#accepted = [sent, ...before];
    this.environment = { PIXY_FRONT_SECRET_PARAMETERS: this.#accepted.map(parameterNameOf).join(' ') };
    this.issuer = `https://${domainName}`;

    const origin = new HttpOrigin(`${api.apiId}.execute-api.${Aws.REGION}.${Aws.URL_SUFFIX}`, {
      protocolPolicy: OriginProtocolPolicy.HTTPS_ONLY,
      originSslProtocols: [OriginSslPolicy.TLS_V1_2],
      // A reference that CloudFormation resolves: the secret itself is in no template.
      customHeaders: { [frontSecretHeader]: sent.secretValue.unsafeUnwrap() },
    });
    const usual = { origin, viewerProtocolPolicy: ViewerProtocolPolicy.HTTPS_ONLY };
    // Its answers say themselves how long they are good for (docs/keys.md).
    const cached = { ...usual, cachePolicy: publicDocuments(this), compress: true };
    this.distribution = new Distribution(this, 'Distribution', {
      comment: `Pixy: ${domainName}`,
      domainNames: [domainName],
      certificate,
      minimumProtocolVersion: SecurityPolicyProtocol.TLS_V1_2_2021,
      httpVersion: HttpVersion.HTTP2_AND_3,
      webAclId: props.webAclArn ?? new FrontWebAcl(this, 'WebAcl', props).arn,
      defaultBehavior: {
        ...usual,
        allowedMethods: AllowedMethods.ALLOW_ALL,
        cachePolicy: CachePolicy.CACHING_DISABLED,
        // API Gateway finds the API by its own host name.
        originRequestPolicy: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
        // Pages have secrets of their own, such as the token of a form, beside what a request says.
        compress: false,
        functionAssociations: [{ eventType: FunctionEventType.VIEWER_REQUEST, function: viewerAddress(this) }],
      },
      additionalBehaviors: Object.fromEntries(
        [endpoints.jwks, endpoints.openidConfiguration, endpoints.authorizationServer].map((path) => [path, cached]),
      ),
    });
    if (hostedZone) {
      const record = {
        zone: hostedZone,
        recordName: `${domainName}.`,
        target: RecordTarget.fromAlias(new CloudFrontTarget(this.distribution)),
      };
      new ARecord(this, 'DnsRecord', record);
      new AaaaRecord(this, 'DnsRecordIpv6', record);
    }
  }

  /** Allows reading the secrets that CloudFront may send. */
  grantRead(grantee: IGrantable): void {
    for (const secret of this.#accepted) grantReadSecret(this, grantee, secret);
  }

  /** CloudFront sends a new secret only after the functions know it. */
  addDependency(...functions: IDependable[]): void {
    this.distribution.node.addDependency(...functions);
  }
}

const makeSecret = (scope: Construct, generation: number): Secret =>
  new Secret(scope, `Secret${generation}`, {
    description: 'Tells the functions of an authorization server that a request came through CloudFront',
    generateSecretString: { passwordLength: 43, excludePunctuation: true },
  });

/** Written by CloudFront over whatever the viewer sent. */
export const viewerAddressCode = `function handler(event) {
  event.request.headers['${viewerHeader}'] = { value: event.viewer.ip };
  return event.request;
}
`;

const viewerAddress = (scope: Construct): EdgeFunction =>
  new EdgeFunction(scope, 'ViewerAddress', {
    functionName: globalName(scope, 'ViewerAddress', 64),
    comment: 'Tells an authorization server who called',
    runtime: FunctionRuntime.JS_2_0,
    code: FunctionCode.fromInline(viewerAddressCode),
  });

const publicDocuments = (scope: Construct): CachePolicy =>
  new CachePolicy(scope, 'PublicDocuments', {
    cachePolicyName: globalName(scope, 'PublicDocuments', 128),
    comment: 'Metadata and keys of an authorization server',
    minTtl: Duration.seconds(0),
    defaultTtl: Duration.seconds(0),
    maxTtl: Duration.hours(1),
    enableAcceptEncodingGzip: true,
    enableAcceptEncodingBrotli: true,
  });

/** A name that is no other's in the account, whose regions CloudFront takes for one: after the stack, which may be deployed under two names. */
function globalName(scope: Construct, what: string, maxLength: number): string {
  const { region } = Stack.of(scope);
  const longestRegion = 'ap-southeast-1'.length;
  const rest = maxLength - longestRegion - what.length - 2;
  return `${region}-${Names.uniqueResourceName(scope, { maxLength: rest })}-${what}`;
}

const globalWebAcl = new RegExp(`^arn:aws[a-z-]*:wafv2:${frontRegion}:\\d{12}:global/webacl/.+$`);

/** Throws {@link WrongSetting} where there is no CloudFront, or, as in China, one without its functions and web ACLs. */
function checkPartition(scope: Construct): void {
  const { region } = Stack.of(scope);
  if (Token.isUnresolved(region)) return;
  const { partition = 'aws' } = RegionInfo.get(region);
  if (partition === 'aws') return;
  throw new WrongSetting(
    `front is CloudFront with a web ACL and a function of its own, which AWS has in the partition aws only, but ${region} is in ${partition}: use domain instead.`,
  );
}

/** Throws {@link WrongSetting} for what CloudFront would refuse only while it is deployed. */
function checkFront(scope: Construct, props: CloudFrontFrontProps): void {
  const { domainName, certificate, hostedZone, webAclArn, secretGeneration = 1 } = props;
  checkPartition(scope);
  checkHostName('front.domainName', domainName, hostedZone);
  // The types ask for it, but not every app has types.
  if ((certificate as ICertificate | undefined) === undefined) {
    throw new WrongSetting(
      `front needs a certificate: add front.certificate, the ACM certificate of that name in ${frontRegion}.`,
    );
  }
  const { certificateArn } = certificate;
  // One that is only named may be of any region: to the CDK, it is of the stack that names it.
  const region = isKnownLater(certificateArn)
    ? certificate.node.defaultChild instanceof CfnCertificate
      ? certificate.env.region
      : undefined
    : Arn.split(certificateArn, ArnFormat.SLASH_RESOURCE_NAME).region;
  if (region !== undefined && !Token.isUnresolved(region) && region !== frontRegion) {
    throw new WrongSetting(`front.certificate is of ${region}: CloudFront takes certificates of ${frontRegion} only.`);
  }
  const own = Stack.of(scope).region;
  if (webAclArn === undefined && own !== frontRegion) {
    throw new WrongSetting(
      `front.webAclArn is missing: CloudFront takes web ACLs of ${frontRegion} only, and this stack is ${Token.isUnresolved(own) ? 'of no certain region' : `in ${own}`}.`,
    );
  }
  if (webAclArn !== undefined && !isKnownLater(webAclArn) && !globalWebAcl.test(webAclArn)) {
    throw new WrongSetting(
      `front.webAclArn must be the ARN of a web ACL of the scope CLOUDFRONT (arn:aws:wafv2:${frontRegion}:<account>:global/webacl/<name>/<id>), but is "${webAclArn}".`,
    );
  }
  if (!Number.isInteger(secretGeneration) || secretGeneration < 1) {
    throw new WrongSetting(`front.secretGeneration counts from 1, but is ${secretGeneration}.`);
  }
}
