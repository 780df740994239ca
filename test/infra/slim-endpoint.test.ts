import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SESv2Client } from '@aws-sdk/client-sesv2';
import { SSMClient } from '@aws-sdk/client-ssm';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { endpointOf } from '../../infra/bundling/sdk/endpoint.ts';

/* Where the bundles call AWS, in every partition there is, beside the SDK. */

const clients = {
  dynamodb: DynamoDBClient,
  email: SESv2Client,
  kms: KMSClient,
  lambda: LambdaClient,
  logs: CloudWatchLogsClient,
  ssm: SSMClient,
};
const variables = {
  dynamodb: 'DYNAMODB',
  email: 'SESV2',
  kms: 'KMS',
  lambda: 'LAMBDA',
  logs: 'CLOUDWATCH_LOGS',
  ssm: 'SSM',
};
const names = Object.keys(clients) as (keyof typeof clients)[];

const regions = [
  'eu-central-1', 'cn-northwest-1', 'us-gov-west-1', 'us-gov-east-1', 'eusc-de-east-1', 'us-iso-east-1', 'us-isob-east-1', 'us-isof-south-1',
  'eu-isoe-west-1',
]; // biome-ignore format: a list

afterEach(() => void vi.unstubAllEnvs());

describe.each(regions)('in %s', (region) => {
  test.each([
    [false, false],
    [true, false],
    [false, true],
    [true, true],
  ])('every service is where it is for the SDK, with FIPS %s and IPv6 %s', (UseFIPS, UseDualStack) => {
    vi.stubEnv('AWS_ENDPOINT_URL', undefined);
    vi.stubEnv('AWS_USE_FIPS_ENDPOINT', String(UseFIPS));
    vi.stubEnv('AWS_USE_DUALSTACK_ENDPOINT', String(UseDualStack));
    for (const name of names) {
      vi.stubEnv(`AWS_ENDPOINT_URL_${variables[name]}`, undefined);
      const { endpointProvider } = new clients[name]({ region }).config;
      const { url } = endpointProvider({ Region: region, UseFIPS, UseDualStack } as never);
      expect([name, endpointOf({ name, variable: variables[name] }, region).href]).toEqual([name, url.href]);
    }
  });
});

test.each(names)('%s is elsewhere by the variable that the SDK reads', (name) => {
  const { serviceId } = new clients[name]({ region: 'eu-central-1' }).config;
  expect(variables[name]).toBe(serviceId.replaceAll(' ', '_').toUpperCase());
  vi.stubEnv(`AWS_ENDPOINT_URL_${variables[name]}`, 'https://elsewhere.example:8443/');
  expect(endpointOf({ name, variable: variables[name] }, 'eu-central-1').host).toBe('elsewhere.example:8443');
});
