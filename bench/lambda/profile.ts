import { readFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { SourceMap } from 'node:module';
import { fileURLToPath } from 'node:url';

/* Which part of Pixy takes the processor's time, from samples of a running function. */

/** What a part is for, by where its code is; the first that fits counts. */
const parts = [
  ['store', /^infra\/bundling\/sdk\/|^shared\/aws\/|-store\.ts$|-record\.ts$|valibot/],
  ['sign', /^shared\/(keys|tokens)\/|^shared\/grants\/(hide|code|refresh-token)\.ts|^shared\/secret\.ts/],
  ['log', /^shared\/audit\//],
  ['adapter', /^shared\/http\/|@middy/],
  ['parse', /^shared\/oauth\//],
  ['policy', /^(shared|functions)\//],
] as const;

export const partNames = [...parts.map(([name]) => name), 'Node'] as const;
export type PartName = (typeof partNames)[number];
export type Shares = Record<PartName, number>;

type Frame = { url: string; functionName: string; lineNumber: number; columnNumber: number };
type Node = { id: number; callFrame: Frame; children?: number[] };

/** Microseconds between two samples. */
const interval = 200;

/**
 * Returns each part's share of the time that `work` takes outside of this folder. What Node does for a part is the part's: the call of a
 * hash, or of a socket. `Node` is what it does for nobody in particular, such as collecting garbage.
 */
export async function profile(work: () => Promise<unknown>): Promise<Shares> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval });
  await session.post('Profiler.start');
  await work();
  const { profile } = await session.post('Profiler.stop');
  session.disconnect();
  const nodes = new Map(profile.nodes.map((node) => [node.id, node as Node]));
  const parents = new Map(profile.nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])));
  const times: Record<string, number> = {};
  for (const [index, id] of (profile.samples ?? []).entries()) {
    const part = partOf(id, nodes, parents);
    // A sample that comes late says that something else had the processor.
    const time = Math.min(profile.timeDeltas?.[index] ?? 0, 2 * interval);
    if (part !== undefined) times[part] = (times[part] ?? 0) + time;
  }
  const whole = Object.values(times).reduce((sum, time) => sum + time, 0);
  return Object.fromEntries(partNames.map((name) => [name, (times[name] ?? 0) / whole])) as Shares;
}

/** The part that a sample belongs to: that of the nearest caller which is Pixy's. Undefined for waiting, and for what measures. */
function partOf(
  id: number,
  nodes: ReadonlyMap<number, Node>,
  parents: ReadonlyMap<number, number>,
): PartName | undefined {
  if (nodes.get(id)?.callFrame.functionName === '(idle)') return undefined;
  for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) {
    const frame = nodes.get(at)?.callFrame;
    if (frame === undefined || frame.url === '' || frame.url.startsWith('node:')) continue;
    const source = sourceOf(frame);
    return source === undefined ? undefined : (parts.find(([, where]) => where.test(source))?.[0] ?? 'policy');
  }
  return 'Node';
}

const maps = new Map<string, SourceMap>();

/** The source file of a frame of a bundle, from the root of the repository. */
function sourceOf({ url, lineNumber, columnNumber }: Frame): string | undefined {
  if (!url.endsWith('.mjs')) return undefined;
  const map = maps.get(url) ?? new SourceMap(JSON.parse(readFileSync(`${fileURLToPath(url)}.map`, 'utf8')));
  maps.set(url, map);
  const entry = map.findEntry(lineNumber, columnNumber);
  return 'originalSource' in entry ? entry.originalSource.replace(/^(\.\.\/)+/, '') : undefined;
}
