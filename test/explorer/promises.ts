import type { Credential } from './credentials.ts';
import { endingsIn } from './endings.ts';
import type { Lookout } from './explore.ts';
import { type Living, TrialFailed } from './lives.ts';
import type { Moment, Place } from './moment.ts';
import type { Told } from './requests.ts';
import { refreshGrace } from './world.ts';

/*
 * What holds at every moment of every play, whoever comes first and whatever goes wrong.
 */

/** What a play promises besides. Actors are named. */
export type PlayPromises = {
  /** What somebody has in hand from the start. */
  inHand: readonly Credential[];
  /** Who tries what is another client's: they get nothing, and do no harm. */
  strangers?: readonly string[];
  /** Who does nothing wrong and is never refused. */
  honest?: readonly string[];
  /** Whose newest refresh token is good when everybody is done; of which group at least one has such a token. */
  survivors?: readonly string[];
  oneSurvives?: readonly string[];
  /** The honest and the survivors try again when there is no answer. The others are promised nothing once they were disturbed. */
  triesAgain?: boolean;
  /** While nothing is good any more of what was in hand from the start, what is good stays so. */
  keepsLater?: boolean;
  /** From this moment on, nothing is good any more. */
  overAt?: number;
};

type ActorAt = Place<Told>['actors'][number];

/** A moment, and the one before it. */
type View = {
  play: PlayPromises;
  faults: number;
  to: Place<Told>;
  from: Moment<Told> | undefined;
  /** Who has just gone on, and what they were told. */
  actor: ActorAt | undefined;
  fresh: readonly Told[];
  ended: readonly string[];
  credentials: readonly Credential[];
  before: readonly Credential[];
  isAlive: (credential: Credential) => boolean;
  wasAlive: (credential: Credential) => boolean;
};

/** Each answers with the promise that is broken. */
const promises: readonly ((view: View) => string | undefined)[] = [
  function whatWasTakenBackIsDead({ credentials, ended, isAlive }) {
    const found = credentials.find((one) => ended.includes(one.grantId) && isAlive(one));
    return found && `what was taken back is dead, but the ${found.kind} is not`;
  },

  function whatIsDeadStaysDead({ before, wasAlive, isAlive }) {
    const found = before.find((one) => !wasAlive(one) && isAlive(one));
    return found && `what is dead stays dead, but the ${found.kind} came to life`;
  },

  function everythingEnds({ play: { overAt }, to, credentials, isAlive }) {
    const found = overAt !== undefined && to.now >= overAt ? credentials.find(isAlive) : undefined;
    return found && `everything is over, but the ${found.kind} is good`;
  },

  function aCodeGivesTokensOnce({ to }) {
    const redeemed = toldIn(to).filter(({ what, isDone }) => what === 'redeems the code' && isDone);
    return hasTwice(redeemed.map(({ presented }) => presented?.grantId)) ? 'a code gives tokens once' : undefined;
  },

  function aLinkWorksOnce({ to }) {
    const isUse = ({ what, isDone }: Told) => what === 'resets the password' && isDone;
    return toldIn(to).filter(isUse).length > 1 ? 'a link for a new password works once' : undefined;
  },

  function aRefreshTokenHasOneSuccessor({ credentials }) {
    const tokens = credentials.filter(({ kind }) => kind === 'refresh token');
    const isSplit = hasTwice(tokens.map(({ grantId, generation }) => `${grantId} ${generation}`));
    return isSplit ? 'a refresh token has one successor' : undefined;
  },

  function aReplacedRefreshTokenEnds({ to, credentials, isAlive }) {
    // Whoever has no answer yet may have been the first to use the successor, and later than the others.
    if (to.isDisturbed || !to.actors.every(isBetweenRequests)) return undefined;
    const used = toldIn(to).filter(({ presented, isDone }) => presented?.kind === 'refresh token' && isDone);
    const lastUse = ({ grantId, generation = 0 }: Credential) => {
      const uses = used.filter(({ presented: one }) => one?.grantId === grantId && one.generation === generation + 1);
      return Math.max(...uses.flatMap(({ gained }) => gained.map(({ issuedAt = 0 }) => issuedAt)));
    };
    const isReplaced = (one: Credential) => one.kind === 'refresh token' && lastUse(one) > 0;
    const found = credentials.find((one) => isReplaced(one) && lastUse(one) + refreshGrace < to.now && isAlive(one));
    return found && 'a refresh token ends a while after its successor was used';
  },

  function nothingFailsByItself({ to, faults }) {
    const failed = toldIn(to).filter(({ isDone }) => isDone === undefined).length;
    return failed > faults - to.faultsLeft ? 'nothing fails by itself' : undefined;
  },

  function strangersGetNothing({ play: { strangers = [] }, actor, fresh, before, wasAlive, isAlive }) {
    if (actor === undefined || !strangers.includes(actor.name)) return undefined;
    if (fresh.some(({ gained }) => gained.length > 0)) return 'a stranger gets nothing';
    const harmed = before.find((one) => wasAlive(one) && !isAlive(one));
    return harmed && `a stranger does no harm, but ended the ${harmed.kind}`;
  },

  function theHonestAreNeverRefused({ play, to, actor, fresh }) {
    if (actor === undefined || !play.honest?.includes(actor.name) || (to.isDisturbed && !play.triesAgain))
      return undefined;
    const refused = fresh.find(({ isDone }) => isDone === false);
    return refused && `${actor.name} is never refused, but: ${refused.what}: ${refused.reasons.join(', ')}`;
  },

  function survivorsGoOn({ play, to, isAlive }) {
    if (!to.actors.every(({ isDone }) => isDone) || (to.isDisturbed && !play.triesAgain)) return undefined;
    const goesOn = (name: string) => {
      const newest = gainedBy(to, name).findLast(({ kind }) => kind === 'refresh token');
      return newest !== undefined && isAlive(newest);
    };
    const lost = play.survivors?.find((name) => !goesOn(name));
    if (lost !== undefined) return `${lost} can go on in the end`;
    return play.oneSurvives && !play.oneSurvives.some(goesOn) ? 'one of them can go on in the end' : undefined;
  },

  function laterGrantsStay({ play, to, from, before, wasAlive, isAlive }) {
    if (!play.keepsLater || to.now !== from?.now || play.inHand.some(wasAlive)) return undefined;
    const lost = before.find((one) => one.kind !== 'code' && wasAlive(one) && !isAlive(one));
    return lost && `what is granted after the taking back stays, but the ${lost.kind} is gone`;
  },
];

