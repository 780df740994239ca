import { type ClientSettings, commandOf, JsonClient } from './json-client.ts';

/* Replaces @aws-sdk/client-cloudwatch-logs in the bundles. */

export type ResultField = { field?: string; value?: string };

export class CloudWatchLogsClient extends JsonClient {
  constructor(settings: ClientSettings = {}) {
    super({ name: 'logs', variable: 'CLOUDWATCH_LOGS', target: 'Logs_20140328', version: '1.1' }, settings);
  }
}

type Query = { logGroupNames: string[]; startTime: number; endTime: number; queryString: string; limit: number };

export const StartQueryCommand = commandOf(
  'StartQuery',
  (input: Query) => input,
  (json: { queryId?: string }) => json,
);

export const GetQueryResultsCommand = commandOf(
  'GetQueryResults',
  (input: { queryId: string }) => input,
  (json: { status?: string; results?: ResultField[][] }) => json,
);
