import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs';

/** Microseconds. Lambda allots a function its share of a processor in periods of this length. */
const period = 20_000;

const name = `pixy-bench-${process.pid}`;

/**
 * Limits process `pid` to `share` of a processor with Linux control groups (version 1 or 2), which requires root. Throws where
 * that is not possible. Returns a function that removes the group once the process has ended.
 */
export function limitProcessor(pid: number, share: number): () => void {
  const quota = Math.round(period * share);
  const root = '/sys/fs/cgroup';
  const isFirst = existsSync(`${root}/cpu`);
  const group = isFirst ? `${root}/cpu/${name}` : `${root}/${name}`;
  mkdirSync(group, { recursive: true });
  try {
    if (isFirst) {
      writeFileSync(`${group}/cpu.cfs_period_us`, String(period));
      writeFileSync(`${group}/cpu.cfs_quota_us`, String(quota));
    } else {
      writeFileSync(`${group}/cpu.max`, `${quota} ${period}`);
    }
    writeFileSync(`${group}/cgroup.procs`, String(pid));
  } catch (error) {
    rmdirSync(group);
    throw error;
  }
  return () => rmdirSync(group);
}
