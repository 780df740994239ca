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
import { sessionStore } from '../../shared/people/session-store.ts';
import { signedInStore } from '../../shared/people/signed-in-store.ts';
import type { Runtime } from '../runtime.ts';
import { homeOf } from './home-of.ts';
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

type OnItsWay = { home: Home; sessionId: string };

export function openDoor({ name, handler, homes, runtime, unanswered }: Opening): Door {
  const { config, send = sendByLambda } = runtime;
  const isSignedIn = signedInHere(name, runtime);

  const passOn = async (home: Home, event: APIGatewayProxyEventV2): Promise<Reply> =>
    asReply(await ask(home, withoutExcess(event)));

  async function ask(home: Home, event: Omit<PassedOn, 'passedOnBy'>): Promise<unknown> {
    const place = homes.others.get(home);
    if (place === undefined) throw new Error('there is no such region');
    return send(place, name, { ...event, passedOnBy: homes.here });
  }

  return {
    async fromOutside(event, context) {
      const home = homeOf(name, event, { ...config, homes });
      if (home !== undefined && home !== homes.here) {
        return passOn(home, event).catch((cause: unknown) => handler(unanswered(event, home, cause), context));
      }
      if (home !== undefined) return answerHere(event, context);
      const reply = await handler(event, context);
      const session = await sessionOnItsWay(event, reply);
      if (session === undefined) return reply;
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

  /** What no other region can answer waits for the copy of a session, for a moment, unless its region says that there is none. */
  async function answerHere(event: APIGatewayProxyEventV2, context: Context): Promise<Reply> {
    let reply = await handler(event, context);
    let session = await sessionOnItsWay(event, reply);
    const never = session && isNowhere(session);
    for (let tries = 0; tries < patience.times && session !== undefined; tries += 1) {
      if (await Promise.race([never, sleep(patience.ms, false)])) return reply;
      reply = await handler(event, context);
      session = await sessionOnItsWay(event, reply);
    }
    return reply;
  }

  /**
   * Resolves when the region that a session names knows nothing of it: anybody can invent one, and have each request wait for nothing.
   * Never resolves otherwise.
   */
  function isNowhere({ home, sessionId }: OnItsWay): Promise<true> {
    const question: SessionQuestion = { ask: 'isSignedIn', sessionId };
    return new Promise((settle) => {
      ask(home, { question }).then(
        (answer) => {
          if (answer === 'nobody') settle(true);
        },
        () => undefined, // no answer: the copy may still come
      );
    });
  }

  async function findSession(sessionId: string): Promise<'somebody' | 'nobody'> {
    return (await isSignedIn(sessionId)) === undefined ? 'nobody' : 'somebody';
  }

  /**
   * The session whose copy may still come from its region, when nobody is found to be signed in. None when it is here, and a fresh sign-in
   * is wanted.
   */
  async function sessionOnItsWay(event: APIGatewayProxyEventV2, reply: Reply): Promise<OnItsWay | undefined> {
    const sessionId = lacksSession(name, reply) ? activeSession(readRequest(event), config.issuer) : undefined;
    const home = sessionId === undefined ? undefined : homeIn(sessionId);
    if (sessionId === undefined || home === undefined || !homes.others.has(home)) return undefined;
    // Who cannot be looked up is looked for elsewhere.
    const isHere = (await isSignedIn(sessionId).catch(() => undefined)) !== undefined;
    return isHere ? undefined : { home, sessionId };
  }
}

/** Finds the session of a cookie by the call that a function makes anyway, and has the right to. */
function signedInHere(name: string, { config, database, now }: Runtime): (sessionId: string) => Promise<unknown> {
  const { people } = config.tables;
  if (name === 'account') return (sessionId) => sessionStore(database, people).find(sessionId, now());
  return (sessionId) => signedInStore(database, people).find({ sessionId, clientId: '', now: now() });
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
