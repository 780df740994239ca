import { afterAll } from 'vitest';
import { startEmbeddedDynamoDB } from '../../infra/local/embedded-dynamodb.ts';
import { proxyBefore } from './service-proxy.ts';

/** How the database fails: `cut` breaks every connection, the others are answers of DynamoDB, to every call or to some kinds of them. */
export type Outage = 'cut' | { status: number; type: string; only?: string | readonly string[] };

/** A call that does not go on until it is let go, before the database hears of it or after it has answered. */
export type Held = { isHeld: Promise<void>; letGo: () => void };
type Side = 'before' | 'after';

export type DatabaseProxy = Awaited<ReturnType<typeof startDatabaseProxy>>;

/** An embedded DynamoDB behind a proxy that counts the calls and can be taken away; closed after the last test of the file. */
export async function startDatabaseProxy() {
  const database = await startEmbeddedDynamoDB();
  const calls: string[] = [];
  let outage: Outage | undefined;
  let failed: number | undefined;
  let holding: { at: number; side: Side; reached: () => void; free: Promise<void> } | undefined;

  async function holdIfMeant(number: number, side: Side): Promise<void> {
    if (holding === undefined || holding.at !== number || holding.side !== side) return;
    const { reached, free } = holding;
    holding = undefined;
    reached();
    await free;
  }

  const { endpoint, cutAll } = await proxyBefore(database.endpoint, async ({ operation, body, pass }) => {
    if (outage === 'cut') return 'cut';
    const { TableName, RequestItems = {} } = JSON.parse(body);
    const call = `${operation} ${TableName ?? Object.keys(RequestItems).join(' ')}`;
    const number = calls.push(call);
    await holdIfMeant(number, 'before');
    const failure = number === failed ? { status: 400, type: 'AccessDeniedException' } : outage;
    if (failure && ('only' in failure ? [failure.only].flat() : [call]).includes(call)) {
      const error = { __type: `com.amazonaws.dynamodb.v20120810#${failure.type}`, message: '' };
      const headers = { 'content-type': 'application/x-amz-json-1.0' };
      return { status: failure.status, headers, body: Buffer.from(JSON.stringify(error)) };
    }
    const answered = await pass();
    await holdIfMeant(number, 'after');
    return answered;
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
    /** Holds the call that comes after so many others: 0 is the next one. */
    hold(index: number, side: Side): Held {
      let letGo = (): void => undefined;
      const free = new Promise<void>((resolve) => {
        letGo = resolve;
      });
      const isHeld = new Promise<void>((reached) => {
        holding = { at: calls.length + index + 1, side, reached, free };
      });
      return { isHeld, letGo };
    },
    /** Runs `work` while one call of it fails: that after so many others. */
    async failing<Value>(index: number, work: () => Promise<Value>): Promise<Value> {
      failed = calls.length + index + 1;
      try {
        return await work();
      } finally {
        failed = undefined;
      }
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
