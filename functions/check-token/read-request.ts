import type { APIGatewayAuthorizerEvent, APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import type { ResourceRequest } from '../../shared/tokens/prove-token.ts';

/** The value of the Authorization header; empty without one. Two of them are joined, and so are none. */
export const authorizationOf = (event: APIGatewayAuthorizerEvent): string =>
  event.type === 'TOKEN' ? (event.authorizationToken ?? '') : (headerOf(event, 'authorization') ?? '');

/**
 * The request in front of which the authorizer stands, for a DPoP proof. Its URL is made of the configured origin and the path that the
 * client asked for, with the stage or the base path. Undefined for an authorizer of type TOKEN, or without an origin.
 */
export function readRequest(
  event: APIGatewayAuthorizerEvent,
  { origin }: { origin?: string | undefined },
): ResourceRequest | undefined {
  if (event.type === 'TOKEN' || origin === undefined) return undefined;
  const { httpMethod, requestContext } = event;
  return { method: httpMethod, urls: [origin + requestContext.path], proof: headerOf(event, 'dpop') };
}

/** Names of headers come in the case in which the client wrote them. Several values are joined as an HTTP API joins them. */
function headerOf({ headers, multiValueHeaders }: APIGatewayRequestAuthorizerEvent, name: string): string | undefined {
  const valuesIn = (given: Readonly<Record<string, string | string[] | undefined>> | null) =>
    Object.entries(given ?? {}).flatMap(([key, value]) => (key.toLowerCase() === name ? (value ?? []) : []));
  const all = valuesIn(multiValueHeaders);
  const values = all.length > 0 ? all : valuesIn(headers);
  return values.length > 0 ? values.join(',') : undefined;
}
