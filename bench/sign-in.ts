import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildFunctions } from '../infra/bundling/build.ts';
import { type Measured, medianOf, startLoad } from './measure.ts';
import { newWrappingKey } from './pixy/environment.ts';
import { startPixy } from './pixy/start.ts';

/*
 * npm run bench:sign-in [-- seconds]
 *
 * Measures Pixy alone with the embedded database: sign-ins per second, and how long /authorize and /token take.
 */

const seconds = Number(process.argv[2] ?? 3);
const folder = await mkdtemp(join(tmpdir(), 'pixy-bench-'));
try {
  await buildFunctions(folder, ['authorize', 'token']);
  const pixy = await startPixy({ folder, algorithm: 'RS256', wrappingKey: newWrappingKey() });
  const load = startLoad();
  const job = { target: pixy.target, kind: 'sign-in', connections: 8 } as const;
  await load.measure({ ...job, milliseconds: 1_000 }, pixy.server);
  const rounds: Measured[] = [];
  for (let round = 0; round < 3; round += 1) {
    rounds.push(await load.measure({ ...job, milliseconds: (seconds / 3) * 1_000 }, pixy.server));
  }
  const { perSecond, authorize, token, cpuMs, rssMb } = medianOf(rounds);
  const times = ({ p50, p99 }: { p50: number; p99: number }) => `p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`;
  console.log(`sign-ins    ${perSecond.toFixed(0)} /s, 8 at a time, RS256, embedded DynamoDB`);
  console.log(`/authorize  ${times(authorize)}`);
  console.log(`/token      ${times(token)}`);
  console.log(`processor   ${cpuMs.toFixed(2)} ms a sign-in, ${rssMb.toFixed(0)} MB resident`);
  load.stop();
  await pixy.stop();
} finally {
  await rm(folder, { recursive: true });
}
