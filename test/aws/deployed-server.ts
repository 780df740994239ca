import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { ApiGatewayV2Client, GetIntegrationsCommand, GetRoutesCommand } from '@aws-sdk/client-apigatewayv2';
import { InvokeCommand, LambdaClient, paginateListFunctions } from '@aws-sdk/client-lambda';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { expect, onTestFinished } from 'vitest';
import type { HttpApiHandler } from '../../infra/local/gateway/answer-request.ts';
import { startGateway } from '../../infra/local/http-api-gateway.ts';
import type { StandIn } from './stand-in.ts';

const repository = join(import.meta.dirname, '..', '..');

/** A parameter that a stage wrote for tools. */
export async function parameterOf({ clients }: StandIn, stage: string, name: string): Promise<string> {
  const { Parameter: found } = await new SSMClient(clients).send(
    new GetParameterCommand({ Name: `/pixy/${stage}/${name}` }),
  );
  return found?.Value ?? expect.unreachable();
}

/** The id of the HTTP API of a stage. */
export async function apiIdOf(standIn: StandIn, stage: string): Promise<string> {
  const issuer = new URL(await parameterOf(standIn, stage, 'issuer'));
  return issuer.hostname.split('.')[0] ?? expect.unreachable();
}

/** Where each route of an HTTP API leads: route key → ARN of the function. */
export async function routesOf({ clients }: StandIn, ApiId: string): Promise<Map<string, string>> {
  const api = new ApiGatewayV2Client(clients);
  const [{ Items: routes = [] }, { Items: integrations = [] }] = await Promise.all([
    api.send(new GetRoutesCommand({ ApiId })),
    api.send(new GetIntegrationsCommand({ ApiId })),
  ]);
  return new Map(
    routes.map(({ RouteKey = '', Target }) => {
      const integration = integrations.find(({ IntegrationId }) => Target === `integrations/${IntegrationId}`);
      return [RouteKey, integration?.IntegrationUri ?? expect.unreachable()];
    }),
  );
}

/** Serves the HTTP API of a stage on a port of this machine, until the test ends: its routes, each answered by the deployed function. */
export async function serveStage(standIn: StandIn, stage: string): Promise<{ port: number; issuer: string }> {
  const deployed = await routesOf(standIn, await apiIdOf(standIn, stage));
  const routes = new Map(
    [...deployed].map(([key, functionArn]) => [key.replace(/^ANY /, ''), caller(standIn, functionArn)]),
  );
  const gateway = await startGateway({ port: 0, host: '127.0.0.1', routes });
  onTestFinished(() => gateway.close());
  return { port: gateway.port, issuer: await parameterOf(standIn, stage, 'issuer') };
}

const caller = (standIn: StandIn, FunctionName: string): HttpApiHandler => {
  const lambda = new LambdaClient(standIn.clients);
  return async (event) => {
    const answer = await lambda.send(new InvokeCommand({ FunctionName, Payload: JSON.stringify(event) }));
    const payload = answer.Payload?.transformToString() ?? '';
    if (answer.FunctionError !== undefined) throw new Error(`${FunctionName} failed: ${payload}`);
    return JSON.parse(payload);
  };
};

/** Calls a function of a stage, by the id of its construct, as its schedule does. */
export async function callFunction({ clients }: StandIn, stage: string, id: string): Promise<unknown> {
  const lambda = new LambdaClient(clients);
  for await (const { Functions = [] } of paginateListFunctions({ client: lambda }, {})) {
    const found = Functions.find(({ FunctionName = '' }) => FunctionName.startsWith(`Pixy-${stage}-Api-Auth${id}`));
    if (found === undefined) continue;
    const answer = await lambda.send(new InvokeCommand({ FunctionName: found.FunctionName, Payload: '{}' }));
    const payload = answer.Payload?.transformToString() ?? '';
    if (answer.FunctionError !== undefined) throw new Error(`${id} failed: ${payload}`);
    return JSON.parse(payload);
  }
  return expect.unreachable();
}

/** Runs `pixy … --stage NAME` with the account, or without a stage. Returns what it printed. */
export async function pixy(
  { clients }: StandIn,
  stage: string | undefined,
  parameters: readonly string[],
  input = '',
): Promise<string> {
  const child = spawn(
    process.execPath,
    [join(repository, 'cli', 'pixy.cjs'), ...parameters, ...(stage === undefined ? [] : ['--stage', stage])],
    {
      env: {
        PATH: process.env['PATH'],
        AWS_ENDPOINT_URL: clients.endpoint,
        AWS_REGION: clients.region,
        AWS_ACCESS_KEY_ID: clients.credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: clients.credentials.secretAccessKey,
        USER: 'ada',
      },
    },
  );
  child.stdin.end(input);
  const [output, problem, [status]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  if (status !== 0) throw new Error(`pixy ${parameters.join(' ')} ended with ${status}: ${problem}`);
  return output;
}
