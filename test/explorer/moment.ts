import type { ActorState } from './actor-states.ts';
import type { Part } from './stage.ts';
import type { Tables, WireCall, WireReply } from './tables-in-memory.ts';

/** Tables with a short name that only equal ones have. */
export type NamedTables = { id: number; tables: Tables };

/** What the database answers, and the tables after it. */
export type Answering = (tables: NamedTables, call: WireCall) => { reply: WireReply; tables: NamedTables };

/** A call on its way that nobody waits for any more, of a request that began at `since`. */
export type Stray = WireCall & { name: string; since: number };

/** One moment of a play. `ended`: the grants that have to be dead from now on, as the lookout says. */
export type Moment<Told> = {
  tables: NamedTables;
  /** Epoch seconds. */
  now: number;
  faultsLeft: number;
  /** Whether a call failed for good, a function crashed, or a read was outdated. A reply that was lost once is nothing to notice. */
  isDisturbed: boolean;
  actors: readonly ActorState<Told>[];
  strays: readonly Stray[];
  ended: readonly string[];
};

export type Play<Told> = {
  start: Tables;
  parts: readonly Part<Told>[];
  /** The moments at which something may happen, in epoch seconds: time passes from one to the next, or stays. */
  clock: readonly [number, ...number[]];
  /** How many calls may go wrong. */
  faults: number;
  /** Goes to the end of one way before it tries the next one: finds most mistakes sooner, but not the shortest way there. */
  deepFirst?: boolean;
};

/** A moment that nobody has looked at yet. */
export type Place<Told> = Omit<Moment<Told>, 'ended'>;
