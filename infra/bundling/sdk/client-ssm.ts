import { type ClientSettings, commandOf, JsonClient } from './json-client.ts';

/* Replaces @aws-sdk/client-ssm in the bundles. */

export class SSMClient extends JsonClient {
  constructor(settings: ClientSettings = {}) {
    super({ name: 'ssm', variable: 'SSM', target: 'AmazonSSM', version: '1.1' }, settings);
  }
}

export const GetParameterCommand = commandOf(
  'GetParameter',
  (input: { Name: string; WithDecryption: boolean }) => input,
  (json: { Parameter?: { Value?: string } }) => json,
);
