import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate as drained } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { openRuntime, type Runtime } from '../../functions/runtime.ts';
import { localTableNames } from '../../infra/local/create-tables.ts';
import { openDatabase } from '../../shared/aws/dynamodb.ts';
import { steadyBytes, steadyRandom } from './steady-random.ts';
import { answerCall, noTables, type Tables, type WireCall, type WireReply } from './tables-in-memory.ts';

/*
 * Where actors run: the functions of the product with a database that does not answer by itself. Every call of an actor waits here
 * until somebody decides what comes of it.
 */

/** A call that waits. `turn` is none of the database: the actor waits to be let on with what it does next. */
export type WaitingCall = { id: number; operation: string; body: string };

/** What comes of a call. `crash`: the function that made it is gone, and its client gets no answer. */
export type CallOutcome = WireReply | 'go' | 'crash';

/** A part in a play: what one client or person does, one request after the other. */
export type Part<Told> = { name: string; play: (me: Actor<Told>) => Promise<void> };

export type Actor<Told> = {
  /**
   * Waits for its turn, runs a function of the product, and keeps what the actor is told: of the answer, which is undefined when
   * the function crashed, and of the reasons in its audit lines.
   */
  act<Answer>(
    what: string,
    work: () => Promise<Answer>,
    describe: (answer: Answer | undefined, reasons: readonly string[]) => Told,
  ): Promise<Told>;
};

/** One actor under way. */
export type Run<Told> = {
  name: string;
  waiting: Map<number, WaitingCall & { settle: (outcome: CallOutcome) => void }>;
  /** Calls of the last request that were on their way when it ended: nobody waits for them, but they may still be done. */
  left: readonly WaitingCall[];
  told: readonly Told[];
  isDone: boolean;
  /** When its last turn began, and the present moment, in epoch seconds. */
  since: number;
  clock: number;
};

type Backstage = {
  /** What it is told without acting, because it was told before. */
  recalled: readonly unknown[];
  /** How many calls and draws there were since the turn began, and the audit lines. */
  calls: number;
  draws: number;
  lines: string[];
  crash: () => void;
  failure?: unknown;
  /** Only then may it do anything: whoever waits for a reply has no work left. */
  isOn: boolean;
};
type AnyRun = Run<unknown> & Backstage;

/** What the functions read and nobody in a play changes: it is answered on the spot. */
const fixedTables: readonly string[] = [localTableNames.clients, localTableNames.keys];

export type Stage = ReturnType<typeof openStage>;

