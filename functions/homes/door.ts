import { setTimeout as sleep } from 'node:timers/promises';
import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { type Home, homeIn } from '../../shared/home.ts';
import type { Homes } from '../../shared/homes.ts';
import type { HttpApiHandler } from '../../shared/http/endpoint.ts';
import { maximumBytes } from '../../shared/http/form.ts';
import type { Reply } from '../../shared/http/reply.ts';
import { readRequest } from '../../shared/http/request.ts';
import { activeSession } from '../../shared/http/session-cookie.ts';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import type { Session } from '../../shared/people/session.ts';
import { sessionStore } from '../../shared/people/session-store.ts';
import { signedInStore } from '../../shared/people/signed-in-store.ts';
import type { Runtime } from '../runtime.ts';
import { homeOf, selfRegisteredIn } from './home-of.ts';
import { lateClients } from './late-clients.ts';
import { answerQuestion, type Question } from './questions.ts';
import { sendByLambda } from './send.ts';

/*
 * The door of a function, where a server has several regions: lets in what belongs here and passes on what belongs elsewhere. Loaded only
 * there.
 */

/** Whether somebody is signed in with the session of a cookie: asked of the same function, which finds sessions anyway. */
type SessionQuestion = { ask: 'isSignedIn'; sessionId: string };

/** An event from another region: a request that it passed on, or a question of its own. `passedOnBy`: its letter. */
export type PassedOn = { passedOnBy: Home } & (APIGatewayProxyEventV2 | { question: Question | SessionQuestion });

export type Door = {
  /** Requests that this region has received. */
  fromOutside: HttpApiHandler;
  /** What another region has sent. Never goes on to a third. */
  fromRegion(event: PassedOn, context: Context): Promise<unknown>;
};

type Opening = {
  name: string;
  handler: HttpApiHandler;
  homes: Homes;
  runtime: Runtime;
  /** The event of a request that cannot be answered, because this region gives no answer. */
  unanswered: (event: APIGatewayProxyEventV2, home: Home, cause: unknown) => APIGatewayProxyEventV2;
};

/** How often, and after how many milliseconds each, a session of another region is looked for again. */
const patience = { times: 3, ms: 500 };

/** Milliseconds for the region of such a session to answer. A person waits for it, and a region may be lost. */
const longestLook = 3_000;

/** The session of a cookie that began in another region, and its copy where that is here. */
type BegunElsewhere = { home: Home; sessionId: string; copy: Session | undefined };

/** Seconds after it was written in which a session may have come between two looks. */
const justNow = 10;

