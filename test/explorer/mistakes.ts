import { localTableNames } from '../../infra/local/create-tables.ts';
import type { Mutation } from './explore.ts';
import type { Script } from './plays.ts';
import { answerCall, type Tables, type WireCall } from './tables-in-memory.ts';

/*
 * Mistakes that somebody could make in a condition, in what a write sets, or in what is compared. Each is made where the database is
 * called, so the product stays as it is, and each has a play that notices it.
 */

/**
 * `faults`: how many calls must go wrong in the play for it to be noticed; most are without. `onlyLate`: it is noticed at the end of
 * many ways.
 */
export type Mistake = { what: string; noticedIn: string; faults?: number; onlyLate?: true; makeIt: MakeMistake };

/** Changes a call, or the tables that it sees; undefined for calls that are not meant. `start`: the tables of the beginning. */
type MakeMistake = (call: Request, start: Tables) => { call?: Request; sees?: Tables } | undefined;

type Request = Record<string, unknown> & {
  operation: string;
  TableName?: string;
  UpdateExpression?: string;
  ConditionExpression?: string;
  ExpressionAttributeValues?: Record<string, unknown>;
};

/** The mistake as answers of a database, and how often it was made. */
export function mutationOf({ makeIt }: Mistake, start: Tables): { mutation: Mutation; times: () => number } {
  let times = 0;
  const mutation: Mutation = (tables, call) => {
    const request = { ...(JSON.parse(call.body) as object), operation: call.operation };
    const made = makeIt(request, start);
    if (made === undefined) return answerCall(tables, call);
    times += 1;
    const answered = answerCall(made.sees ?? tables, made.call ? wireCallOf(made.call) : call);
    return made.sees ? { ...answered, tables } : answered;
  };
  return { mutation, times: () => times };
}