/** The promises of one play, as {@link Lookout} asks for them. */
export function promisesOf(play: PlayPromises, living: Living, faults: number): Lookout<Told> {
  const inHandAt = ({ actors }: Place<Told>): Credential[] => {
    const gained = actors.flatMap(({ told }) => told.flatMap((one) => one.gained));
    return [...new Map([...play.inHand, ...gained].map((one) => [one.text, one])).values()];
  };

  return async (to, change) => {
    const { from, by, since = to.now } = change ?? {};
    const actor = by === undefined ? undefined : to.actors[by];
    const actorBefore = by === undefined ? undefined : from?.actors[by];
    const fresh = actorBefore === undefined ? [] : (actor?.told.slice(actorBefore.told.length) ?? []);
    const ended = endingsIn({ to, from, actor, actorBefore, fresh, inHandAt });
    const isSame = from && fresh.length === 0 && to.tables.id === from.tables.id && to.now === from.now;
    if (isSame) return { ended };
    try {
      const credentials = inHandAt(to);
      const before = from ? inHandAt(from) : [];
      const alive = await living(credentials, to.tables, to.now);
      const lived = from ? await living(before, from.tables, from.now) : alive;
      // What ran out is not dead for a request that began before.
      const livedThen = from && since !== from.now ? await living(before, from.tables, since) : lived;
      const isAlive = ({ text }: Credential) => alive.has(text);
      const wasAlive = ({ text }: Credential) => lived.has(text) || livedThen.has(text);
      const view = { play, faults, to, from, actor, fresh, ended, credentials, before, isAlive, wasAlive };
      for (const promise of promises) {
        const broken = promise(view);
        if (broken !== undefined) return { broken };
      }
      return { ended };
    } catch (error) {
      if (error instanceof TrialFailed) return { broken: error.message };
      throw error;
    }
  };
}

const isBetweenRequests = ({ isDone, waiting }: ActorAt): boolean =>
  isDone || waiting.some(({ operation }) => operation === 'turn');

const toldIn = ({ actors }: Place<Told>): Told[] => actors.flatMap(({ told }) => told);

const gainedBy = ({ actors }: Place<Told>, name: string): Credential[] =>
  actors.filter((one) => one.name === name).flatMap(({ told }) => told.flatMap(({ gained }) => gained));

const hasTwice = (values: readonly unknown[]): boolean => new Set(values).size < values.length;