export function openDoor({ name, handler, homes, runtime, unanswered }: Opening): Door {
  const { config, send = sendByLambda } = runtime;
  const find = sessionFinder(name, runtime);
  const isClientLate = lateClients(runtime);

  const passOn = async (home: Home, event: APIGatewayProxyEventV2): Promise<Reply> =>
    asReply(await ask(home, withoutExcess(event)));

  async function ask(home: Home, event: Omit<PassedOn, 'passedOnBy'>): Promise<unknown> {
    const place = homes.others.get(home);
    if (place === undefined) throw new Error('there is no such region');
    return send(place, name, { ...event, passedOnBy: homes.here });
  }

  return {
    async fromOutside(event, context) {
      const home = homeOf(name, event, { ...config, homes }) ?? (await knowsClient(event));
      if (home !== undefined && home !== homes.here) {
        return passOn(home, event).catch((cause: unknown) => handler(unanswered(event, home, cause), context));
      }
      if (home !== undefined) return answerHere(event, context);
      const reply = await handler(event, context);
      const session = await missedIn(reply, event);
      if (session === undefined) return reply;
      if (session.copy) return handler(event, context);
      // If its region gives no answer, signing in once more does.
      return Promise.race([passOn(session.home, event).catch(() => reply), sleep(longestLook, reply)]);
    },

    async fromRegion({ passedOnBy, ...event }, context) {
      if (!homes.others.has(passedOnBy)) throw new Error('another server has passed this on');
      if (!('question' in event)) return answerHere(event, context);
      const { question } = event;
      return question.ask === 'isSignedIn' ? await findSession(question.sessionId) : answerQuestion(question, runtime);
    },
  };

  /** The first region, for a client that registered itself there and has not come here yet. */
  async function knowsClient(event: APIGatewayProxyEventV2): Promise<Home | undefined> {
    const clientId = homes.here === homes.first ? undefined : selfRegisteredIn(name, event);
    return clientId !== undefined && (await isClientLate(clientId)) ? homes.first : undefined;
  }

  /** What no other region can answer waits for the copy of a session, for a moment. */
  async function answerHere(event: APIGatewayProxyEventV2, context: Context): Promise<Reply> {
    if (asksWhoIsThere(name)) return answerKnowing(event, context);
    const reply = await handler(event, context);
    const session = await missedIn(reply, event);
    if (session === undefined) return reply;
    return session.copy || (await lookOut(session)) === 'here' ? handler(event, context) : reply;
  }

  /**
   * The session of somebody who was taken for nobody, or may have been: its copy can come a moment after it was looked for. Where that has
   * been here for longer, they have to sign in for another reason.
   */
  async function missedIn(reply: Reply, event: APIGatewayProxyEventV2): Promise<BegunElsewhere | undefined> {
    if (!lacksSession(name, reply)) return undefined;
    const session = await sessionElsewhere(event);
    if (!session?.copy) return session;
    const { idleUntil, idleLifetime } = session.copy;
    const isNew = runtime.now() - (idleUntil - idleLifetime) < justNow;
    // A decision about consent that was taken is answered in the same way, and is taken once.
    return isNew && name !== 'consent' ? session : undefined;
  }

  /** The same where the answer would be another one, and a wrong one, to somebody who is signed in and not known here yet. */
  async function answerKnowing(event: APIGatewayProxyEventV2, context: Context): Promise<Reply> {
    const session = await sessionElsewhere(event);
    const isLate = session !== undefined && !session.copy && (await lookOut(session)) === 'somebody';
    const late = () => unanswered(event, session?.home ?? homes.here, new Error('the copy of a session is late'));
    return handler(isLate ? late() : event, context);
  }

  /**
   * Waits for the copy of a session: until it is `here`, or its region knows that `nobody` is signed in with it, since anybody can invent
   * one, or for as long as people are kept waiting. Then what its region said, if it did: `somebody`.
   */
  async function lookOut({ home, sessionId }: BegunElsewhere): Promise<'here' | 'nobody' | 'somebody' | undefined> {
    let said: 'nobody' | 'somebody' | undefined;
    const asked = ask(home, { question: { ask: 'isSignedIn', sessionId } }).then(
      (answer) => {
        said = answer === 'nobody' || answer === 'somebody' ? answer : undefined;
      },
      () => undefined, // no answer: the copy may still come
    );
    for (let tries = 0; tries < patience.times; tries += 1) {
      const nextLook = sleep(patience.ms);
      await Promise.race([asked, nextLook]);
      if (said === 'nobody') return said;
      await nextLook;
      if (await copyOf(sessionId)) return 'here';
    }
    return said;
  }

  async function findSession(sessionId: string): Promise<'somebody' | 'nobody'> {
    return (await find(sessionId)) === undefined ? 'nobody' : 'somebody';
  }

  async function sessionElsewhere(event: APIGatewayProxyEventV2): Promise<BegunElsewhere | undefined> {
    const sessionId = activeSession(readRequest(event), config.issuer);
    const home = sessionId === undefined ? undefined : homeIn(sessionId);
    if (sessionId === undefined || home === undefined || !homes.others.has(home)) return undefined;
    return { home, sessionId, copy: await copyOf(sessionId) };
  }

  /** Who cannot be looked up is looked for elsewhere. */
  async function copyOf(sessionId: string): Promise<Session | undefined> {
    return find(sessionId).catch(() => undefined);
  }
}

/** Finds the session of a cookie by the call that a function makes anyway, and has the right to. */
function sessionFinder(name: string, { config, database, now }: Runtime) {
  const { people } = config.tables;
  return async (sessionId: string): Promise<Session | undefined> => {
    if (name === 'account' || name === 'upstream') return sessionStore(database, people).find(sessionId, now());
    return (await signedInStore(database, people).find({ sessionId, clientId: '', now: now() }))?.session;
  };
}

/** Characters of base64 for more bytes than any endpoint takes; a multiple of four. */
const longestBody = 4 * Math.ceil((maximumBytes + 1) / 3);

/**
 * The rest of a body that is refused for its length stays here: anybody can send megabytes, with the letter of another region in them, and
 * the largest would not fit into a call.
 */
const withoutExcess = (event: APIGatewayProxyEventV2): APIGatewayProxyEventV2 =>
  event.body === undefined || event.body.length <= longestBody
    ? event
    : { ...event, body: event.body.slice(0, longestBody) };

/**
 * Whether a function does something else for somebody who is signed in than for nobody, and not just less: whoever comes back from an
 * upstream provider is asked before somebody else is signed in (functions/upstream/change-account.ts).
 */
const asksWhoIsThere = (name: string): boolean => name === 'upstream';

/** Whether nobody is found to be signed in: to the sign-in page, or from the page for consent back to where that is found out. */
function lacksSession(name: string, { statusCode, headers = {} }: Reply): boolean {
  if (statusCode !== 303) return false;
  const to = String(headers['location']).split('?')[0];
  if (name === 'consent') return to === endpoints.authorize;
  return ['authorize', 'authorize-hybrid', 'device', 'account'].includes(name) && to === endpoints.signIn;
}

function asReply(answer: unknown): Reply {
  const isReply = typeof answer === 'object' && answer !== null && 'statusCode' in answer;
  if (!isReply) throw new Error('the function answered with something else');
  return answer as Reply;
}
