import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/*
 * What Lambda gives to a function, with Linux control groups (version 1 or 2), which requires root. Each of these throws where that is not
 * possible.
 */

/** Microseconds. Lambda allots a function its share of a processor in periods of this length. */
const period = 20_000;

const root = '/sys/fs/cgroup';
let groups = 0;

/** A group of its own, by the files that set it up. */
function makeGroup(controller: 'cpu' | 'memory', settings: { first: Settings; second: Settings }) {
  const isFirst = existsSync(join(root, controller));
  groups += 1;
  const group = join(root, isFirst ? controller : '', `pixy-bench-${process.pid}-${groups}`);
  mkdirSync(group, { recursive: true });
  const remove = () => rmdirSync(group);
  try {
    for (const [file, value] of Object.entries(isFirst ? settings.first : settings.second)) {
      writeFileSync(join(group, file), value);
    }
  } catch (error) {
    remove();
    throw error;
  }
  return { group, procs: join(group, 'cgroup.procs'), remove };
}

type Settings = Readonly<Record<string, string>>;

/** Whatever else runs on this machine gets nearly nothing while one of the group could run. */
const goesFirst = { first: { 'cpu.shares': '262144' }, second: { 'cpu.weight': '10000' } };

/** Has these processes go before all others. Returns a function that removes the group once they have ended. */
export function preferProcesses(pids: readonly number[]): () => void {
  const { procs, remove } = makeGroup('cpu', goesFirst);
  for (const pid of pids) writeFileSync(procs, String(pid));
  return remove;
}

/**
 * Limits process `pid` to `share` of a processor, and has it go before others. `waits` returns how many periods have ended in which it had
 * more to do than that; `remove` is for when it has ended.
 */
export function limitProcessor(pid: number, share: number): { waits: () => number; remove: () => void } {
  const quota = String(Math.round(period * share));
  const { group, procs, remove } = makeGroup('cpu', {
    first: { 'cpu.cfs_period_us': String(period), 'cpu.cfs_quota_us': quota, ...goesFirst.first },
    second: { 'cpu.max': `${quota} ${period}`, ...goesFirst.second },
  });
  writeFileSync(procs, String(pid));
  const waits = () => Number(/^nr_throttled (\d+)/m.exec(readFileSync(join(group, 'cpu.stat'), 'utf8'))?.[1]);
  return { waits, remove };
}

/**
 * A group of processes that together have so many megabytes: one more, and the kernel ends one of them. A shell that is started with the
 * arguments `enter` puts itself into it and then becomes the command that follows them.
 */
export function limitMemory(megabytes: number): { enter: string[]; remove: () => void } {
  const bytes = String(megabytes * 1_048_576);
  const { procs, remove } = makeGroup('memory', {
    first: { 'memory.limit_in_bytes': bytes },
    second: { 'memory.max': bytes, 'memory.swap.max': '0' },
  });
  return { enter: ['-c', `echo $$ > ${procs} && exec "$@"`, 'sh'], remove };
}
