import { type Given, type Passing, proxyBefore } from '../support/service-proxy.ts';
import { type FaultKind, internals } from './fault-kinds.ts';

/** A call by name, as in `GetItem people session`, and which of those with this name. */
export type Call = { name: string; nth: number };

/**
 * Proxies in front of services of AWS that write down the calls, and let one of them fail. The attempts that repeat the failing
 * call fail with it.
 */
export function openFaults() {
  let calls: string[] = [];
  let failing: { call: Call; kind: FaultKind; body: string | undefined; hits: number } | undefined;

  const countOf = (name: string) => calls.filter((one) => one === name).length;

  /** How this call is to fail, when it is the one, or another attempt of it. */
  function fault(name: string, body: string): FaultKind | undefined {
    if (failing === undefined) return undefined;
    const { call, kind } = failing;
    const isFirst = failing.body === undefined && name === call.name && countOf(name) === call.nth;
    if (isFirst) failing.body = `${name} ${body}`;
    if (failing.body !== `${name} ${body}` || (kind.isPassing && failing.hits > 0)) return undefined;
    failing.hits += 1;
    return kind;
  }

  async function give(call: Passing): Promise<Given> {
    const name = nameOf(call);
    calls.push(name);
    const kind = fault(name, call.body);
    if (kind === undefined) return call.pass();
    return failed(kind, kind.isDone ? await call.pass() : undefined);
  }

  return {
    /** The endpoint to use instead of this one. */
    before: async (endpoint: string): Promise<string> => (await proxyBefore(endpoint, give)).endpoint,

    /** The calls that `work` makes, in order. */
    async callsDuring(work: () => Promise<unknown>): Promise<Call[]> {
      calls = [];
      await work();
      return calls.map((name, index) => ({
        name,
        nth: calls.slice(0, index + 1).filter((one) => one === name).length,
      }));
    },

    /** Runs `work` while a call fails. Says how often it did. */
    async during<Value>(
      call: Call,
      kind: FaultKind,
      work: () => Promise<Value>,
    ): Promise<{ value: Value; hits: number }> {
      calls = [];
      const own = { call, kind, body: undefined, hits: 0 };
      failing = own;
      try {
        return { value: await work(), hits: own.hits };
      } finally {
        failing = undefined;
      }
    },
  };
}

function failed({ reply }: FaultKind, answer: Exclude<Given, string> | undefined): Given {
  if (reply === 'half of the answer') return answer ? { ...answer, isHalf: true } : 'cut';
  if (reply === 'silence' || reply === 'cut') return reply;
  const headers = { 'content-type': reply.type, 'x-amzn-requestid': internals.requestId };
  return { status: reply.status, headers, body: Buffer.from(reply.body) };
}

type Attributes = Record<string, { S?: string } | undefined>;
type Input = {
  TableName?: string;
  Key?: Attributes;
  Item?: Attributes;
  ExpressionAttributeValues?: Attributes;
  IndexName?: string;
  RequestItems?: Record<string, { Keys: Attributes[] }>;
};

/** What a call is about, without what is different each time: `GetItem people session`. */
function nameOf({ service, operation, body }: Passing): string {
  if (!service.startsWith('DynamoDB')) return `${service === 'TrentService' ? 'KMS' : 'SSM'} ${operation}`;
  const input = JSON.parse(body) as Input;
  const { TableName = '', RequestItems = {} } = input;
  const table = (name: string) => name.replace('pixy-', '');
  const batch = Object.entries(RequestItems).flatMap(([name, { Keys }]) =>
    Keys.map((key) => `${table(name)} ${itemOf(key)}`),
  );
  if (batch.length > 0) return `${operation} ${batch.join(' + ')}`;
  const keys = input.Key ?? input.Item;
  const partition = input.ExpressionAttributeValues?.[':pk']?.S ?? '';
  const what = keys ? itemOf(keys) : (input.IndexName ?? partitionOf(partition));
  return `${operation} ${table(TableName)} ${what}`;
}

function itemOf({ pk, sk, id }: Attributes): string {
  if (pk === undefined) return id?.S?.includes('#') ? partitionOf(id.S) : 'grant';
  const partition = partitionOf(pk.S ?? '');
  return ['global', 'totp'].includes(partition) ? `${partition}/${sk?.S}` : partition;
}

/** `throttle#proof#…` counts something else than `throttle#account#…`. */
function partitionOf(pk: string): string {
  const [kind = '', more = ''] = pk.split('#');
  return kind === 'throttle' && /^[a-z]+$/.test(more) ? `${kind} ${more}` : kind;
}
