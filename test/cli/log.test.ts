import { once } from 'node:events';
import { appendFile, mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { afterAll, describe, expect, test } from 'vitest';
import { linesOfFolder, linesOfLogGroups, type ReadLine } from '../../cli/log/audit-lines.ts';
import { follow } from '../../cli/log/follow.ts';
import { auditLine, type Decision } from '../../shared/audit/decision.ts';
import { LedgerUnavailable } from '../../shared/reports/ledger.ts';
import { emptyFolder, noon, pixy } from './pixy.ts';

const folder = await emptyFolder();
const file = join(folder, 'audit', '2026-11-22.jsonl');
const line = (time: number, decision: Partial<Decision> = {}): string =>
  `${auditLine(time, `request-${time}`, { endpoint: 'authorize', verdict: 'allowed', ...decision })}\n`;

await mkdir(join(folder, 'audit'));
await writeFile(
  file,
  [
    line(noon - 3_600, { client: 'early' }),
    'nonsense\n',
    line(noon - 60, { client: 'shop', verdict: 'refused', reason: 'code_challenge_required' }),
    line(noon - 30, { client: 'other', dropped: 'scope' }),
  ].join(''),
);
const log = (...argv: string[]) => pixy(['log', ...argv, '--local', folder]);

describe('pixy log', () => {
  test('refuses a start that is none', async () => {
    expect(await log('--since', 'yesterday')).toMatchObject({ exitCode: 2, output: '' });
  });

  test('shows the last ten minutes in words', async () => {
    const { output } = await log();
    expect(output.split('\n')).toEqual([
      expect.stringMatching(/ {2}refused {4}authorize {3}shop {10}code_challenge_required: /),
      expect.stringContaining('dropped scope values'),
      '',
    ]);
  });

  test('shows more, or only what was asked for', async () => {
    expect((await log('--since', '2h')).output).toContain('early');
    expect((await log('--client', 'other')).output).not.toContain('shop');
    expect((await log('--refused')).output).not.toContain('other');
    expect((await log('--client', 'shop', '--json')).output).toBe(
      line(noon - 60, { client: 'shop', verdict: 'refused', reason: 'code_challenge_required' }),
    );
  });
});

describe('following', () => {
  test('hands over each line once, as it comes, until it is told to stop', async () => {
    const stop = new AbortController();
    const shown: string[] = [];
    const clock = { now: noon };
    const wake = ({ entry }: ReadLine) => {
      shown.push(entry.client ?? '');
      if (entry.client === 'last') stop.abort();
    };
    const following = follow(
      linesOfFolder(join(folder, 'audit')),
      { since: noon - 120, now: () => clock.now, patience: 5, signal: stop.signal },
      wake,
    );
    await appendFile(file, line(noon, { client: 'new' }));
    while (!shown.includes('new')) await new Promise((done) => setTimeout(done, 5));
    clock.now += 30;
    await appendFile(file, line(noon - 20, { client: 'late' }) + line(noon + 30, { client: 'last' }));
    await following;
    expect(shown).toEqual(['shop', 'other', 'new', 'late', 'last']);
  });
});

/* The real SDK client against a server that speaks the protocol of CloudWatch Logs. */
describe('the log groups of a stage', () => {
  type Asked = { logGroupName: string; filterPattern: string; nextToken?: string; startTime: number };
  const asked: Asked[] = [];
  const server = createServer(async (request, response) => {
    const query = (await json(request)) as Asked;
    asked.push(query);
    const isMissing = query.logGroupName === 'missing';
    const page = query.nextToken === undefined ? { nextToken: 'more', events: [] } : {};
    const time = query.logGroupName === 'one' ? noon - 5 : noon - 10;
    const message = line(time, { client: query.logGroupName });
    response.writeHead(isMissing ? 400 : 200, { 'content-type': 'application/x-amz-json-1.1' });
    const body = isMissing
      ? { __type: 'ResourceNotFoundException', message: 'no such group' }
      : { events: [{ message }, { message: 'START' }], ...page };
    response.end(JSON.stringify(body));
  });
  server.listen(0, '127.0.0.1');
  afterAll(() => server.close());

  async function clientOf() {
    if (!server.listening) await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const credentials = { accessKeyId: 'x', secretAccessKey: 'x' };
    return new CloudWatchLogsClient({ endpoint: `http://127.0.0.1:${port}`, region: 'eu-west-1', credentials });
  }

  test('that cannot be read are named', async () => {
    const reading = linesOfLogGroups(await clientOf(), ['missing'])({ since: noon - 60, until: noon });
    await expect(reading).rejects.toThrow(LedgerUnavailable);
    await expect(reading).rejects.toThrow(/^The log group missing cannot be read: .*AWS_REGION.*: no such group$/);
  });

  test('are read to their last page, and their lines come in the order of time', async () => {
    const lines = await linesOfLogGroups(await clientOf(), ['one', 'two'])({ since: noon - 60, until: noon });
    expect(lines.map(({ entry }) => entry.client)).toEqual(['two', 'one']);
    expect(asked.slice(-3)).toMatchObject([
      { logGroupName: 'one', nextToken: 'more' },
      { logGroupName: 'two', filterPattern: '{ $.v = 1 }', startTime: (noon - 60) * 1_000 },
      { logGroupName: 'two', nextToken: 'more' },
    ]);
  });
});
