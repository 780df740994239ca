import { parseArgs } from 'node:util';
import type { AccessLog } from '../infra/access-log.ts';
import { accessLogBytes, writeLinesOfOneSignIn } from './log-bytes.ts';
import { countMonitoring } from './monitoring.ts';
import prices from './prices.json' with { type: 'json' };
import { lastResults, table, writeAims, writeParts } from './write-results.ts';

/*
 * npm run cost [-- --memory 512] [-- --write]
 *
 * Calculates the cost of a million sign-ins, of a million refreshes and of a month without any, from the counts and times of the
 * last bench, the bytes of real log lines, and the price file, step by step. `--write` puts the result into docs/cost.md, README.md and the aims.
 */

const { values } = parseArgs({
  options: { memory: { type: 'string', default: '512' }, write: { type: 'boolean', default: false } },
});
const results = await lastResults();
if (!results) throw new Error('there are no results yet: npm run bench');
const measuredOn = results.date.slice(0, 10);
const pixy = results.servers.find(
  ({ name, store, algorithm }) => name === 'Pixy' && store === 'DynamoDB' && algorithm === 'RS256',
);
if (!pixy?.counts) throw new Error('the results have no counts');

const counts: NonNullable<typeof pixy.counts> = pixy.counts;
const { aws } = prices;
/** Dollars. */
const aim = 4.4;
const memoryMb = Number(values.memory);
const assumed = {
  /** Megabytes at which a function has one full processor. */
  oneProcessorMb: 1_769,
  /** Milliseconds that a function waits for one call of DynamoDB. */
  databaseMs: 5,
  /** Bytes that CloudWatch adds to every event. */
  logEventBytes: 26,
  /** Writes to the index by person, which an embedded database does not charge: one when a code with a refresh token is redeemed. */
  indexWrites: { signIn: 1, refresh: 0 },
  /** Calls that are made beside another one, so that nobody waits for them: the account, beside the write of /token. */
  callsBeside: { signIn: 1, refresh: 1 },
};

const lines = await writeLinesOfOneSignIn();

/** A million of these: a sign-in, one of a client without refresh tokens, a refresh. */
type Flow = 'signIn' | 'codeOnly' | 'refresh';
const flows = {
  signIn: { requests: 2, measured: pixy.signIn, counted: counts.signIn, ...of('signIn') },
  codeOnly: { requests: 2, measured: pixy.signIn, counted: counts.signIn, ...of('signIn'), indexWrites: 0 },
  refresh: { requests: 1, measured: pixy.refresh, counted: counts.refresh, ...of('refresh') },
};
const names: readonly Flow[] = ['signIn', 'codeOnly', 'refresh'];

function of(flow: 'signIn' | 'refresh') {
  return { indexWrites: assumed.indexWrites[flow], callsBeside: assumed.callsBeside[flow], auditBytes: lines[flow] };
}

/** Dollars per million, by cost item. */
function costOf(flow: Flow, accessLog: AccessLog = 'short'): Record<string, number> {
  const { requests, measured, counted, indexWrites, callsBeside, auditBytes } = flows[flow];
  const computing = measured.cpuMs / Math.min(1, memoryMb / assumed.oneProcessorMb);
  const billedMs = computing + (counted.calls - callsBeside) * assumed.databaseMs + requests * 0.5;
  const logged = (bytes: number) =>
    ((bytes + requests * assumed.logEventBytes) * 1_000_000 * aws.logsIngestionGb) / 1e9;
  return {
    'Lambda requests': requests * aws.lambdaRequestsPerMillion,
    'Lambda time': (memoryMb / 1_024) * billedMs * 1_000 * aws.lambdaGbSecondArm,
    'DynamoDB: what happens to the grant, written': counted.writeUnits * aws.dynamodbWritesPerMillion,
    'DynamoDB: the index by person, written': indexWrites * aws.dynamodbWritesPerMillion,
    'DynamoDB: session and account, read': counted.readUnits * aws.dynamodbReadsPerMillion,
    'Audit log': logged(auditBytes),
    'Access log': accessLog === 'none' ? 0 : logged(requests * accessLogBytes(accessLog)),
  };
}

