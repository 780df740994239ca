import { JwtVerifier } from 'aws-jwt-verify';
import { JwtInvalidScopeError } from 'aws-jwt-verify/error';
import { SimpleJwksCache } from 'aws-jwt-verify/jwk';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import type { OrdersAnswer, OrdersEvent } from './orders.ts';

export type JwtCheckSettings = {
  issuer: string;
  jwksUri: string;
  audience: string;
  /** The token needs one of them, as the `authorizationScopes` of a route. */
  scope: string[];
};

type Checked = (event: APIGatewayProxyEventV2, context: Context) => Promise<APIGatewayProxyStructuredResultV2>;

/** The library takes https only; a server on this machine is asked by http. */
const fetcher = { fetch: async (uri: string) => (await fetch(uri)).arrayBuffer() };

/**
 * What a JWT authorizer of an HTTP API does before it calls the function, for a route that takes GET: 404 for another method,
 * 401 without a good token, 403 when the token lacks the scope, and else the claims in the request context.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html
 */
export function behindJwtCheck(
  handler: (event: OrdersEvent) => Promise<OrdersAnswer>,
  { issuer, jwksUri, audience, scope }: JwtCheckSettings,
): Checked {
  const verifier = JwtVerifier.create(
    { issuer, jwksUri, audience, scope },
    { jwksCache: new SimpleJwksCache({ fetcher }) },
  );
  const needed = `scope="${scope.join(' ')}"`;

  return async (event) => {
    if (event.requestContext.http.method !== 'GET') return refusal(404, 'Not Found');
    const token = event.headers['authorization']?.replace(/^bearer /i, '');
    if (!token) return refusal(401, 'Unauthorized', 'Bearer');
    try {
      const payload = await verifier.verify(token);
      const claims = Object.fromEntries(Object.entries(payload).map(([name, value]) => [name, asText(value)]));
      const authorizer = { jwt: { claims, scopes: scope }, principalId: '', integrationLatency: 0 };
      return await handler({ requestContext: { ...event.requestContext, authorizer } });
    } catch (error) {
      if (error instanceof JwtInvalidScopeError) {
        return refusal(403, 'Forbidden', `Bearer ${needed} error="insufficient_scope"`);
      }
      return refusal(401, 'Unauthorized', `Bearer ${needed} error="invalid_token"`);
    }
  };
}

/** API Gateway hands every claim over as text, a list as `[one two]`. */
const asText = (value: unknown): string => (Array.isArray(value) ? `[${value.join(' ')}]` : String(value));

const refusal = (statusCode: number, message: string, challenge?: string): APIGatewayProxyStructuredResultV2 => ({
  statusCode,
  headers: { 'content-type': 'application/json', ...(challenge && { 'www-authenticate': challenge }) },
  body: JSON.stringify({ message }),
});
