/*
 * Simulates sign-ins through API Gateway, two functions and DynamoDB, event by event, against the quotas of AWS. Deterministic:
 * the same settings give the same numbers.
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
    /** Milliseconds. */
    startMs: number;
    authorizeMs: number;
    tokenMs: number;
  };
  /** Units per second that the Grants table accepts, and for reads the People table. */
  dynamodb: { writeUnits: number; readUnits: number };
  /** Signatures per second, when keys stay in KMS. */
  kms?: { signatures: number };
};

/** The quotas of a new account and of new on-demand tables. */
export const defaults: Omit<Settings, 'signInsPerSecond'> = {
  duration: 30,
  ramp: 0,
  gateway: { rate: 10_000, burst: 5_000 },
  lambda: { concurrency: 1_000, newInTenSeconds: 1_000, startMs: 250, authorizeMs: 14, tokenMs: 12 },
  dynamodb: { writeUnits: 4_000, readUnits: 12_000 },
};

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
  /** The most environments that worked at the same time, and the most that existed. */
  busiest: number;
  environments: number;
  coldStarts: number;
  p50: number;
  p99: number;
};

/** A bucket of up to `size` tokens that fills at `rate` per second. */
function bucket(rate: number, size: number) {
  let tokens = size;
  let last = 0;
  return (now: number, wanted = 1): boolean => {
    tokens = Math.min(size, tokens + ((now - last) / 1_000) * rate);
    last = now;
    if (tokens < wanted) return false;
    tokens -= wanted;
    return true;
  };
}

/** Runs the simulation. Times are in milliseconds, which is also the length of a slot in the calendar. */
export function simulate(settings: Settings): Outcome {
  const { gateway, lambda, dynamodb, kms, duration, ramp, signInsPerSecond } = settings;
  const calendar: (() => void)[][] = [];
  let now = 0;
  const after = (milliseconds: number, event: () => void) => {
    const at = Math.ceil(now + Math.max(1, milliseconds));
    calendar[at] = calendar[at] ?? [];
    calendar[at].push(event);
  };

  const takes = {
    gateway: bucket(gateway.rate, gateway.burst),
    writes: bucket(dynamodb.writeUnits, dynamodb.writeUnits),
    reads: bucket(dynamodb.readUnits, dynamodb.readUnits),
    kms: kms && bucket(kms.signatures, kms.signatures),
  };
  const newFunction = () => ({ idle: 0, all: 0, start: bucket(lambda.newInTenSeconds / 10, lambda.newInTenSeconds) });
  const functions = { authorize: newFunction(), token: newFunction() };

  const outcome: Outcome = {
    started: 0,
    done: 0,
    refused: {},
    first: undefined,
    busiest: 0,
    environments: 0,
    coldStarts: 0,
    p50: 0,
    p99: 0,
  };
  const times: number[] = [];
  let working = 0;
  const refuse = (limit: Limit): undefined => {
    outcome.refused[limit] = (outcome.refused[limit] ?? 0) + 1;
    outcome.first ??= limit;
  };

  /** Calls a function, and `next` when it is done. */
  function call(name: keyof typeof functions, next: () => void): undefined {
    if (!takes.gateway(now)) return refuse('API Gateway');
    if (working >= lambda.concurrency) return refuse('Lambda concurrency');
    const environment = functions[name];
    let startMs = 0;
    if (environment.idle > 0) environment.idle -= 1;
    else if (environment.start(now)) {
      environment.all += 1;
      outcome.coldStarts += 1;
      startMs = lambda.startMs;
    } else return refuse('Lambda scaling');
    working += 1;
    outcome.busiest = Math.max(outcome.busiest, working);
    after(startMs + (name === 'authorize' ? lambda.authorizeMs : lambda.tokenMs), () => {
      working -= 1;
      environment.idle += 1;
      // One unit for the code, one for its redemption and one for the index by person. Two tokens are two signatures.
      if (name === 'authorize' && !takes.reads(now, 0.5)) return refuse('DynamoDB reads');
      if (!takes.writes(now, name === 'authorize' ? 1 : 2)) return refuse('DynamoDB writes');
      if (name === 'token' && takes.kms && !takes.kms(now, 2)) return refuse('KMS');
      next();
    });
  }

  let due = 0;
  for (now = 0; now < duration * 1_000 || calendar.length > now; now += 1) {
    for (const event of calendar[now] ?? []) event();
    calendar[now] = [];
    if (now >= duration * 1_000) continue;
    due += (signInsPerSecond / 1_000) * Math.min(1, ramp === 0 ? 1 : now / (ramp * 1_000));
    for (; due >= 1; due -= 1) {
      outcome.started += 1;
      const from = now;
      // The client redeems the code once the browser has delivered it, 100 ms later.
      call('authorize', () =>
        after(100, () =>
          call('token', () => {
            outcome.done += 1;
            times.push(now - from - 100);
          }),
        ),
      );
    }
  }
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.floor(times.length * share)] ?? 0;
  const environments = functions.authorize.all + functions.token.all;
  return { ...outcome, environments, p50: at(0.5), p99: at(0.99) };
}