/** `environment` sets the functions up as in a deployment. */
export function openStage(environment: Record<string, string>) {
  const onStage = new AsyncLocalStorage<AnyRun>();
  let tables = noTables;
  let setupClock = 0;

  const client = new DynamoDBClient({
    region: 'eu-central-1',
    credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
    maxAttempts: 1,
    signer: { sign: async (request) => request },
    requestHandler: {
      handle: async ({ headers, body }: { headers: Record<string, string>; body: Uint8Array }) => {
        const operation = headers['x-amz-target']?.split('.')[1] ?? '';
        const { status, body: text } = await hear({ operation, body: new TextDecoder().decode(body) });
        const type = { 'content-type': 'application/x-amz-json-1.0' };
        return { response: { statusCode: status, headers: type, body: Buffer.from(text) } };
      },
    } as never,
  });

  function hear(call: WireCall): WireReply | Promise<WireReply> {
    const run = onStage.getStore();
    if (run !== undefined && !fixedTables.some((name) => call.body.includes(`"${name}"`))) return wait(run, call);
    const answered = answerCall(tables, call);
    tables = answered.tables;
    return answered.reply;
  }

  const runtime: Runtime = openRuntime(environment, {
    database: openDatabase(client),
    now: () => onStage.getStore()?.clock ?? setupClock,
    writeLine: (line) => onStage.getStore()?.lines.push(line),
  });

  /** Goes on until the actor waits for a call, or is done. */
  async function untilItWaits(run: AnyRun): Promise<void> {
    do await drained();
    while (!run.isDone && run.waiting.size === 0);
    run.isOn = false;
    if (run.failure !== undefined) throw run.failure;
  }

  return {
    runtime,

    /** Does something outside of any play, with a database that answers at once. Returns what is in the tables of the play then. */
    async prepare(before: Tables, now: number, work: () => Promise<void>): Promise<Tables> {
      setupClock = now;
      const fixed = [...tables].filter(([key]) => isFixed(key));
      tables = new Map([...fixed, ...before]);
      await work();
      return new Map([...tables].filter(([key]) => !isFixed(key)));
    },

    /**
     * Starts an actor; it waits for its first turn after those that it recalls. The same part always does the same when it gets the
     * same replies.
     */
    async begin<Told>({ name, play }: Part<Told>, recalled: readonly Told[]): Promise<Run<Told>> {
      const run: Run<Told> & Backstage = {
        name,
        waiting: new Map(),
        left: [],
        told: [],
        isDone: false,
        since: 0,
        clock: 0,
        recalled,
        calls: 0,
        draws: 0,
        lines: [],
        crash: () => {},
        isOn: true,
      };
      const whole = onStage.run(run as AnyRun, () => play(actorOf(run)));
      whole
        .catch((failure: unknown) => {
          run.failure = failure;
        })
        .finally(() => {
          run.isDone = true;
        });
      await untilItWaits(run as AnyRun);
      return run;
    },

    /** Has something come of a call, at a moment, and the actor go on. */
    async resume<Told>(resumed: Run<Told>, callId: number, outcome: CallOutcome, clock: number): Promise<void> {
      const run = resumed as AnyRun;
      run.isOn = true;
      run.clock = clock;
      const call = run.waiting.get(callId);
      if (call === undefined) throw new Error(`${run.name} does not wait for call ${callId}`);
      run.waiting.delete(callId);
      if (outcome === 'crash') run.crash();
      else call.settle(outcome);
      await untilItWaits(run);
    },

    /** Makes what is random steady for actors. Returns the function that ends it. */
    steady: () =>
      steadyRandom((size) => {
        const run = onStage.getStore();
        if (run === undefined) return undefined;
        run.draws += 1;
        return steadyBytes(`${run.name} ${run.told.length}`, run.draws, size);
      }),
  };
}

const isFixed = (key: string): boolean => fixedTables.some((name) => key.startsWith(`${name} `));

function wait(run: AnyRun, { operation, body }: WireCall): Promise<WireReply> {
  if (!run.isOn) throw new Error(`${run.name} went on while it waited for a reply: ${operation} ${body}`);
  run.calls += 1;
  const { promise, resolve } = Promise.withResolvers<CallOutcome>();
  run.waiting.set(run.calls, { id: run.calls, operation, body, settle: resolve });
  return promise as Promise<WireReply>;
}

function actorOf<Told>(run: Run<Told> & Backstage): Actor<Told> {
  const keep = (told: Told): Told => {
    run.told = [...run.told, told];
    return told;
  };
  return {
    async act(what, work, describe) {
      if (run.told.length < run.recalled.length) return keep(run.recalled[run.told.length] as Told);
      Object.assign(run, { calls: 0, draws: 0, lines: [] });
      await wait(run as AnyRun, { operation: 'turn', body: what });
      run.since = run.clock;
      const { promise, resolve } = Promise.withResolvers<undefined>();
      run.crash = () => resolve(undefined);
      const answer = await Promise.race([work(), promise]);
      run.left = [...run.waiting.values()].map(({ id, operation, body }) => ({ id, operation, body }));
      run.waiting.clear();
      return keep(
        describe(
          answer,
          run.lines.flatMap((line) => (JSON.parse(line) as { reason?: string }).reason ?? []),
        ),
      );
    },
  };
}
