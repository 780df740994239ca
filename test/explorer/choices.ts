import type { Answering, Moment, NamedTables, Play, Stray } from './moment.ts';
import type { CallOutcome, WaitingCall } from './stage.ts';
import { answerCall, type Tables, type WireCall, type WireReply } from './tables-in-memory.ts';

type Outcome = { callId: number; outcome: CallOutcome };

/** What may happen next. `actor`: what comes of the call of the actor `by`; without it, that still waits. */
export type Choice = {
  step: string;
  by?: number;
  since: number;
  actor?: Outcome | undefined;
  to: { now?: number; tables?: NamedTables; faultsLeft?: number; isDisturbed?: true; strays?: readonly Stray[] };
};

export function choicesAt<Told>(
  { tables, now, faultsLeft, actors, strays }: Moment<Told>,
  { clock, start }: Pick<Play<Told>, 'clock' | 'start'>,
  answer: Answering,
): Choice[] {
  const ofActors = actors.flatMap(({ name, waiting, since: began }, by) =>
    waiting.flatMap((call) => {
      const since = call.operation === 'turn' ? now : began;
      return outcomesOf(call, { tables, faultsLeft, start }, answer).map(({ what, actor, ...to }): Choice => {
        return { step: `${name}: ${describeCall(call)}${what}`, by, since, actor, to };
      });
    }),
  );
  const ofStrays = strays.map((call, index): Choice => {
    const to = { tables: answer(tables, call).tables, strays: strays.toSpliced(index, 1) };
    return { step: `${call.name}: ${describeCall(call)}, which nobody waits for`, since: call.since, to };
  });
  const later = clock.find((time) => time > now);
  const isOver = later === undefined || actors.every(({ isDone }) => isDone);
  const ofTime: Choice[] = isOver ? [] : [{ step: `${later - now} s pass`, since: now, to: { now: later } }];
  return [...ofActors, ...ofStrays, ...ofTime];
}

const outage: WireReply = { status: 500, body: '{"__type":"com.amazonaws.dynamodb.v20120810#InternalServerError"}' };

type WhatComes = { what: string; actor?: Outcome } & Choice['to'];

/**
 * What may come of a call: it is answered; an eventually consistent read sees what was at the beginning; and, as long as something
 * may go wrong, the call fails before or after it was done, the function that made it crashes before or after, or the reply is
 * lost and the SDK sends the same call again.
 */
function outcomesOf(
  call: WaitingCall,
  { tables, faultsLeft, start }: { tables: NamedTables; faultsLeft: number; start: Tables },
  answer: Answering,
): WhatComes[] {
  const { id: callId } = call;
  if (call.operation === 'turn') return [{ what: '', actor: { callId, outcome: 'go' } }];
  const done = answer(tables, call);
  const outcomes: WhatComes[] = [
    {
      what: done.reply.status === 200 ? '' : ', which loses',
      tables: done.tables,
      actor: { callId, outcome: done.reply },
    },
  ];
  if (mayBeOutdated(call)) {
    const { reply } = answerCall(start, call);
    if (reply.body !== done.reply.body) {
      outcomes.push({ what: ', which is outdated', isDisturbed: true, actor: { callId, outcome: reply } });
    }
  }
  if (faultsLeft === 0) return outcomes;
  const lost = { faultsLeft: faultsLeft - 1 };
  const wrong = { ...lost, isDisturbed: true } as const;
  outcomes.push({ what: ' fails', ...wrong, actor: { callId, outcome: outage } });
  outcomes.push({ what: ' and a crash before it', ...wrong, actor: { callId, outcome: 'crash' } });
  outcomes.push({ what: ' and a crash after it', ...wrong, tables: done.tables, actor: { callId, outcome: 'crash' } });
  if (done.tables.id === tables.id) return outcomes;
  outcomes.push({ what: ' is done and fails', ...wrong, tables: done.tables, actor: { callId, outcome: outage } });
  outcomes.push({ what: ' is done, its reply is lost, and it is sent again', ...lost, tables: done.tables });
  return outcomes;
}

export const isWrite = ({ operation }: WireCall): boolean => /^(Put|Update|Delete)Item$/.test(operation);

const mayBeOutdated = ({ operation, body }: WireCall): boolean =>
  /^(GetItem|BatchGetItem|Query)$/.test(operation) && !body.includes('"ConsistentRead":true');

function describeCall({ operation, body }: WireCall): string {
  if (operation === 'turn') return body;
  const { TableName = '', UpdateExpression = '' } = JSON.parse(body) as Record<string, string>;
  return [operation, TableName, UpdateExpression.slice(0, 60)].filter((text) => text !== '').join(' ');
}