const gateways = {
  'HTTP API': aws.httpApiPerMillion,
  'HTTP API behind CloudFront and WAF':
    aws.httpApiPerMillion +
    aws.cloudFrontHttpsPerMillion +
    aws.cloudFrontFunctionPerMillion +
    aws.wafRequestsPerMillion,
  'REST API': aws.restApiPerMillion,
  'Function URL': aws.functionUrlPerMillion,
};
const total = (flow: Flow, gateway: keyof typeof gateways, accessLog?: AccessLog): number =>
  Object.values(costOf(flow, gateway === 'Function URL' ? 'none' : accessLog)).reduce(
    (sum, dollars) => sum + dollars,
    flows[flow].requests * gateways[gateway],
  );
const dollars = (value: number): string => `$${value.toFixed(2)}`;

const rowOf = (text: string, dollarsOf: (flow: Flow) => number) => [
  text,
  ...names.map((flow) => dollars(dollarsOf(flow))),
];
const bold = ([text = '', ...cells]: readonly string[]) => [text, ...cells].map((cell) => `**${cell}**`);
const perMillion = table(
  ['per million', 'sign-ins', 'sign-ins without a refresh token', 'refreshes'],
  [
    ...Object.keys(costOf('signIn')).map((item) => rowOf(item, (flow) => costOf(flow)[item] ?? 0)),
    ...(Object.keys(gateways) as (keyof typeof gateways)[]).map((gateway) =>
      bold(rowOf(`with an ${gateway}`.replace('an F', 'a F').replace('an R', 'a R'), (flow) => total(flow, gateway))),
    ),
    rowOf('with an HTTP API and `accessLog: full`', (flow) => total(flow, 'HTTP API', 'full')),
    rowOf('with an HTTP API and `accessLog: none`', (flow) => total(flow, 'HTTP API', 'none')),
  ],
);

const monitored = countMonitoring();
const idleMonth = aws.kmsKeyMonth + monitored.alarmMetrics * aws.alarmMonth + monitored.dashboards * aws.dashboardMonth;
const idle = table(
  ['a month without a sign-in', ''],
  [
    ['the KMS key', dollars(aws.kmsKeyMonth)],
    [
      `${monitored.alarms} alarms, which read ${monitored.alarmMetrics} metrics`,
      dollars(monitored.alarmMetrics * aws.alarmMonth),
    ],
    ['the dashboard, beyond three of the account', dollars(monitored.dashboards * aws.dashboardMonth)],
    [
      'with CloudFront: a web ACL, its four rules and a secret',
      dollars(aws.webAclMonth + 4 * aws.webAclRuleMonth + aws.secretMonth),
    ],
    ['tables, logs and the daily call of rotate-keys', 'below $0.01'],
  ],
);

/** A person who signs in four times a month, with an app that refreshes ten times a day. */
const use = { signIns: 4, refreshes: 300 };
const ofUsers = (users: number): number =>
  (users / 1e6) * (use.signIns * total('signIn', 'HTTP API') + use.refreshes * total('refresh', 'HTTP API')) +
  idleMonth;
const crowds = [10_000, 100_000, 1_000_000];
const managed = table(
  [
    `monthly active users, ${use.signIns} sign-ins and ${use.refreshes} refreshes each`,
    ...crowds.map((users) => users.toLocaleString('en')),
  ],
  [
    ['Pixy on the HTTP API', ...crowds.map((users) => dollars(ofUsers(users)))],
    ...prices.managed.map(({ name, perUserMonth, includedUsers, base, source }) => [
      `[${name}](${source})`,
      ...crowds.map(
        (users) =>
          `$${(base + Math.max(0, users - includedUsers) * perUserMonth).toLocaleString('en', { maximumFractionDigits: 0 })}`,
      ),
    ]),
  ],
);

