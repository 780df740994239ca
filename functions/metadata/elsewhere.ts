import type { WriteLine } from '../../shared/audit/audit-log.ts';
import { type Answer, endpoint, type HttpApiHandler } from '../../shared/http/endpoint.ts';
import { seeOther } from '../../shared/http/reply.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import { errorPage } from '../../shared/pages/error-page.ts';
import type { LookOf } from '../../shared/pages/look.ts';
import { noticePage } from '../../shared/pages/notice-page.ts';

type Deps = {
  issuer: string;
  hasPasswords: boolean;
  /** Whether there is a console. */
  console: boolean;
  lookOf: LookOf;
  writeLine: WriteLine;
  now: () => number;
};

const pageEndpoint = (deps: Deps, flow: (request: HttpRequest) => Promise<Answer> | Answer, methods: string[]) =>
  endpoint({
    name: 'metadata',
    methods: Object.fromEntries(methods.map((method) => [method, flow])),
    tell: (refusal, request) => errorPage(refusal, deps.issuer, deps.lookOf(request)),
    writeLine: deps.writeLine,
    now: deps.now,
  });

/** A Well-Known URL for Changing Passwords: a password manager leads its person to the page. */
export const changePasswordHandler = (deps: Deps): HttpApiHandler =>
  pageEndpoint(deps, () => ({ reply: seeOther(deps.hasPasswords ? endpoints.accountPassword : endpoints.account) }), [
    'GET',
    'HEAD',
  ]);

/**
 * What is nowhere else: a page for people, and for programs the words of API Gateway. Whoever types the bare host name comes to their
 * account. Nothing is written to the log.
 */
export const notFoundHandler = (deps: Deps): HttpApiHandler =>
  pageEndpoint(deps, (request) => notFound(request, deps), [
    'GET',
    'HEAD',
    'POST',
    'PUT',
    'PATCH',
    'DELETE',
    'OPTIONS',
  ]);

async function notFound(request: HttpRequest, { lookOf, console: hasConsole }: Deps): Promise<Answer> {
  // No route of the console takes its bare slash; what is below it with one, it leads on itself.
  if (hasConsole && request.method === 'GET' && request.path === `${endpoints.console}/`) {
    return { reply: seeOther(endpoints.console) };
  }
  const isForPerson = request.method === 'GET' && request.header('accept')?.includes('text/html');
  if (!isForPerson) {
    const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' };
    return { reply: { statusCode: 404, headers, body: '{"message":"Not Found"}' } };
  }
  if (request.path === '/') return { reply: seeOther(endpoints.account) };
  const link = { path: endpoints.account, to: 'account' } as const;
  return { reply: await noticePage(lookOf(request), { notice: 'noPage', status: 404, link }) };
}
