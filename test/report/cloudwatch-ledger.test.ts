import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Context } from '../../cli/context.ts';
import type { Place } from '../../cli/place.ts';
import { openLedger } from '../../cli/report/open-ledger.ts';
import { cloudWatchLedger } from '../../shared/reports/cloudwatch-ledger-store.ts';
import { LedgerUnavailable } from '../../shared/reports/ledger.ts';
import { totalOf } from '../../shared/reports/tally.ts';

/*
 * The real SDK client against a server that speaks the JSON protocol of CloudWatch Logs.
 */

type Row = Record<string, string>;
type Query = { logGroupNames: string[]; startTime: number; endTime: number; queryString: string; limit: number };
type Failure = { status: number; type: string; message: string };
const isFailure = (answer: object): answer is Failure => 'type' in answer;

type Behaviour = {
  /** The rows of a query, or why it cannot be started. */
  answer?: (query: Query, attempt: number) => Row[] | Failure;
  /** What GetQueryResults says in turn; the last one stays. */
  statuses?: readonly string[];
};

const period = { since: 1_795_000_000, until: 1_795_000_100 };

async function logsServer({ answer = () => [], statuses = ['Complete'] }: Behaviour) {
  const queries: Query[] = [];
  const results = new Map<string, { rows: Row[]; looks: number }>();
  let attempts = 0;

  function start(query: Query): object {
    attempts += 1;
    const answered = answer(query, attempts);
    if (isFailure(answered)) return answered;
    queries.push(query);
    const queryId = `query-${queries.length}`;
    results.set(queryId, { rows: answered, looks: 0 });
    return { queryId };
  }

  function look({ queryId }: { queryId: string }): object {
    const result = results.get(queryId) ?? { rows: [], looks: 0 };
    const status = statuses[Math.min(result.looks, statuses.length - 1)];
    result.looks += 1;
    // A running query answers what it has found so far.
    const rows = status === 'Complete' ? result.rows : result.rows.slice(0, 1);
    return {
      status,
      results: rows.map((row) => Object.entries(row).map(([field, value]) => ({ field, value }))),
      statistics: { recordsMatched: 0, recordsScanned: 0, bytesScanned: 0 },
    };
  }

  async function answerRequest(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const operation = String(request.headers['x-amz-target']);
    const body = await json(request);
    const answered =
      operation === 'Logs_20140328.StartQuery' ? start(body as Query) : look(body as { queryId: string });
    response.setHeader('content-type', 'application/x-amz-json-1.1');
    if (isFailure(answered)) {
      response.statusCode = answered.status;
      response.end(JSON.stringify({ __type: answered.type, message: answered.message }));
    } else response.end(JSON.stringify(answered));
  }
  const server = createServer((request, response) => void answerRequest(request, response));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = new CloudWatchLogsClient({
    endpoint,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
  onTestFinished(() => {
    client.destroy();
    server.close();
    server.closeAllConnections();
  });
  const ledger = cloudWatchLedger({ client, logGroups: ['/aws/lambda/authorize', '/aws/lambda/token'], patience: 1 });
  return { endpoint, ledger, client, queries, looks: () => [...results.values()].map(({ looks }) => looks) };
}

const row = (more: Row): Row => ({
  v: '1',
  endpoint: 'authorize',
  verdict: 'allowed',
  client: 'web',
  method: 'S256',
  policy: 'S256',
  mode: 'enforce',
  decisions: '1',
  latest: '1795000001',
  ...more,
});

describe('a query that fails', () => {
  test.each(['Failed', 'Cancelled', 'Timeout', 'Unknown'])('as %s is an error, not an empty log', async (status) => {
    const { ledger } = await logsServer({ answer: () => [row({})], statuses: ['Running', status] });
    await expect(ledger.tally(period)).rejects.toThrow(LedgerUnavailable);
    await expect(ledger.tally(period)).rejects.toThrow(status);
  });

  test.each([
    { status: 400, type: 'ResourceNotFoundException', message: 'Log group does not exist' },
    { status: 400, type: 'AccessDeniedException', message: 'not authorized to perform: logs:StartQuery' },
    { status: 500, type: 'ServiceUnavailableException', message: 'try later' },
  ])('with $type says what CloudWatch Logs says', async (failure) => {
    const { ledger } = await logsServer({ answer: () => failure });
    await expect(ledger.tally(period)).rejects.toThrow(LedgerUnavailable);
    await expect(ledger.tally(period)).rejects.toThrow(failure.message);
  });

  test('for want of a server is an error', async () => {
    const client = new CloudWatchLogsClient({
      endpoint: 'http://127.0.0.1:1',
      region: 'eu-central-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      maxAttempts: 1,
    });
    await expect(cloudWatchLedger({ client, logGroups: ['a'] }).tally(period)).rejects.toThrow(LedgerUnavailable);
  });

  test('because too many are running is started again', async () => {
    const busy = { status: 400, type: 'LimitExceededException', message: 'too many queries' };
    const { ledger, queries } = await logsServer({ answer: (_query, attempt) => (attempt < 4 ? busy : [row({})]) });
    expect(totalOf((await ledger.tally(period)).tallies)).toBe(1);
    expect(queries).toHaveLength(1);
  });

  test('because too many are running is given up at last', async () => {
    const busy = { status: 400, type: 'LimitExceededException', message: 'too many queries' };
    const { ledger } = await logsServer({ answer: () => busy });
    await expect(ledger.tally(period)).rejects.toThrow('too many queries');
  });
});

describe('a query', () => {
  test('counts what is JSON in the log groups, in exactly the period', async () => {
    const { ledger, queries } = await logsServer({});
    await ledger.tally(period);
    expect(queries).toEqual([
      {
        logGroupNames: ['/aws/lambda/authorize', '/aws/lambda/token'],
        startTime: 1_795_000_000,
        endTime: 1_795_000_100,
        limit: 10_000,
        queryString:
          'filter @message like /^\\{/ and toMillis(@timestamp) >= 1795000000000 and toMillis(@timestamp) < 1795000100000' +
          ' | stats count(*) as decisions, max(time) as latest by v, endpoint, verdict, client, method, policy, mode, reason, mistake, wouldRefuse, grant, refresh',
      },
    ]);
  });

  test('for a trend has rows for each step, by the time of the line', async () => {
    const week = { length: 604_800, origin: 345_600 };
    const answer = (): Row[] => [
      row({ step: '2966', decisions: '4', latest: '1794700000' }),
      row({ step: '2967', decisions: '5', latest: '1795000001' }),
    ];
    const { ledger, queries } = await logsServer({ answer });
    const { tallies, steps } = await ledger.tally(period, week);
    expect(queries[0]?.queryString).toMatch(
      / \| fields floor\(\(time - 345600\) \/ 604800\) as step \| stats .* refresh, step$/,
    );
    expect(steps).toEqual(week);
    expect(tallies.map(({ count, step }) => ({ count, step }))).toEqual([
      { count: 4, step: 345_600 + 2_966 * 604_800 },
      { count: 5, step: 345_600 + 2_967 * 604_800 },
    ]);
  });

  test('is looked at until it is complete; what it found before is not believed', async () => {
    const answer = () => [row({ decisions: '40' }), row({ decisions: '2', method: 'none' })];
    const { ledger, looks } = await logsServer({ answer, statuses: ['Scheduled', 'Running', 'Running', 'Complete'] });
    expect(totalOf((await ledger.tally(period)).tallies)).toBe(42);
    expect(looks()).toEqual([4]);
  });

  test('becomes tallies; members that a line does not have may be missing or empty', async () => {
    const refused = row({ verdict: 'refused', reason: 'code_challenge_required', method: 'none', decisions: '7' });
    const { ledger } = await logsServer({
      answer: (): Row[] => [
        { ...refused, mistake: '', wouldRefuse: '' },
        { v: '1', endpoint: 'sign-in', verdict: 'allowed', decisions: '3', latest: '1795000002' },
      ],
    });
    expect(await ledger.tally(period)).toEqual({
      tallies: [
        {
          endpoint: 'authorize',
          verdict: 'refused',
          client: 'web',
          method: 'none',
          policy: 'S256',
          mode: 'enforce',
          reason: 'code_challenge_required',
          count: 7,
          last: 1_795_000_001,
        },
        { endpoint: 'sign-in', verdict: 'allowed', count: 3, last: 1_795_000_002 },
      ],
      unreadable: { broken: 0, other_version: 0 },
    });
  });

  test('counts what it cannot read', async () => {
    const { ledger } = await logsServer({
      answer: () => [
        { decisions: '3', latest: '' },
        row({ v: '2', decisions: '5' }),
        row({ verdict: 'maybe', decisions: '7' }),
        row({ latest: '', decisions: '11' }),
        row({ latest: '8640000000001', decisions: '17' }),
        row({ decisions: '13' }),
      ],
    });
    const { tallies, unreadable } = await ledger.tally(period);
    expect(totalOf(tallies)).toBe(13);
    expect(unreadable).toEqual({ broken: 38, other_version: 5 });
  });

  test('takes 50 log groups; more of them take more queries, and are added up', async () => {
    const { client, queries } = await logsServer({
      answer: ({ logGroupNames }) => [row({ decisions: String(logGroupNames.length) })],
    });
    const logGroups = Array.from({ length: 70 }, (_, index) => `group-${index}`);
    const { tallies } = await cloudWatchLedger({ client, logGroups, patience: 1 }).tally(period);
    expect(queries.map(({ logGroupNames }) => logGroupNames.length)).toEqual([50, 20]);
    expect(tallies).toHaveLength(1);
    expect(totalOf(tallies)).toBe(70);
  });
});

describe('the audit log of a stage', () => {
  /** A place without stores: nothing but its name is asked for. */
  const contextOf = (place: Place) => ({ open: async () => ({ place }) }) as unknown as Context;

  /** Answers GetParameter with a value, or with the error of a parameter that does not exist. */
  async function parameterServer(value: string | undefined) {
    const asked: string[] = [];
    async function answerRequest(request: IncomingMessage, response: ServerResponse): Promise<void> {
      const { Name: name } = (await json(request)) as { Name: string };
      asked.push(name);
      response.setHeader('content-type', 'application/x-amz-json-1.1');
      response.statusCode = value === undefined ? 400 : 200;
      response.end(
        JSON.stringify(
          value === undefined
            ? { __type: 'ParameterNotFound', message: '' }
            : { Parameter: { Name: name, Value: value } },
        ),
      );
    }
    const server = createServer((request, response) => void answerRequest(request, response));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    onTestFinished(() => {
      server.close();
      server.closeAllConnections();
    });
    return { asked, endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
  }

  function useEndpoints(ssm: string, logs: string): void {
    vi.stubEnv('AWS_ENDPOINT_URL_SSM', ssm);
    vi.stubEnv('AWS_ENDPOINT_URL_CLOUDWATCH_LOGS', logs);
    vi.stubEnv('AWS_REGION', 'eu-central-1');
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'local');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
    onTestFinished(() => void vi.unstubAllEnvs());
  }

  test('is in no known place when its parameter is missing: the sentence says which, and what to do', async () => {
    useEndpoints((await parameterServer(undefined)).endpoint, 'http://127.0.0.1:1');
    const opening = openLedger(contextOf({ kind: 'stage', stage: 'prod' }));
    await expect(opening).rejects.toThrow(LedgerUnavailable);
    await expect(opening).rejects.toThrow(/\/pixy\/prod\/log-groups .*ParameterNotFound.* --log-group/);
  });

  test('has to be named for tables that belong to no stage', async () => {
    await expect(openLedger(contextOf({ kind: 'tables' }))).rejects.toThrow('--log-group');
  });

  test('is in the log groups that the stage wrote down', async () => {
    const { endpoint, queries } = await logsServer({ answer: () => [row({ decisions: '5' })] });
    const parameters = await parameterServer('/pixy/prod/authorize,/pixy/prod/token');
    useEndpoints(parameters.endpoint, endpoint);
    const ledger = await openLedger(contextOf({ kind: 'stage', stage: 'prod' }));
    expect(totalOf((await ledger.tally(period)).tallies)).toBe(5);
    expect(parameters.asked).toEqual(['/pixy/prod/log-groups']);
    expect(queries[0]?.logGroupNames).toEqual(['/pixy/prod/authorize', '/pixy/prod/token']);
  });

  test('is in the log groups that are named instead', async () => {
    const { endpoint, queries } = await logsServer({});
    useEndpoints('http://127.0.0.1:1', endpoint);
    await (await openLedger(contextOf({ kind: 'tables' }), ['mine'])).tally(period);
    expect(queries[0]?.logGroupNames).toEqual(['mine']);
  });
});

describe('more kinds of decisions than a query answers', () => {
  const decisionOf = (client: string): Row => {
    return { v: '1', endpoint: 'authorize', verdict: 'allowed', client, decisions: '1', latest: '1795000001' };
  };

  /** One decision of a client of its own in every hundredth of a second, of which no answer shows more than 10,000. */
  const manyKinds = ({ queryString }: Query): Row[] => {
    const [from = 0, until = 0] = [...queryString.matchAll(/[<=] (\d{13})/g)].map((match) => Number(match[1]) / 10);
    return Array.from({ length: Math.min(until - from, 10_000) }, (_, index) => decisionOf(`client-${from + index}`));
  };

  test('halve the period until nothing is cut off: no gap, nothing twice', async () => {
    const { ledger, queries } = await logsServer({ answer: manyKinds });
    const { tallies } = await ledger.tally({ since: 1_795_000_000, until: 1_795_000_203 });
    expect(totalOf(tallies)).toBe(20_300);
    expect(new Set(tallies.map(({ client }) => client)).size).toBe(20_300);
    expect(queries.length).toBeGreaterThan(4);
  });

  test('within a single second are an error', async () => {
    const full = Array.from({ length: 10_000 }, (_, index) => decisionOf(`client-${index}`));
    const { ledger } = await logsServer({ answer: () => full });
    await expect(ledger.tally({ since: 1_795_000_000, until: 1_795_000_002 })).rejects.toThrow('within one second');
  });
});
