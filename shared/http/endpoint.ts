import middy from '@middy/core';
import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import type { WriteLine } from '../audit/audit-log.ts';
import { auditLine, type Decision } from '../audit/decision.ts';
import type { Refusal } from '../oauth/refusal.ts';
import { type Outage, reasonOf } from '../outage.ts';
import { preflightReply } from './cors.ts';
import type { Reply } from './reply.ts';
import { type HttpRequest, readRequest } from './request.ts';
import { securityHeaders } from './security-headers.ts';

/** An endpoint's reply and the decision for the audit log, if the reply decides anything. */
export type Answer = { reply: Reply; decision?: Omit<Decision, 'endpoint'> };

type Flow = (request: HttpRequest) => Promise<Answer> | Answer;

export type EndpointSettings = {
  /** The endpoint's name in the audit log. */
  name: string;
  /** One flow per HTTP method; other methods get a 405. HEAD is listed only where nothing changes. */
  methods: Readonly<Record<string, Flow>>;
  /** Replies with the wrapper's own refusals: 405, 500 and 503. */
  tell: (refusal: Refusal, request: HttpRequest) => Reply | Promise<Reply>;
  /** Answers preflight requests and lets any origin read, without credentials. Never used for pages. */
  crossOrigin?: boolean;
  /** Cuts the tie to a window that opened it. Never for what apps may open in a popup: signing in, consent, signing out. */
  isolated?: boolean;
  writeLine: WriteLine;
  /** Epoch seconds. */
  now: () => number;
};

export type HttpApiHandler = (event: APIGatewayProxyEventV2, context: Context) => Promise<Reply>;

const outage = Symbol('outage');

/** The event of a request that cannot be answered. Its endpoint says so as it says every outage. No event comes with this from outside. */
export const failing = (event: APIGatewayProxyEventV2, error: Outage): APIGatewayProxyEventV2 =>
  Object.assign({ ...event }, { [outage]: error });

/**
 * Wraps the flows of one endpoint in a Lambda handler that checks the method, sets headers on every reply, writes one audit line,
 * and is the only place to turn an exception into a 503 or 500.
 */
export function endpoint(settings: EndpointSettings): HttpApiHandler {
  const record = (requestId: string, decision: Omit<Decision, 'endpoint'>) =>
    settings.writeLine(auditLine(settings.now(), requestId, { endpoint: settings.name, ...decision }));

  async function handle(event: APIGatewayProxyEventV2 & { [outage]?: Outage }): Promise<Reply> {
    if (event[outage]) throw event[outage];
    const request = readRequest(event);
    const { method, requestId } = request;
    const flow = settings.methods[method];
    if (flow === undefined) return otherMethod(request, settings);
    const { reply, decision } = await flow(request);
    if (decision) record(requestId, decision);
    return reply;
  }

  const handler = middy(handle)
    .use(securityHeaders(settings))
    .use({
      onError: async (failed) => {
        const reason = reasonOf(failed.error);
        record(failed.event.requestContext.requestId, {
          verdict: 'failed',
          reason,
          cause: describeCause(failed.error),
        });
        failed.response = await settings.tell({ reason }, readRequest(failed.event));
      },
    });
  return handler as unknown as HttpApiHandler;
}

function otherMethod(request: HttpRequest, { methods, tell, crossOrigin }: EndpointSettings): Reply | Promise<Reply> {
  const allow = Object.keys(methods);
  if (request.method !== 'OPTIONS' || !crossOrigin) return tell({ reason: 'method_not_allowed', allow }, request);
  return preflightReply(allow, request.header('access-control-request-headers'));
}

/** Names the classes and codes along the chain of causes, for the log only. Leaves out messages, which may quote data. */
export function describeCause(error: unknown): string {
  const names: string[] = [];
  for (let cause = error; cause instanceof Error && names.length < 4; cause = cause.cause) {
    const code = (cause as { code?: unknown }).code;
    names.push(typeof code === 'string' ? `${cause.name} ${code}` : cause.name);
  }
  return names.join(' < ').slice(0, 160);
}