/** DynamoDB refuses names and values that no expression uses. */
function wireCallOf({ operation, ...request }: Request): WireCall {
  const expressions = Object.entries(request)
    .filter(([name]) => name.endsWith('Expression'))
    .map(([, text]) => text)
    .join(' ');
  const used = new Set(expressions.match(/[#:]\w+/g));
  for (const member of ['ExpressionAttributeNames', 'ExpressionAttributeValues']) {
    const given = Object.entries((request[member] ?? {}) as object).filter(([name]) => used.has(name));
    if (given.length > 0) request[member] = Object.fromEntries(given);
    else delete request[member];
  }
  return { operation, body: JSON.stringify(request) };
}

/** Writes with these words in what they set, and part of one of their expressions left out or replaced. */
const changed =
  (
    meant: { table: keyof typeof localTableNames; sets: string; by?: string },
    expression: 'ConditionExpression' | 'UpdateExpression',
    part: string,
    instead = '',
  ): MakeMistake =>
  (call) => {
    const { operation, TableName, UpdateExpression = '', ExpressionAttributeValues = {} } = call;
    const isMeant =
      operation === 'UpdateItem' &&
      TableName === localTableNames[meant.table] &&
      UpdateExpression.includes(meant.sets) &&
      (meant.by === undefined || meant.by in ExpressionAttributeValues) &&
      call[expression]?.includes(part);
    if (!isMeant) return undefined;
    const text = call[expression]?.replace(part, instead).replace(/^ AND | AND $/, '');
    return { call: { ...call, [expression]: text === '' ? undefined : text } };
  };

const redemption = { table: 'grants', sets: '#state = :redeemed' } as const;
const rotation = { table: 'grants', sets: 'refresh.#hash = :next' } as const;
const keptUse = { table: 'grants', sets: 'SET attempt = :attempt, refresh.usedAt' } as const;
const revocation = { table: 'grants', sets: '#state = :revoked' } as const;
const takingBackAll = { table: 'people', sets: 'epoch = if_not_exists(epoch, :zero) + :one', by: ':seen' } as const;
const accepting = { table: 'people', sets: 'invitation.spentAt = :now' } as const;
const disabling = { table: 'people', sets: 'disabledAt = if_not_exists(disabledAt, :now)' } as const;
const stamping = { table: 'people', sets: 'SET epoch = :to' } as const;
const raise = ', epoch = if_not_exists(epoch, :zero) + :one';

export const mistakes: readonly Mistake[] = [
  {
    what: 'a code is redeemed whatever its state is',
    noticedIn: 'a code and its verifier were stolen, and both redeem it',
    makeIt: changed(redemption, 'ConditionExpression', '#state = :issued AND '),
  },
  {
    what: 'a code is redeemed by any client',
    noticedIn: 'another client tries a code, and what came of it',
    makeIt: changed(redemption, 'ConditionExpression', 'clientId = :clientId AND '),
  },
  {
    what: 'a code is redeemed although it has expired',
    noticedIn: 'a code that is too old',
    makeIt: changed(redemption, 'ConditionExpression', ' AND expiresAt > :now'),
  },
  {
    what: 'whoever redeems a code leaves no mark',
    noticedIn: 'a code is redeemed, and the reply to a call is lost once',
    faults: 1,
    makeIt: changed(redemption, 'UpdateExpression', 'attempt = :attempt, '),
  },
  {
    what: 'any refresh token of a grant is rotated',
    noticedIn: 'a refresh token was stolen, and both use what they have',
    makeIt: changed(rotation, 'ConditionExpression', ' AND refresh.#hash = :presented'),
  },
  {
    what: 'a refresh token of a revoked grant is rotated',
    noticedIn: 'a token is revoked while it is used',
    makeIt: changed(rotation, 'ConditionExpression', '#state = :redeemed AND '),
  },
  {
    what: 'a refresh token is rotated by any client',
    noticedIn: 'another client tries a code, and what came of it',
    makeIt: changed(rotation, 'ConditionExpression', 'clientId = :clientId AND '),
  },
  {
    what: 'a refresh token is rotated although nobody has used it for too long',
    noticedIn: 'a refresh token that nobody has used for too long',
    makeIt: changed(rotation, 'ConditionExpression', ' AND refresh.idleUntil > :now'),
  },
  {
    what: 'a refresh token is rotated after the end of its grant',
    noticedIn: 'refresh tokens that are used until their grants end',
    makeIt: changed(rotation, 'ConditionExpression', ' AND refresh.endsAt > :now'),
  },
  {
    what: 'a refresh token is used after the end of its grant by a client that keeps it',
    noticedIn: 'refresh tokens that are used until their grants end',
    makeIt: changed(keptUse, 'ConditionExpression', ' AND refresh.endsAt > :now'),
  },
  {
    what: 'a rotation does not count generations',
    noticedIn: 'two tabs of one client refresh at the same time',
    onlyLate: true,
    makeIt: changed(rotation, 'UpdateExpression', 'refresh.generation = :generation, '),
  },
  {
    what: 'a rotation forgets when the token before was used',
    noticedIn: 'two tabs of one client refresh at the same time',
    onlyLate: true,
    makeIt: changed(rotation, 'UpdateExpression', 'if_not_exists(refresh.usedAt, :now)', ':none'),
  },
  {
    what: 'a revocation leaves the grant as it is',
    noticedIn: 'a token is revoked while it is used',
    makeIt: changed(revocation, 'UpdateExpression', '#state = :revoked, '),
  },
  {
    what: 'a revocation makes a grant that is not there any more',
    noticedIn: 'a grant is purged while it is revoked and used',
    makeIt: changed(revocation, 'ConditionExpression', 'attribute_exists(id)'),
  },
  {
    what: 'tidying up revokes what was granted later, too',
    noticedIn: 'a session ends all others while its other tab gets a code, and somebody ends it, too',
    makeIt: changed(revocation, 'ConditionExpression', ' AND (attribute_not_exists(epoch) OR epoch <> :current)'),
  },
  {
    what: 'ending all other sessions does not raise the epoch',
    noticedIn: 'two sessions end all others at the same time, and the one that stays goes on',
    makeIt: changed(takingBackAll, 'UpdateExpression', raise),
  },
  {
    what: 'a session that has ended ends all others',
    noticedIn: 'two sessions end all others at the same time, and the one that stays goes on',
    onlyLate: true,
    makeIt: changed(takingBackAll, 'ConditionExpression', ' AND epoch = :seen'),
  },
  {
    what: 'a link for a new password works again',
    noticedIn: 'a link for a new password is used twice',
    onlyLate: true,
    makeIt: changed(accepting, 'ConditionExpression', ' AND attribute_not_exists(invitation.spentAt)'),
  },
  {
    what: 'a new password does not raise the epoch',
    noticedIn: 'a link for a new password is used twice',
    makeIt: changed(accepting, 'UpdateExpression', raise),
  },
  {
    what: 'disabling does not raise the epoch',
    noticedIn: 'an account is disabled and enabled again while a code is redeemed and a token is used',
    makeIt: changed(disabling, 'UpdateExpression', raise),
  },
  {
    what: 'a session that was ended comes back when it is stamped',
    noticedIn: 'a session ends all others while its other tab gets a code, and somebody ends it, too',
    makeIt: changed(stamping, 'ConditionExpression', 'epoch = :from'),
  },
  {
    what: 'the first removal of an app does not raise its epoch',
    noticedIn: 'an app is removed while it gets a new code and refreshes, and another one goes on',
    makeIt: (call) => {
      const isMeant = call.UpdateExpression === 'SET clientEpochs = :first';
      const none = { ':first': { M: { '#app': { N: '0' } } } };
      return isMeant ? { call: { ...call, ExpressionAttributeValues: none } } : undefined;
    },
  },
  {
    what: 'an access token is good although its grant was revoked',
    noticedIn: 'a token is revoked while it is used',
    makeIt: (call, start) => (call.operation === 'BatchGetItem' ? { sees: start } : undefined),
  },
  {
    what: 'the epoch of an account is compared with what it was before',
    noticedIn: 'an account is disabled and enabled again while a code is redeemed and a token is used',
    makeIt: (call, start) => {
      const isMeant = /^(GetItem|BatchGetItem)$/.test(call.operation) && JSON.stringify(call).includes('account#');
      return isMeant ? { sees: start } : undefined;
    },
  },
];

/** The play that notices a mistake. */
export function playFor({ noticedIn }: Mistake, scripts: readonly Script[]): Script {
  const found = scripts.find(({ title }) => title === noticedIn);
  if (!found) throw new Error(`there is no play: ${noticedIn}`);
  return found;
}
