import {
  HttpAuthorizer,
  HttpAuthorizerType,
  type HttpRouteAuthorizerBindOptions,
  type HttpRouteAuthorizerConfig,
  type IHttpRouteAuthorizer,
} from 'aws-cdk-lib/aws-apigatewayv2';
import type { IDependable } from 'constructs';
import { checkAudience } from './check-audience.ts';

export interface JwtAuthorizerProps {
  /** The audience of the API, or several. A token must be for one of them. */
  readonly audience: string | readonly string[];
  /**
   * The authorizer's name, unique within an API.
   *
   * @default 'Pixy'
   */
  readonly name?: string;
}

/**
 * Lets API Gateway itself verify access tokens for the routes of an HTTP API: signature, issuer, audience, times, and the
 * `authorizationScopes` of a route. It does not notice that a grant is revoked before its tokens expire.
 */
export class JwtAuthorizer implements IHttpRouteAuthorizer {
  readonly authorizationType = 'JWT';
  readonly #issuer: string;
  readonly #audience: string[];
  readonly #name: string;
  readonly #after: readonly IDependable[];
  readonly #made = new Map<unknown, HttpAuthorizer>();

  /** `after`: what must be deployed before the issuer can answer. */
  constructor(issuer: string, after: readonly IDependable[], { audience, name = 'Pixy' }: JwtAuthorizerProps) {
    this.#issuer = issuer;
    this.#audience = checkAudience(audience);
    this.#name = name;
    this.#after = after;
  }

  bind({ route, scope }: HttpRouteAuthorizerBindOptions): HttpRouteAuthorizerConfig {
    const { httpApi } = route;
    let authorizer = this.#made.get(httpApi);
    if (authorizer === undefined) {
      authorizer = new HttpAuthorizer(scope, this.#name, {
        httpApi,
        authorizerName: this.#name,
        type: HttpAuthorizerType.JWT,
        identitySource: ['$request.header.Authorization'],
        jwtIssuer: this.#issuer,
        jwtAudience: this.#audience,
      });
      // API Gateway reads the discovery document when it creates the authorizer, and rejects an issuer that does not answer.
      authorizer.node.addDependency(...this.#after);
      this.#made.set(httpApi, authorizer);
    }
    return { authorizerId: authorizer.authorizerId, authorizationType: this.authorizationType };
  }
}
