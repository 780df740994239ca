import { Stack } from 'aws-cdk-lib';
import {
  AuthorizationType,
  type IAuthorizer,
  MockIntegration,
  ResponseType,
  type RestApi,
} from 'aws-cdk-lib/aws-apigateway';
import { type HttpApi, HttpMethod, HttpNoneAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Architecture, Code, Function as Lambda, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Trigger } from 'aws-cdk-lib/triggers';
import { Construct } from 'constructs';
import type * as v from 'valibot';
import { apiDocument, parseApi, type RegisteredApi } from '../../shared/apis/registered-api.ts';
import { resourceMetadataUrl } from '../../shared/oauth/protected-resource.ts';
import { proofAlgorithms } from '../../shared/oauth/server-metadata.ts';
import { checkProps, isOn, knownText, knownTexts, number } from '../check-props.ts';
import { registerApiDescription } from '../functions.ts';
import { isKnownLater } from '../known-later.ts';
import { uses } from '../permissions/permissions.ts';
import { WrongSetting } from '../wrong-setting.ts';
import type { JwtAuthorizer, JwtAuthorizerProps } from './jwt-authorizer.ts';
import { trimTriggerProvider } from './key-rotation.ts';
import { PixyFunction } from './pixy-function.ts';
import type { RestAuthorizerProps, RestAuthorizerServer } from './rest-authorizer.ts';

export interface ProtectedResourceProps {
  /** The URL at which clients reach the API, which is also the audience of its tokens: https, without query and fragment. */
  readonly resource: string;
  /** The scope values of the API. */
  readonly scopes: readonly string[];
  /**
   * Seconds for which access tokens for this API are valid: 60 to 86,400.
   *
   * @default - the server's
   */
  readonly accessTokenLifetime?: number;
  /**
   * Takes only access tokens that are bound to a key, with a DPoP proof for each request (docs/dpop.md). The JWT authorizer of an HTTP
   * API cannot check proofs, so such an API is a REST API.
   *
   * @default false: a REST API takes both kinds of tokens
   */
  readonly dpopRequired?: boolean;
}

/** What a protected resource takes from its authorization server. */
export type ProtectedResourceServer = RestAuthorizerServer & {
  issuer: string;
  jwtAuthorizer: (props: JwtAuthorizerProps) => JwtAuthorizer;
  restAuthorizer: (scope: Construct, id: string, props: RestAuthorizerProps) => IAuthorizer;
};

/** Seconds for which clients may keep the document. */
const cached = 'public, max-age=300';

/**
 * An API that is protected by access tokens, from one declaration: it is registered at every deployment that changes it, and the
 * authorizers, the metadata document (RFC 9728) and the challenges say the same.
 */
export class ProtectedResource extends Construct {
  /** Where the metadata document has to be. */
  readonly metadataUrl: string;
  readonly #api: RegisteredApi;
  readonly #members: Readonly<Record<string, unknown>>;
  readonly #dpopRequired: boolean;
  readonly #server: ProtectedResourceServer;

  constructor(scope: Construct, id: string, server: ProtectedResourceServer, props: ProtectedResourceProps) {
    super(scope, id);
    checkProps(this, protectedResourceProps, props);
    this.#server = server;
    this.#api = declared(props);
    this.metadataUrl = resourceMetadataUrl(this.#api.resource);
    this.#dpopRequired = props.dpopRequired ?? false;
    this.#members = {
      resource: this.#api.resource,
      authorization_servers: [server.issuer],
      scopes_supported: this.#api.scope,
      bearer_methods_supported: ['header'],
    };
    this.#register(server);
  }

  #document(more: Readonly<Record<string, unknown>> = {}): string {
    return Stack.of(this).toJsonString({ ...this.#members, ...more });
  }

  /** The path of the metadata document on the host of the API. */
  get #metadataPath(): string {
    return new URL(this.metadataUrl).pathname;
  }

