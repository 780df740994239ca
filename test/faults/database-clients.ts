import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { clientDefaults, type Database, openDatabase } from '../../shared/aws/dynamodb.ts';

/** Milliseconds for an attempt that somebody answers. */
const usualTimeout = clientDefaults.requestHandler.requestTimeout;

/** Milliseconds for an attempt that nobody answers: short, because every test of a time-out waits three of them. */
const shortTimeout = 80;

/** Calls of one client; beyond them its tokens for retries could run out, and failures would not be tried again. */
const callsOfClient = 15;

/** A database whose client can be replaced while a server uses it. */
export function replaceableDatabase(endpoint: string) {
  let current: Database;
  let uses = callsOfClient;
  function open(requestTimeout: number): DynamoDBClient {
    const requestHandler = { ...clientDefaults.requestHandler, requestTimeout };
    // The client of the bundles knows its endpoint from the environment alone.
    const before = process.env['AWS_ENDPOINT_URL_DYNAMODB'];
    process.env['AWS_ENDPOINT_URL_DYNAMODB'] = endpoint;
    const opened = new DynamoDBClient({ ...clientDefaults, endpoint, requestHandler });
    if (before === undefined) delete process.env['AWS_ENDPOINT_URL_DYNAMODB'];
    else process.env['AWS_ENDPOINT_URL_DYNAMODB'] = before;
    return opened;
  }

  /** A fresh one for the next few requests. */
  function renew(): void {
    uses += 1;
    if (uses < callsOfClient) return;
    uses = 0;
    current = openDatabase(open(usualTimeout));
  }
  renew();

  return {
    database: new Proxy({} as Database, { get: (_, verb) => current[verb as keyof Database] }),
    renew,
    /** Runs `work` with a client that waits for a short time. */
    impatiently: async <Value>(work: () => Promise<Value>): Promise<Value> => {
      const usual = current;
      current = openDatabase(open(shortTimeout));
      try {
        return await work();
      } finally {
        current = usual;
      }
    },
  };
}
