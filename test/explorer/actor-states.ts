import type { CallOutcome, Part, Run, Stage, WaitingCall } from './stage.ts';

/*
 * A promise cannot be copied, so the state of an actor is what has happened to it so far: what it was told by its earlier requests,
 * and the replies to the calls of the present one. Whoever needs that state again starts the part with the same. Most states are
 * reached on many ways, so each is made once and kept; between two requests, ways that told the actor the same meet.
 */

/** Where an actor is: what it waits for and what it was told until then. */
export type ActorState<Told> = {
  id: number;
  name: string;
  waiting: readonly WaitingCall[];
  told: readonly Told[];
  isDone: boolean;
  /** When its last turn began, in epoch seconds: the time by which a request goes. */
  since: number;
};

/** What a step leads to, and the calls that are still on their way although the request has ended. */
export type Reached<Told> = { state: ActorState<Told>; left: readonly WaitingCall[] };

type Step = { callId: number; outcome: CallOutcome; clock: number };

/** `steps`: since its turn came. `run`: an actor that is just there, until somebody takes it further. */
type Kept<Told> = ActorState<Told> & {
  part: Part<Told>;
  steps: readonly Step[];
  next: Map<string, Reached<Told>>;
  run: Run<Told> | undefined;
};

export type ActorStates<Told> = ReturnType<typeof actorStates<Told>>;

export function actorStates<Told>(stage: Stage) {
  const first = new Map<Part<Told>, Kept<Told>>();
  const numbers = new Map<Part<Told>, number>();
  const betweenTurns = new Map<string, Kept<Told>>();
  const all: Kept<Told>[] = [];

  function keep(run: Run<Told>, part: Part<Told>, since: readonly Step[]): Kept<Told> {
    const waiting = [...run.waiting.values()].map(({ id, operation, body }) => ({ id, operation, body }));
    const { name, told, isDone } = run;
    const isBetween = isDone || waiting.some(({ operation }) => operation === 'turn');
    const steps = isBetween ? [] : since;
    const kept = { id: all.length, name, waiting, told, isDone, since: run.since, part, steps, next: new Map(), run };
    if (isBetween) {
      const place = `${partNumber(part)} ${JSON.stringify([told, isDone])}`;
      const known = betweenTurns.get(place);
      if (known) return known;
      betweenTurns.set(place, kept);
    }
    all.push(kept);
    return kept;
  }

  const partNumber = (part: Part<Told>): number => {
    if (!numbers.has(part)) numbers.set(part, numbers.size);
    return numbers.get(part) as number;
  };

  async function runAgain({ part, told, steps }: Kept<Told>): Promise<Run<Told>> {
    const run = await stage.begin(part, told);
    for (const { callId, outcome, clock } of steps) await stage.resume(run, callId, outcome, clock);
    return run;
  }

  return {
    /** Where an actor begins. */
    async begin(part: Part<Told>): Promise<ActorState<Told>> {
      const known = first.get(part);
      if (known) return known;
      const fresh = keep(await stage.begin(part, []), part, []);
      first.set(part, fresh);
      return fresh;
    },

    /** Where an actor is after something came of a call it waits for; undefined when nobody has gone there yet, see `go`. */
    known: ({ id }: ActorState<Told>, step: Step): Reached<Told> | undefined => all[id]?.next.get(keyOf(step)),

    /** The same, and goes there. */
    async go({ id }: ActorState<Told>, step: Step): Promise<Reached<Told>> {
      const from = all[id] as Kept<Told>;
      const known = from.next.get(keyOf(step));
      if (known) return known;
      const run = from.run ?? (await runAgain(from));
      from.run = undefined;
      await stage.resume(run, step.callId, step.outcome, step.clock);
      const state = keep(run, from.part, [...from.steps, step]);
      const reached = { state, left: state.waiting.some(({ operation }) => operation !== 'turn') ? [] : run.left };
      from.next.set(keyOf(step), reached);
      return reached;
    },
  };
}

const keyOf = ({ callId, outcome, clock }: Step): string =>
  `${callId} ${clock} ${typeof outcome === 'string' ? outcome : `${outcome.status} ${outcome.body}`}`;