  /**
   * Serves the metadata document on an HTTP API whose root is the host of the resource, and returns the authorizer for its routes. API
   * Gateway writes the challenges itself and names no `resource_metadata`; clients find the document at its place. Throws where tokens
   * have to be bound to a key: API Gateway verifies no proofs, and would take a stolen token.
   */
  protectHttpApi(httpApi: HttpApi): JwtAuthorizer {
    if (this.#dpopRequired) {
      throw new WrongSetting(
        'The JWT authorizer of an HTTP API checks no DPoP proofs: with dpopRequired, use protectRestApi.',
      );
    }
    const handler = new Lambda(httpApi, 'ResourceMetadata', {
      description: 'The metadata of a protected resource (RFC 9728)',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: 'index.handler',
      code: Code.fromInline(metadataFunction),
      environment: { DOCUMENT: this.#document() },
    });
    httpApi.addRoutes({
      path: this.#metadataPath,
      methods: [HttpMethod.GET],
      integration: new HttpLambdaIntegration('ResourceMetadata', handler),
      authorizer: new HttpNoneAuthorizer(),
    });
    return this.#server.jwtAuthorizer({ audience: this.#api.resource, name: this.node.id });
  }

  /**
   * Serves the metadata document on a REST API whose root is mapped to the host of the resource, adds the challenges of RFC 6750 §3 with
   * `resource_metadata` to its 401 and 403, both for bearer tokens and for those with DPoP proofs, and returns the authorizer for its methods. `scope`: what a token needs, all of it.
   */
  protectRestApi(restApi: RestApi, { scope = this.#api.scope }: { scope?: readonly string[] } = {}): IAuthorizer {
    const strangers = scope.filter((value) => !this.#api.scope.includes(value));
    if (strangers.length > 0)
      throw new WrongSetting(`scope has ${strangers.join(' ')}, which scopes does not declare.`);
    const required = this.#dpopRequired;
    const document = this.#document({
      dpop_signing_alg_values_supported: proofAlgorithms,
      ...(required && { dpop_bound_access_tokens_required: true }),
    });
    serveMetadata(restApi, this.#metadataPath, document);
    const where = `resource_metadata="${this.metadataUrl}"`;
    const algs = `algs="${proofAlgorithms.join(' ')}"`;
    const challenge = (attributes: string) =>
      [...(required ? [] : [`Bearer ${attributes}`]), `DPoP ${attributes}, ${algs}`].join(', ');
    restApi.addGatewayResponse('Unauthorized', {
      type: ResponseType.UNAUTHORIZED,
      responseHeaders: { 'WWW-Authenticate': `'${challenge(where)}'` },
    });
    const named = scope.length > 0 ? `scope="${scope.join(' ')}", ` : '';
    restApi.addGatewayResponse('Forbidden', {
      type: ResponseType.ACCESS_DENIED,
      responseHeaders: { 'WWW-Authenticate': `'${challenge(`error="insufficient_scope", ${named}${where}`)}'` },
    });
    const { resource } = this.#api;
    const dpop = { origin: new URL(resource).origin, required };
    return this.#server.restAuthorizer(this, 'Rest', { audience: resource, scope, dpop });
  }

  /** Has every deployment that changes the declaration register the API. */
  #register({ tables, environment, ...server }: ProtectedResourceServer): void {
    const { logRetention, logRemovalPolicy, logEncryptionKey } = server;
    const logs = { logRetention, logRemovalPolicy, logEncryptionKey };
    const handler = new PixyFunction(this, 'RegisterApi', {
      name: 'register-api',
      ...registerApiDescription,
      environment: { ...environment, PIXY_DECLARED_API: JSON.stringify(apiDocument(this.#api)) },
      ...logs,
    });
    for (const use of registerApiDescription.uses) uses[use](tables, handler);
    trimTriggerProvider(new Trigger(this, 'AtDeployment', { handler }), logs);
  }
}

const protectedResourceProps = {
  resource: knownText,
  scopes: knownTexts,
  accessTokenLifetime: number,
  dpopRequired: isOn,
} satisfies Record<keyof ProtectedResourceProps, v.GenericSchema>;

/** The API as it is registered. Throws for what nobody could reach, or what the templates of API Gateway would take for their own. */
function declared({ resource: given, scopes, accessTokenLifetime }: ProtectedResourceProps): RegisteredApi {
  // The run before a look-up makes templates that nobody deploys.
  const resource = isKnownLater(given) ? 'https://known-later.example' : given;
  if (!URL.canParse(resource) || !/^https:\/\/[^?#$'"]+$/.test(resource)) {
    throw new WrongSetting(`resource must be an https URL without query and fragment, but is "${resource}".`);
  }
  if (scopes.some((value) => /[ $#']/.test(value))) {
    throw new WrongSetting('scopes must be a list of scope values without spaces, $, # and quotes.');
  }
  const parsed = parseApi({
    resource,
    scope: scopes.join(' '),
    ...(accessTokenLifetime !== undefined && { access_token_lifetime: accessTokenLifetime }),
  });
  if (parsed.ok) return parsed.value;
  throw new WrongSetting(`${parsed.refusal.map(({ member, problem }) => `${member} ${problem}`).join('; ')}.`);
}

/** A function as short as this needs no bundle. */
const metadataFunction = `exports.handler = async () => ({
  statusCode: 200,
  headers: { 'content-type': 'application/json', 'cache-control': '${cached}', 'access-control-allow-origin': '*' },
  body: process.env.DOCUMENT,
});`;

/** API Gateway itself answers with the document. */
function serveMetadata(restApi: RestApi, path: string, document: string): void {
  const headers = { 'Cache-Control': `'${cached}'`, 'Access-Control-Allow-Origin': "'*'" };
  const named = Object.entries(headers).map(([name, value]) => [`method.response.header.${name}`, value] as const);
  restApi.root.resourceForPath(path).addMethod(
    'GET',
    new MockIntegration({
      requestTemplates: { 'application/json': '{"statusCode": 200}' },
      integrationResponses: [
        {
          statusCode: '200',
          responseParameters: Object.fromEntries(named),
          responseTemplates: { 'application/json': document },
        },
      ],
    }),
    {
      authorizationType: AuthorizationType.NONE,
      methodResponses: [
        { statusCode: '200', responseParameters: Object.fromEntries(named.map(([name]) => [name, true])) },
      ],
    },
  );
}
