import { afterAll } from 'vitest';
import { startEmbeddedDynamoDB } from '../../infra/local/embedded-dynamodb.ts';
import { proxyBefore } from './service-proxy.ts';

/** How the database fails: `cut` breaks every connection, the others are answers of DynamoDB, to every call or to one kind of them. */
export type Outage = 'cut' | { status: number; type: string; only?: string };

/** An embedded DynamoDB behind a proxy that counts the calls and can be taken away; closed after the last test of the file. */
export async function startDatabaseProxy() {
  const database = await startEmbeddedDynamoDB();
  const calls: string[] = [];
  let outage: Outage | undefined;

  const { endpoint, cutAll } = await proxyBefore(database.endpoint, ({ operation, body, pass }) => {
    if (outage === 'cut') return 'cut';
    const call = `${operation} ${JSON.parse(body).TableName}`;
    calls.push(call);
    if (outage === undefined || (outage.only ?? call) !== call) return pass();
    const error = { __type: `com.amazonaws.dynamodb.v20120810#${outage.type}`, message: '' };
    const headers = { 'content-type': 'application/x-amz-json-1.0' };
    return { status: outage.status, headers, body: Buffer.from(JSON.stringify(error)) };
  });
  afterAll(() => database.close());

  return {
    endpoint,
    /** What `work` asks of the database: operation and table, in order. */
    async callsDuring(work: () => Promise<unknown>): Promise<string[]> {
      const before = calls.length;
      await work();
      return calls.slice(before);
    },
    /** Runs `work` while the database fails. */
    async during<Value>(failure: Outage, work: () => Promise<Value>): Promise<Value> {
      outage = failure;
      if (failure === 'cut') cutAll();
      try {
        return await work();
      } finally {
        outage = undefined;
      }
    },
  };
}