const assumptions = [
  `Prices of ${prices.date}, ${prices.region}: ${prices.currency}. ${prices.sources.join(', ')}`,
  `Calls and capacity units as counted by the bench of ${measuredOn}: a sign-in ${units('signIn')}, a refresh ${units('refresh')}. Redeeming a code with a refresh token adds ${assumed.indexWrites.signIn} write unit for the index by person, which embedded databases do not count.`,
  `Processor time as measured by the bench with RS256, including the gateway stand-in: ${pixy.signIn.cpuMs.toFixed(2)} ms a sign-in, ${pixy.refresh.cpuMs.toFixed(2)} ms a refresh. At ${memoryMb} MB a function has ${((memoryMb / assumed.oneProcessorMb) * 100).toFixed(0)} % of a processor, assumed to be as fast as the one measured.`,
  `${assumed.databaseMs} ms for each DynamoDB call, except that /token reads the account beside its write, and half a millisecond of rounding per function call. No cold starts: one in a thousand calls would add less than a cent.`,
  `Log lines as written: ${lines.signIn} bytes a sign-in and ${lines.refresh} a refresh, ${accessLogBytes('short')} bytes of access log for every call (${accessLogBytes('full')} if it is full), and ${assumed.logEventBytes} more bytes for each line. A Function URL has no access log. Lambda itself logs only failed calls.`,
  'Private keys in memory. With `signing: kms` every token is a KMS call: $15 per million signatures, $30 per million sign-ins.',
  `Metrics of the audit log, beyond ten of the account: ${dollars(aws.metricMonth)} a month for each that has values in every hour, and nothing for hours without. Each method, grant, reason and kind of change that occurs is one: a server with two methods, two grants and ten reasons pays about ${dollars(20 * aws.metricMonth)}. Alarms and dashboards were counted in the template of a deployment with the default settings.`,
  'Not included: data that leaves AWS ($0.09 a GB; about 4 kB a sign-in, $0.36 per million), storage ($0.25 a GB and month) and the sign-in page itself, which is shown only when there is no session.',
  prices.managedNote,
];

function units(flow: 'signIn' | 'refresh'): string {
  const { calls, writeUnits, readUnits } = counts[flow];
  return `${calls} ${calls === 1 ? 'call' : 'calls'}, ${writeUnits} write and ${readUnits} read units`;
}

const readme = `${dollars(total('signIn', 'HTTP API'))} per million sign-ins and ${dollars(total('refresh', 'HTTP API'))} per million refreshes on the HTTP API, logs included; ${dollars(idleMonth)} a month when nobody signs in (list prices of ${prices.date}, ${prices.region}; npm run cost)`;

const list = assumptions.map((one) => `- ${one}`).join('\n');
process.stdout.write(`${[perMillion, idle, managed, 'Assumed:', list, 'README:', readme].join('\n\n')}\n`);
if (values.write) {
  await writeParts('docs/cost.md', [
    ['per-million', perMillion],
    ['idle', idle],
    ['managed', managed],
    ['assumptions', list],
  ]);
  await writeParts('README.md', [
    [
      'cost',
      `A million sign-ins cost about ${dollars(total('signIn', 'HTTP API'))} on the HTTP API, including logs (\`npm run cost\`).`,
    ],
  ]);
  const [signIn, codeOnly] = [total('signIn', 'HTTP API'), total('codeOnly', 'HTTP API')];
  await writeAims('cost', [
    {
      aim: `a million sign-ins on the HTTP API, with logs ≤ ${dollars(aim)}`,
      reached: `${dollars(signIn)}; ${dollars(codeOnly)} without refresh tokens`,
      met: signIn <= aim,
    },
  ]);
}
