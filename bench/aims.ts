import type { ColdStart } from './cold-start/measure.ts';
import type { FunctionResult, FunctionRow } from './lambda/compare.ts';
import { comparedWith, type Results } from './results.ts';
import { fixed, table } from './table.ts';

export type Aim = { aim: string; reached: string; met: boolean };

/** Aims that a script of its own has measured, and when (YYYY-MM-DD). */
export type KeptAims = { date: string; aims: readonly Aim[] };

const row = (aim: string, reached: string, met: boolean): Aim => ({ aim, reached, met });

export const tableOfAims = (aims: readonly Aim[]): string =>
  table(
    ['aim', 'reached', 'met'],
    aims.map(({ aim, reached, met }) => [aim, reached, met ? 'yes' : '**no**']),
  );

/**
 * Compares the results of one run with the goals, and adds what other scripts measured, with the day where it was another one. Of the
 * goals that compare with an earlier version, there are none without it.
 */
export function aimTable(results: Results, others: readonly KeptAims[]): string {
  const today = results.date.slice(0, 10);
  const kept = others.flatMap(({ date, aims }) =>
    aims.map((one) => (date === today ? one : { ...one, reached: `${one.reached} (${date})` })),
  );
  return tableOfAims([
    ...besideOthers(results),
    ...besideEarlier(results),
    ...coldStarts(results),
    ...sizes(results),
    ...kept,
  ]);
}

type Wanted = Pick<FunctionRow, 'server' | 'store'> & Partial<FunctionRow>;

const find = (functions: readonly FunctionResult[], wanted: Wanted): FunctionResult | undefined => {
  const row = { version: undefined, algorithm: 'ES256', flow: 'plain', ...wanted };
  return functions.find((one) =>
    Object.entries(row).every(([name, value]) => one[name as keyof FunctionRow] === value),
  );
};

/** As Lambda functions, side by side. */
function besideOthers({ functions }: Results): Aim[] {
  const times = (server: FunctionRow['server'], store: FunctionRow['store'], least: number) => {
    const [own, other] = [find(functions, { server: 'Pixy', store }), find(functions, { server, store })];
    const ratio = (part: 'signIn' | 'refresh') => (other?.[part] ?? 0) / (own?.[part] ?? 1);
    return row(
      `CPU of ${server} ≥ ${least} × ours, ${store}`,
      `${fixed(ratio('signIn'), 1)} × a sign-in, ${fixed(ratio('refresh'), 1)} × a refresh`,
      ratio('signIn') >= least && ratio('refresh') >= least,
    );
  };
  return [
    times('openauth', 'DynamoDB', 8),
    times('oidc-provider', 'DynamoDB', 10),
    times('openauth', 'memory', 6),
    times('oidc-provider', 'memory', 6),
  ];
}

function besideEarlier({ functions }: Results): Aim[] {
  return (['RS256', 'ES256'] as const).flatMap((algorithm) => {
    const wanted = { server: 'Pixy', store: 'DynamoDB', algorithm } as const;
    const [own, other] = [find(functions, wanted), find(functions, { ...wanted, version: comparedWith })];
    if (own === undefined || other === undefined) return [];
    const ratio = own.signIn / other.signIn;
    const reached = `${fixed(ratio)} × (a refresh ${fixed(own.refresh / other.refresh)} ×)`;
    return [row(`CPU of a sign-in ≤ 0.8 × ${comparedWith}, ${algorithm}`, reached, ratio <= 0.8)];
  });
}

function coldStarts({ coldStart: { functions, baseline } }: Results): Aim[] {
  const [own, other] = [undefined, comparedWith].map((version) =>
    functions.find((one) => one.name === 'token' && one.version === version),
  );
  if (own === undefined) return [];
  const ratios = (
    least: number,
    aim: string,
    ms: (one: ColdStart) => number,
    cpu: (one: ColdStart) => number,
  ): Aim[] => {
    if (other === undefined) return [];
    const ratio = ms(own) / ms(other);
    const reached = `${fixed(ratio)} × (${fixed(ms(own), 1)} and ${fixed(ms(other), 1)} ms); of the CPU ${fixed(cpu(own) / cpu(other))} ×`;
    return [row(`${aim} ≤ ${least} × ${comparedWith}`, reached, ratio <= least)];
  };
  const whole = own.processMs / baseline.processMs;
  return [
    ...ratios(
      0.7,
      'init and first call of token',
      (one) => one.initMs + one.firstCallMs,
      ({ cpu }) => cpu.initMs + cpu.firstCallMs,
    ),
    ...ratios(
      0.5,
      'first call of token after its init',
      (one) => one.firstCallMs,
      ({ cpu }) => cpu.firstCallMs,
    ),
    row('whole process of token ≤ 3.2 × `node -e 0`', `${fixed(whole, 1)} ×`, whole <= 3.2),
    row('resident memory of token ≤ 70 MB', `${fixed(own.rss / 1e6, 0)} MB`, own.rss <= 70e6),
  ];
}

function sizes({ servers, coldStart }: Results): Aim[] {
  const counts = servers.find(({ name, store }) => name === 'Pixy' && store === 'DynamoDB')?.counts;
  const kB = (name: string) => (coldStart.bundles.find((one) => one.name === name)?.bytes ?? 0) / 1_000;
  return [
    row(
      '2 writes a sign-in, 1 a refresh',
      `${counts?.signIn.writeUnits} and ${counts?.refresh.writeUnits}, and ${counts?.signIn.readUnits} read units a sign-in`,
      counts?.signIn.writeUnits === 2 && counts.refresh.writeUnits === 1,
    ),
    row(
      'bundles of authorize and token ≤ 215 kB',
      `${fixed(kB('authorize'), 0)} and ${fixed(kB('token'), 0)} kB`,
      kB('authorize') <= 215 && kB('token') <= 215,
    ),
  ];
}
