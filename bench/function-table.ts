import type { FunctionResult } from './lambda/compare.ts';
import { partNames } from './lambda/profile.ts';
import { fixed, table } from './table.ts';

/** The row of Pixy's that a server is compared with: of the same store, algorithm and flow. */
const pixyLike = (results: readonly FunctionResult[], like: FunctionResult): FunctionResult | undefined =>
  results.find(
    ({ server, version, store, algorithm, flow }) =>
      server === 'Pixy' &&
      version === undefined &&
      store === like.store &&
      algorithm === like.algorithm &&
      flow === like.flow,
  );

const nameOf = ({ server, version, flow }: FunctionResult): string =>
  `${server}${version ? ` ${version}` : ''}${flow === 'pushed' ? ', pushed' : ''}`;

/** Every server as a Lambda function. */
export function functionTable(results: readonly FunctionResult[]): string {
  const head = [
    'server, store, algorithm',
    'CPU ms a sign-in',
    '× Pixy',
    'a refresh',
    '× Pixy',
    'sign-in p50 · p99 ms',
    'refresh p50 · p99 ms',
    'first sign-in, CPU ms',
    'RSS MB',
    'kB a sign-in leaves',
  ];
  const times = ({ p50, p99 }: { p50: number; p99: number }) => `${fixed(p50, 1)} · ${fixed(p99, 1)}`;
  const rows = results.map((one) => {
    const own = pixyLike(results, one);
    const ratio = (part: 'signIn' | 'refresh') => (own && own !== one ? fixed(one[part] / own[part], 1) : '–');
    return [
      `${nameOf(one)}, ${one.store}, ${one.algorithm}`,
      fixed(one.signIn),
      ratio('signIn'),
      fixed(one.refresh),
      ratio('refresh'),
      times(one.signInTimes),
      times(one.refreshTimes),
      fixed(one.first, 0),
      fixed(one.rssMb, 0),
      fixed(one.growthKb, 1),
    ];
  });
  return table(head, rows);
}

/** Which part of Pixy takes how much of a sign-in and a refresh together. */
export function shareTable(results: readonly FunctionResult[]): string {
  const rows = results.flatMap((one) => {
    const { shares, signIn, refresh } = one;
    if (shares === undefined) return [];
    const cells = partNames.map(
      (part) => `${fixed(shares[part] * (signIn + refresh))} (${fixed(shares[part] * 100, 0)} %)`,
    );
    return [[`${nameOf(one)}, ${one.store}, ${one.algorithm}`, fixed(signIn + refresh), ...cells]];
  });
  return table(['CPU ms of a sign-in and a refresh', 'all', ...partNames], rows);
}
