import { table, writeParts } from '../write-results.ts';
import { defaults, type Outcome, type Settings, simulate } from './model.ts';

/*
 * node bench/simulate/main.ts [--write]
 *
 * Simulates 1,000, 10,000 and 100,000 sign-ins a second, against the quotas of a new account and against quotas raised for that
 * rate.
 */

type Case = { name: string; settings: Settings };

const raised = (signInsPerSecond: number): Settings => ({
  ...defaults,
  signInsPerSecond,
  ramp: signInsPerSecond > 10_000 ? 60 : 10,
  duration: signInsPerSecond > 10_000 ? 70 : 30,
  gateway: { rate: signInsPerSecond * 2.5, burst: signInsPerSecond * 2.5 },
  lambda: { ...defaults.lambda, concurrency: signInsPerSecond / 10 + 1_000 },
  dynamodb: { ...defaults.dynamodb, writeUnits: signInsPerSecond * 3.5, readUnits: signInsPerSecond * 2.5 },
});

const cases: Case[] = [1_000, 10_000, 100_000].flatMap((rate) => {
  const each = rate.toLocaleString('en');
  return [
    { name: `${each}/s at once, new account`, settings: { ...defaults, signInsPerSecond: rate, duration: 10 } },
    { name: `${each}/s, quotas raised`, settings: raised(rate) },
  ];
});
cases.push(
  {
    name: '1,000/s, keys in KMS (RSA, 1,000 signatures/s)',
    settings: { ...raised(1_000), kms: { signatures: 1_000 } },
  },
  {
    name: '10,000/s at once, quotas raised',
    settings: { ...raised(10_000), ramp: 0, duration: 10 },
  },
);

const share = (part: number, all: number): string => `${((part / all) * 100).toFixed(1)} %`;

const rows = cases.map(({ name, settings }) => {
  const { started, done, first, refused, busiest, environments, p50, p95, p99 }: Outcome = simulate(settings);
  const reasons = Object.entries(refused).map(([limit, count]) => `${limit} ${share(count, started)}`);
  return [
    name,
    share(done, started),
    first ?? 'nothing',
    reasons.join(', ') || '–',
    String(busiest),
    String(environments),
    [p50, p95, p99].map((ms) => ms.toFixed(0)).join(' · '),
  ];
});
const text = table(
  [
    'sign-ins',
    'done',
    'breaks first',
    'turned away',
    'at work at once',
    'environments',
    'p50 · p95 · p99 ms in functions',
  ],
  rows,
);
process.stdout.write(`${text}\n`);
if (process.argv.includes('--write')) await writeParts('docs/scale.md', [['simulation', text]]);
