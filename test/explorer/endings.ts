import type { Credential } from './credentials.ts';
import type { Moment, Place } from './moment.ts';
import type { Told } from './requests.ts';

type ActorAt = Place<Told>['actors'][number];

type Step = {
  to: Place<Told>;
  from: Moment<Told> | undefined;
  actor: ActorAt | undefined;
  actorBefore: ActorAt | undefined;
  fresh: readonly Told[];
  inHandAt: (place: Place<Told>) => readonly Credential[];
};

/*
 * Notes for later, beside the ids of grants: what somebody has asked to end and has no answer for yet, and which sessions are over.
 */
const asked = 'asked to end ';
const everySession = 'every session';
const everySessionBut = 'every session but ';

/**
 * What has to be dead from a moment on, because somebody was told so: what they meant when they asked, and whatever is granted
 * later in a session that is over. A request that was on its way may get something that lives; it depends on who came first.
 */
export function endingsIn({ to, from, actor, actorBefore, fresh, inHandAt }: Step): string[] {
  const before = from?.ended ?? [];
  const beginning = from && actorBefore && actor && turnTaken(actorBefore, actor);
  const meant = beginning === undefined ? [] : meantBy(beginning, inHandAt(from as Moment<Told>));
  const answered = fresh.flatMap((told) => endedBy(told, before, () => inHandAt(to)));
  return [...new Set([...before, ...meant.map((grantId) => `${asked}${grantId}`), ...answered])].toSorted();
}

/** What an actor has begun to do, when its turn has just come. */
function turnTaken(before: ActorAt, after: ActorAt): string | undefined {
  const turn = before.waiting.find(({ operation }) => operation === 'turn');
  return after.told.length === before.told.length && !after.waiting.includes(turn as never) ? turn?.body : undefined;
}

function meantBy(what: string, inHand: readonly Credential[]): string[] {
  if (what === 'ends all other sessions') return inHand.map(({ grantId }) => grantId);
  return inHand.filter(({ clientId }) => what === `removes ${clientId}`).map(({ grantId }) => grantId);
}

function endedBy(told: Told, before: readonly string[], inHand: () => readonly Credential[]): string[] {
  const { what, isDone, reasons, presented, client, session, gained } = told;
  const isReplay = reasons.includes('refresh_token_replayed') || reasons.includes('code_spent');
  if (isDone === false && isReplay) return presented ? [presented.grantId] : [];
  if (!isDone) return [];
  const meant = () => before.flatMap((note) => (note.startsWith(asked) ? note.slice(asked.length) : []));
  if (what === 'revokes') return presented && presented.clientId === client ? [presented.grantId] : [];
  if (what.startsWith('removes ')) return meant();
  if (what === 'ends all other sessions') return [...meant(), `${everySessionBut}${session}`];
  if (what === 'resets the password' || what === 'disables the account') {
    return [...inHand().map(({ grantId }) => grantId), everySession];
  }
  if (what === 'asks for a code' && isOver(session, before)) return gained.map(({ grantId }) => grantId);
  return [];
}

const isOver = (session: string | undefined, notes: readonly string[]): boolean =>
  notes.some(
    (note) => note === everySession || (note.startsWith(everySessionBut) && note !== `${everySessionBut}${session}`),
  );
