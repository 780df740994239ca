import { consoleClientId } from '../../shared/clients/reserved-ids.ts';
import { type Answer, endpoint, type HttpApiHandler } from '../../shared/http/endpoint.ts';
import { readForm } from '../../shared/http/form.ts';
import { parsePathSegment } from '../../shared/http/path-segment.ts';
import { seeOther } from '../../shared/http/reply.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import { admitClear, type Parameters, parseParameters, single } from '../../shared/oauth/parameters.ts';
import type { Refusal } from '../../shared/oauth/refusal.ts';
import { consoleReply } from '../../shared/pages/console/console-page.ts';
import { errorPage } from '../../shared/pages/error-page.ts';
import { playgroundPart } from '../../shared/pages/playground/serve-file.ts';
import { ok, type Result, refuse } from '../../shared/result.ts';
import { equalInConstantTime } from '../../shared/secret.ts';
import type { ConsoleDeps } from './console-deps.ts';
import { mayNotWrite, missingPage } from './pages/missing.ts';
import { type Place, places } from './places.ts';
import { finishSignIn, signOut, startSignIn, tooLate } from './session/flows.ts';
import { type Operator, readOperator } from './session/read-operator.ts';
import { refuseVisitor } from './session/refuse-visitor.ts';
import type { Shown, Visit } from './visit.ts';

/** The console: everything at and below /console. */
export const consoleHandler = (deps: ConsoleDeps): HttpApiHandler =>
  endpoint({
    name: 'console',
    isolated: true,
    methods: { GET: (request) => show(request, deps), POST: (request) => take(request, deps) },
    tell: (refusal, request) => errorPage(refusal, deps.issuer, deps.lookOf(request)),
    writeLine: deps.writeLine,
    now: deps.now,
  });

async function show(request: HttpRequest, deps: ConsoleDeps): Promise<Answer> {
  if (deps.operators === undefined) return refuseVisitor({ reason: 'not_an_operator', scope: 'pixy:read' }, {}, deps);
  const shorter = withoutSlash(request);
  if (shorter !== undefined) return { reply: seeOther(shorter) };
  // Everybody's, as it is in the repository: nobody has to be looked up for it.
  const part = partOfPlayground(request.path);
  if (part !== undefined) return { reply: part };
  if (request.path === endpoints.consoleCallback) return finishSignIn(request, deps);
  if (request.path === `${endpoints.console}/sign-in`) return startSignIn(request, endpoints.console, deps, true);
  const who = await readOperator(request, deps);
  if (who.found === 'nobody') return startSignIn(request, addressOf(request), deps);
  if (who.found === 'refused') return refuseVisitor(who.refusal, who, deps);
  const query = admitClear(parseParameters(request.rawQuery));
  if (!query.ok) return refused(query.refusal, request, deps);
  const visit = { request, query: query.value, operator: who.operator };
  const found = findPlace(request.path);
  const shown = found ? await found.place.show({ ...visit, name: found.name }, deps) : missingPage();
  return reply(shown, who.operator, deps);
}

async function take(request: HttpRequest, deps: ConsoleDeps): Promise<Answer> {
  const who = await readOperator(request, deps);
  const form = admitClear(readForm(request));
  if (!form.ok) return refused(form.refusal, request, deps);
  if (who.found === 'nobody') return tooLate(deps);
  const formToken = who.found === 'operator' ? who.operator.formToken : who.formToken;
  const ours = isOurs(form.value, formToken);
  if (!ours.ok) return refused(ours.refusal, request, deps);
  if (request.path === `${endpoints.console}/sign-out`) return signOut(request, deps);
  if (who.found === 'refused') return refuseVisitor(who.refusal, who, deps);
  const visit: Omit<Visit, 'name'> = { request, query: noParameters, operator: who.operator };
  const found = findPlace(request.path);
  if (found?.place.take === undefined) return refused({ reason: 'method_not_allowed', allow: ['GET'] }, request, deps);
  if (!who.operator.mayWrite) return reply(mayNotWrite(found.place.of), who.operator, deps);
  const shown = await found.place.take({ ...visit, name: found.name, form: form.value }, deps);
  return reply(shown, who.operator, deps);
}

const noParameters: Parameters = { values: new Map(), duplicated: new Set(), malformed: new Set() };

/** The address without the slashes that somebody typed at its end. */
function withoutSlash({ path, rawQuery }: HttpRequest): `/${string}` | undefined {
  const [, rest] = /^\/console((?:\/[\w~.%+@:!$'()*,;=-]+)*)\/+$/.exec(path) ?? [];
  if (rest === undefined || !isKept(rawQuery)) return undefined;
  return `${endpoints.console}${rest}${rawQuery === '' ? '' : `?${rawQuery}`}` as `/${string}`;
}

const partOfPlayground = (path: string) =>
  path.startsWith(`${endpoints.playground}/`) ? playgroundPart(path.slice(endpoints.playground.length + 1)) : undefined;

/** The page of a path, and what the path names. */
function findPlace(path: string): { place: Place; name: string } | undefined {
  for (const place of places) {
    const [found, segment] = place.path.exec(path) ?? [];
    if (found === undefined) continue;
    if (segment === undefined) return { place, name: '' };
    const name = parsePathSegment(segment);
    if (name !== undefined) return { place, name };
  }
  return undefined;
}

/** The page of a request, to come back to. Never a form. The overview instead of what no cookie could keep, or no header have. */
function addressOf({ path, rawQuery }: HttpRequest): string {
  const address = rawQuery === '' ? path : `${path}?${rawQuery}`;
  return isKept(address) ? address : endpoints.console;
}

/** Whether a cookie may keep a text, and a header have it. */
const isKept = (text: string): boolean => /^[\x21-\x7e]{0,2000}$/.test(text);

function isOurs(form: Parameters, formToken: string): Result<undefined, Refusal> {
  const sent = single(form, 'form_token') ?? '';
  return equalInConstantTime(sent, formToken) ? ok(undefined) : refuse({ reason: 'form_token_invalid' });
}

async function reply(shown: Shown, operator: Operator, deps: ConsoleDeps): Promise<Answer> {
  const allowed = { verdict: 'allowed', client: consoleClientId } as const;
  if ('to' in shown) return { reply: seeOther(shown.to, [...operator.cookies]), decision: allowed };
  const viewer = { ...operator, name: operator.person.name };
  const { refused: reason } = shown;
  return {
    reply:
      'page' in shown
        ? await consoleReply(deps.look, viewer, shown.page)
        : { ...shown.reply, cookies: [...operator.cookies] },
    decision: reason === undefined ? allowed : { verdict: 'refused', client: consoleClientId, reason },
  };
}

async function refused(refusal: Refusal, request: HttpRequest, deps: ConsoleDeps): Promise<Answer> {
  const page = { title: 'error.formTitle', path: findPlace(request.path) ? request.path : endpoints.console } as const;
  return {
    reply: await errorPage(refusal, deps.issuer, deps.lookOf(request), page),
    decision: { verdict: 'refused', client: consoleClientId, reason: refusal.reason },
  };
}
