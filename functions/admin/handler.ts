import type { Author } from '../../shared/clients/change.ts';
import { type Answer, endpoint, type HttpApiHandler } from '../../shared/http/endpoint.ts';
import { readDocument } from '../../shared/http/json-document.ts';
import { parsePathSegment } from '../../shared/http/path-segment.ts';
import { type Problem, problemReply } from '../../shared/http/problem.ts';
import { jsonReply, nonceHeader, type Reply } from '../../shared/http/reply.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import { ok, type Result, refuse } from '../../shared/result.ts';
import { parseReason, reasonHeader } from './author.ts';
import { authorizeCaller } from './authorize-caller.ts';
import { entityTag, parseIfMatch } from './if-match.ts';
import { openApiDocument } from './openapi/document.ts';
import type { AdminDeps, Call, Operation, Success } from './operation.ts';
import { operations } from './operations/index.ts';
import { parseQuery } from './query.ts';

/** The management API: everything below /admin. */
export function adminHandler(deps: AdminDeps): HttpApiHandler {
  const paths = [...new Set(operations.map(({ path }) => path))];
  const resources = paths.map((path) => ({ pattern: patternOf(path), handler: resourceHandler(path, deps) }));
  const description = descriptionHandler(deps);
  const nothing = nothingHandler(deps);
  return (event, context) => {
    if (event.rawPath === '/admin/openapi.json') return description(event, context);
    const found = resources.find(({ pattern }) => pattern.test(event.rawPath));
    return (found?.handler ?? nothing)(event, context);
  };
}

/** The place of a name in a path is one segment. */
const patternOf = (path: string): RegExp => new RegExp(`^${path.replace(/\{\w+\}/, '([^/]+)')}$`);

const tell = (deps: AdminDeps) => (refusal: Problem['refusal']) => problemReply({ refusal }, deps.issuer);

function resourceHandler(path: string, deps: AdminDeps): HttpApiHandler {
  const own = operations.filter((operation) => operation.path === path);
  const methods = Object.fromEntries(
    own.map((operation) => [operation.method, (request: HttpRequest) => serve(operation, request, deps)]),
  );
  return endpoint({ ...deps, name: 'admin', methods, tell: tell(deps) });
}

/** Anybody may read the description: it says nothing about this server but its address. */
function descriptionHandler(deps: AdminDeps): HttpApiHandler {
  const cacheable = { 'cache-control': 'public, max-age=300', pragma: '' };
  const GET = () => ({ reply: jsonReply(200, openApiDocument(deps.issuer), cacheable) });
  return endpoint({ ...deps, name: 'admin', methods: { GET }, tell: tell(deps), crossOrigin: true });
}

function nothingHandler(deps: AdminDeps): HttpApiHandler {
  const refused = () => ({ reply: tell(deps)({ reason: 'resource_not_found' }) });
  const methods = { GET: refused, POST: refused, PUT: refused, PATCH: refused, DELETE: refused };
  return endpoint({ ...deps, name: 'admin', methods, tell: tell(deps) });
}

async function serve(operation: Operation, request: HttpRequest, deps: AdminDeps): Promise<Answer> {
  const caller = await authorizeCaller(request, operation.scope, deps);
  const { client } = caller;
  const refused = (problem: Problem): Answer => ({
    reply: problemReply(problem, deps.issuer),
    decision: { verdict: 'refused', client, reason: problem.refusal.reason },
  });
  if (caller.refusal) return refused({ refusal: caller.refusal, scheme: caller.scheme });
  const call = readCall(operation, request, caller, deps.now());
  if (!call.ok) return refused(call.refusal);
  const outcome = await operation.perform(call.value, deps);
  if (!outcome.ok) return refused(outcome.refusal);
  return {
    reply: reply(operation, outcome.value, deps.issuer, nonceHeader(caller.nonce)),
    decision: { verdict: 'allowed', client },
  };
}

/** Everything that the operation describes about a request, checked before anything is read from the database. */
function readCall(
  operation: Operation,
  request: HttpRequest,
  { by, mayDelegate }: { by: string; mayDelegate: boolean },
  now: number,
): Result<Call, Problem> {
  const name = nameIn(operation, request.path);
  if (name === undefined) return refuse({ refusal: { reason: 'resource_not_found' } });
  const query = parseQuery(request.rawQuery, operation.query);
  if (!query.ok) return query;
  const ifMatch = parseIfMatch(operation.ifMatch && request.header('if-match'));
  if (!ifMatch.ok) return ifMatch;
  if (operation.ifMatch === 'required' && ifMatch.value === undefined) {
    return refuse({ refusal: { reason: 'precondition_required' } });
  }
  const why = parseReason(operation.method === 'GET' ? undefined : request.header(reasonHeader.toLowerCase()));
  if (!why.ok) return why;
  const body = operation.body ? readDocument(request, operation.body) : ok({});
  if (!body.ok) return body;
  const author: Author = { by, why: why.value };
  return ok({ name, query: query.value, ifMatch: ifMatch.value, author, mayDelegate, body: body.value, now });
}

/** The value in the path; undefined when it cannot be one. */
function nameIn({ path }: Operation, requested: string): string | undefined {
  const [, segment = ''] = patternOf(path).exec(requested) ?? [];
  if (/\{(client_id|scope|sub)\}/.test(path)) return parsePathSegment(segment);
  if (path.includes('{change_id}')) return /^[\w-]{1,64}$/.test(segment) ? segment : undefined;
  return '';
}

function reply(
  { status }: Operation,
  { document, version, location }: Success,
  issuer: string,
  headers: Record<string, string>,
): Reply {
  return jsonReply(status, document, {
    ...headers,
    ...(version !== undefined && { etag: entityTag(version) }),
    ...(location !== undefined && { location: issuer + location }),
  });
}
