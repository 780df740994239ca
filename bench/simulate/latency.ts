/** A random number of at least 0 and below 1. */
export type Random = () => number;

/** The milliseconds in which a call of DynamoDB is answered: half of them and 99 of a hundred. */
export type Latency = { p50: number; p99: number };

/** Random numbers that are the same in every run (Mulberry32). */
export function seededRandom(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The 99th percentile of the normal distribution, in standard deviations. */
const z99 = 2.326;

/** Draws latencies of a log-normal distribution with these two percentiles. */
export function latencies({ p50, p99 }: Latency, random: Random): () => number {
  const deviation = Math.log(p99 / p50) / z99;
  return () => {
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    return p50 * Math.exp(deviation * normal);
  };
}

/** A bucket of up to `size` units that fills at `rate` per second. The function takes some at a moment in milliseconds, if they are there. */
export function bucket(rate: number, size: number): (now: number, wanted?: number) => boolean {
  let units = size;
  let last: number | undefined;
  return (now, wanted = 1) => {
    units = Math.min(size, units + ((now - (last ?? now)) / 1_000) * rate);
    last = now;
    if (units < wanted) return false;
    units -= wanted;
    return true;
  };
}

/** How the client of the bundles repeats a call that was throttled (infra/bundling/sdk/json-client.ts): pauses at random up to these milliseconds. */
export const pausesWhenThrottled = [500, 1_000] as const;

export function percentiles(times: Float64Array): { p50: number; p95: number; p99: number } {
  times.sort();
  const at = (part: number) => times[Math.min(times.length - 1, Math.floor(times.length * part))] ?? 0;
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}
