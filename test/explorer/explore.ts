import { createHash } from 'node:crypto';
import type { ActorState, ActorStates } from './actor-states.ts';
import { type Choice, choicesAt, isWrite } from './choices.ts';
import type { Answering, Moment, NamedTables, Place, Play } from './moment.ts';
import { answerCall, inOrder, type Tables, type WireCall } from './tables-in-memory.ts';

/*
 * Goes through every interleaving of a play, at the level of single calls of the database. At each moment, any actor that waits for
 * a call may be the next one, something may go wrong with the call, or time may pass. Of moments that are equal in everything, one
 * is followed.
 */

/** What led from one moment to the next: the actor that went on, if it was one, and when its request began. */
type Change<Told> = { from: Moment<Told>; by?: number | undefined; since: number };

/**
 * Looks at every moment that is reached, and at what has just led to it. Answers with the grants that have ended by then, or with a
 * promise that is broken.
 */
export type Lookout<Told> = (
  to: Place<Told>,
  change: Change<Told> | undefined,
) => Promise<{ ended: readonly string[] } | { broken: string }>;

/** Answers a call as if there was a mistake in the product. */
export type Mutation = (tables: Tables, call: WireCall) => ReturnType<typeof answerCall>;

export type Explored = {
  states: number;
  transitions: number;
  /** Moments at which every actor is done. */
  ends: number;
  /** A promise that was broken, and the way there: the shortest, unless it was searched deep first. */
  broken?: { promise: string; way: readonly string[] };
};

/** Plays in every way, until a promise is broken. `mutate`: answers of the database with a mistake in them. */
export async function explore<Told>(
  { start, parts, clock, faults, deepFirst = false }: Play<Told>,
  states: ActorStates<Told>,
  lookOut: Lookout<Told>,
  mutate: Mutation = answerCall,
): Promise<Explored> {
  const name = namer();
  const answer = answering(name, mutate);
  const search = openSearch<Told>(deepFirst);
  let transitions = 0;

  /** Takes note of a moment; answers with what was found when a promise is broken there. */
  async function reach(to: Place<Told>, step: Step, change?: Change<Told>): Promise<Explored | undefined> {
    const looked = await lookOut(to, change);
    if ('broken' in looked) {
      return { ...search.sums(), transitions, broken: { promise: looked.broken, way: search.wayTo(step) } };
    }
    search.add({ ...to, ended: looked.ended }, step);
    return undefined;
  }

  /** The moment after a choice. */
  async function follow(moment: Moment<Told>, { by, since, actor, to }: Choice): Promise<Place<Told>> {
    const next = { ...moment, ...to };
    if (actor === undefined || by === undefined) return next;
    const before = moment.actors[by] as ActorState<Told>;
    const step = { ...actor, clock: moment.now };
    const { state, left } = states.known(before, step) ?? (await states.go(before, step));
    const strays = left.filter(isWrite).map((call) => ({ ...call, name: state.name, since }));
    return { ...next, actors: moment.actors.with(by, state), strays: [...moment.strays, ...strays] };
  }

  const actors: ActorState<Told>[] = [];
  for (const part of parts) actors.push(await states.begin(part));
  const first = { tables: name(start), now: clock[0], faultsLeft: faults, isDisturbed: false, actors, strays: [] };
  let broken = await reach(first, { from: -1, what: 'the beginning' });
  for (let next = search.take(); next && !broken; next = search.take()) {
    const { index, moment } = next;
    for (const choice of choicesAt(moment, { clock, start }, answer)) {
      transitions += 1;
      const to = await follow(moment, choice);
      const { by, since, step } = choice;
      broken = await reach(to, { from: index, what: step }, { from: moment, by, since });
      if (broken) break;
    }
  }
  return broken ?? { ...search.sums(), transitions };
}

/** What led to a moment, and the number of the moment before it. */
type Step = { from: number; what: string };

/** The moments that were reached, each once, and those that nobody has gone on from yet. */
function openSearch<Told>(deepFirst: boolean) {
  const keyOf = keys<Told>();
  const seen = new Set<string>();
  const trail: Step[] = [];
  const waiting: ({ index: number; moment: Moment<Told> } | undefined)[] = [];
  let taken = 0;
  let ends = 0;

  return {
    sums: () => ({ states: seen.size, ends }),

    add(moment: Moment<Told>, step: Step): void {
      const key = keyOf(moment);
      if (seen.has(key)) return;
      seen.add(key);
      waiting.push({ index: trail.push(step) - 1, moment });
      if (moment.actors.every(({ isDone }) => isDone)) ends += 1;
    },

    /** The next moment to go on from, with its number. */
    take() {
      if (deepFirst) return waiting.pop();
      const next = waiting[taken];
      waiting[taken] = undefined; // lets go of what is not needed any more
      taken += 1;
      return next;
    },

    wayTo(last: Step): string[] {
      const way = [last.what];
      for (let step = trail[last.from]; step; step = trail[step.from]) way.unshift(step.what);
      return way;
    },
  };
}

/** Gives equal tables the same number. */
function namer(): (tables: Tables) => NamedTables {
  const named = new Map<string, NamedTables>();
  return (tables) => {
    const hash = createHash('sha1');
    for (const key of [...tables.keys()].toSorted(inOrder)) hash.update(`${key}\n${tables.get(key)}\n`);
    const digest = hash.digest('base64');
    const known = named.get(digest);
    if (known) return known;
    const fresh = { id: named.size, tables };
    named.set(digest, fresh);
    return fresh;
  };
}

/** Answers calls, each kind on each tables once. */
function answering(name: (tables: Tables) => NamedTables, mutate: Mutation): Answering {
  const known = new Map<string, ReturnType<Answering>>();
  return (tables, { operation, body }) => {
    const key = `${tables.id} ${operation} ${body}`;
    const before = known.get(key);
    if (before) return before;
    const answered = mutate(tables.tables, { operation, body });
    const fresh = { reply: answered.reply, tables: answered.tables === tables.tables ? tables : name(answered.tables) };
    known.set(key, fresh);
    return fresh;
  };
}

/** Gives equal moments the same short text. */
function keys<Told>(): (moment: Moment<Told>) => string {
  const numbers = new Map<string, number>();
  const numberOf = (text: string): number => {
    if (!numbers.has(text)) numbers.set(text, numbers.size);
    return numbers.get(text) as number;
  };
  return ({ tables, now, faultsLeft, isDisturbed, actors, strays, ended }) => {
    const others = numberOf([isDisturbed, ...ended, ...strays.map(({ body }) => body)].join('\n'));
    return [tables.id, now, faultsLeft, ...actors.map(({ id }) => id), others].join(' ');
  };
}
