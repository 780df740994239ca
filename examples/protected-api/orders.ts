import type { APIGatewayProxyEventV2WithJWTAuthorizer, APIGatewayProxyWithLambdaAuthorizerEvent } from 'aws-lambda';

/** What a token has to be allowed to do for `GET /orders`. */
export const ordersScope = 'orders:read';

type Caller = { sub: string; client_id: string };

/** What API Gateway hands over: claims below `jwt` in an HTTP API, the context of the Lambda authorizer in a REST API. */
export type OrdersEvent =
  | Pick<APIGatewayProxyEventV2WithJWTAuthorizer, 'requestContext'>
  | Pick<APIGatewayProxyWithLambdaAuthorizerEvent<Caller>, 'requestContext'>;

export type OrdersAnswer = { statusCode: number; headers: Record<string, string>; body: string };

/** An API's own code. Whoever gets here has a token that was checked; what is left to decide is whose orders these are. */
export async function handler({ requestContext: { authorizer } }: OrdersEvent): Promise<OrdersAnswer> {
  const { sub, client_id } = 'jwt' in authorizer ? authorizer.jwt.claims : authorizer;
  return {
    statusCode: 200,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
    body: JSON.stringify({ sub, client_id, orders: [{ id: 1, item: 'A jar of pixie dust' }] }),
  };
}
