import { bucket, type Latency, latencies, pausesWhenThrottled, percentiles, seededRandom } from './latency.ts';

/*
 * Simulates sign-ins through API Gateway, two functions and DynamoDB, event by event, against the quotas of AWS. Deterministic:
 * the same settings give the same numbers. bench/scale compares it with real processes.
 */

export type Settings = {
  /** Sign-ins that start per second, evenly spaced. */
  signInsPerSecond: number;
  /** Seconds. */
  duration: number;
  /** Seconds over which the rate rises from zero. */
  ramp: number;
  /** Requests per second and burst, for the account in a region. */
  gateway: { rate: number; burst: number };
  lambda: {
    /** Concurrent executions, for the account in a region. */
    concurrency: number;
    /** New environments of one function in 10 seconds. */
    newInTenSeconds: number;
    /** Environments of each function that are there before. */
    there: number;
    /** Milliseconds. */
    startMs: number;
    /** Milliseconds of a call in which it waits for nobody. */
    computeMs: { authorize: number; token: number };
  };
  /** Units per second that the Grants table accepts, and for reads the People table; and how long a call takes, in milliseconds. */
  dynamodb: { writeUnits: number; readUnits: number; latency: Latency };
  /** Signatures per second, when keys stay in KMS. */
  kms?: { signatures: number };
};

/** The quotas of a new account and of new on-demand tables. */
export const defaults: Omit<Settings, 'signInsPerSecond'> = {
  duration: 30,
  ramp: 0,
  gateway: { rate: 10_000, burst: 5_000 },
  lambda: {
    concurrency: 1_000,
    newInTenSeconds: 1_000,
    there: 0,
    startMs: 250,
    computeMs: { authorize: 4, token: 7 },
  },
  dynamodb: { writeUnits: 4_000, readUnits: 12_000, latency: { p50: 4, p99: 20 } },
};

/** Capacity units that the calls of a sign-in take: session and account in one call, then the code; the redemption with the index by person, and beside it the account. */
export const units = { find: 1, issue: 1, redeem: 2, look: 1 } as const;

/** Milliseconds until the client redeems the code that the browser delivers to it. */
export const onTheWay = 100;

/** The limit that rejected a sign-in. */
export type Limit =
  | 'API Gateway'
  | 'Lambda concurrency'
  | 'Lambda scaling'
  | 'DynamoDB writes'
  | 'DynamoDB reads'
  | 'KMS';

export type Outcome = {
  started: number;
  done: number;
  refused: Partial<Record<Limit, number>>;
  first: Limit | undefined;
  /** Calls of DynamoDB and KMS that were throttled, whether or not a repetition helped. */
  throttled: number;
  /** The most environments that worked at the same time, and the most that existed. */
  busiest: number;
  environments: number;
  /** Milliseconds that the sign-ins which were done spent in functions. */
  p50: number;
  p95: number;
  p99: number;
};

/** Milliseconds of a slot in the calendar. */
const slot = 0.1;

/** Runs the simulation. Times are in milliseconds. */
export function simulate(settings: Settings): Outcome {
  const { gateway, lambda, dynamodb, kms, duration, ramp, signInsPerSecond } = settings;
  const random = seededRandom(1);
  const drawLatency = latencies(dynamodb.latency, random);
  const calendar: ((() => void)[] | undefined)[] = [];
  let now = 0;
  const after = (milliseconds: number, event: () => void) => {
    const at = Math.round(now / slot) + Math.max(1, Math.round(milliseconds / slot));
    const events = calendar[at];
    if (events === undefined) calendar[at] = [event];
    else events.push(event);
  };

  const takes = {
    gateway: bucket(gateway.rate, gateway.burst),
    'DynamoDB writes': bucket(dynamodb.writeUnits, dynamodb.writeUnits),
    'DynamoDB reads': bucket(dynamodb.readUnits, dynamodb.readUnits),
    KMS: kms && bucket(kms.signatures, kms.signatures),
  };
  const newFunction = () => ({
    idle: lambda.there,
    all: lambda.there,
    start: bucket(lambda.newInTenSeconds / 10, lambda.newInTenSeconds),
  });
  const functions = { authorize: newFunction(), token: newFunction() };

  let started = 0;
  const refused: Outcome['refused'] = {};
  let first: Limit | undefined;
  let throttled = 0;
  let busiest = 0;
  let working = 0;
  const times: number[] = [];
  const refuse = (limit: Limit): undefined => {
    refused[limit] = (refused[limit] ?? 0) + 1;
    first ??= limit;
  };

  /** Calls DynamoDB or KMS as the functions do, and `settled` with the limit that was in the way three times. */
  function ask(
    limit: 'DynamoDB writes' | 'DynamoDB reads' | 'KMS',
    wanted: number,
    settled: (failed?: Limit) => void,
    pauses: readonly number[] = pausesWhenThrottled,
  ): void {
    const isTaken = takes[limit]?.(now, wanted) ?? true;
    after(limit === 'KMS' ? 0 : drawLatency(), () => {
      if (isTaken) return settled();
      throttled += 1;
      const [pause, ...later] = pauses;
      if (pause === undefined) return settled(limit);
      after(random() * pause, () => ask(limit, wanted, settled, later));
    });
  }

  /** What a function does, and `settled` with the limit that kept it from that. */
  const work = {
    authorize: (settled: (failed?: Limit) => void) =>
      ask('DynamoDB reads', units.find, (failed) => {
        if (failed) return settled(failed);
        ask('DynamoDB writes', units.issue, settled);
      }),
    token(settled: (failed?: Limit) => void): void {
      const answers: (Limit | undefined)[] = [];
      const answered = (failed?: Limit) => {
        if (answers.push(failed) < 2) return;
        const failure = answers.find((answer) => answer !== undefined);
        if (failure || !takes.KMS) return settled(failure);
        ask('KMS', 2, settled);
      };
      ask('DynamoDB writes', units.redeem, answered);
      ask('DynamoDB reads', units.look, answered);
    },
  };

  /** Calls a function, and `next` with the milliseconds that it took when it has succeeded. */
  function call(name: keyof typeof functions, next: (took: number) => void): undefined {
    if (!takes.gateway(now)) return refuse('API Gateway');
    if (working >= lambda.concurrency) return refuse('Lambda concurrency');
    const environment = functions[name];
    const from = now;
    let startMs = 0;
    if (environment.idle > 0) environment.idle -= 1;
    else if (environment.start(now)) {
      environment.all += 1;
      startMs = lambda.startMs;
    } else return refuse('Lambda scaling');
    working += 1;
    busiest = Math.max(busiest, working);
    after(startMs + lambda.computeMs[name], () =>
      work[name]((failed) => {
        working -= 1;
        environment.idle += 1;
        if (failed) refuse(failed);
        else next(now - from);
      }),
    );
  }

  let due = 0;
  for (let at = 0; at * slot < duration * 1_000 || at < calendar.length; at += 1) {
    now = at * slot;
    for (const event of calendar[at] ?? []) event();
    calendar[at] = undefined;
    if (now >= duration * 1_000) continue;
    due += (signInsPerSecond / 1_000) * slot * Math.min(1, ramp === 0 ? 1 : now / (ramp * 1_000));
    for (; due >= 1; due -= 1) {
      started += 1;
      call('authorize', (inAuthorize) =>
        after(onTheWay, () => call('token', (inToken) => times.push(inAuthorize + inToken))),
      );
    }
  }
  return {
    started,
    done: times.length,
    refused,
    first,
    throttled,
    busiest,
    environments: functions.authorize.all + functions.token.all,
    ...percentiles(Float64Array.from(times)),
  };
}
