import type { APIGatewayProxyEventV2 } from 'aws-lambda';

/** A server as a Lambda function behind an HTTP API. */
export type Handler = (event: APIGatewayProxyEventV2, context: object) => Promise<LambdaResult>;
export type LambdaResult = {
  statusCode: number;
  headers?: Record<string, string>;
  cookies?: string[];
  body?: string;
  isBase64Encoded?: boolean;
};

export type Contender = {
  handle: Handler;
  paths: { authorize: string; token: string; push: string };
  issuer: string;
  redirectUri: string;
  /** The sessions of people who are signed in. Without any, the first round starts one. */
  cookies?: readonly string[];
};
