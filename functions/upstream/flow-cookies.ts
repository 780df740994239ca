import { clearCookie, cookieName, setCookie } from '../../shared/http/cookies.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import { parseParameters, single } from '../../shared/oauth/parameters.ts';
import { hashSecret } from '../../shared/secret.ts';
import { flowLifetime } from '../../shared/upstream/flow.ts';

/*
 * What binds a flow to its browser. Every flow has a cookie of its own: several tabs may be on their way at once.
 */

/** Both are needed to open a flow: `state` comes with the answer of the provider, the secret is in a cookie of this browser. */
export type FlowKeys = { state: string; secret: string };

const cookiePrefix = 'pixy_upstream_';
const cookieOf = (state: string): string => `${cookiePrefix}${hashSecret(state).slice(0, 8)}`;

/** Flows of one browser; a newer one takes the place of the oldest. Cookies have to fit into the headers of a request. */
const mostFlows = 8;

/** The cookies that keep a new flow. Those of the oldest flows go. */
export const rememberFlow = ({ state, secret }: FlowKeys, request: HttpRequest, issuer: string): string[] => [
  ...forgetOldest(request, issuer),
  setCookie(issuer, cookieOf(state), secret, flowLifetime),
];

/** RFC 6265 §5.4: browsers send the cookies they got first in the first place. */
function forgetOldest(request: HttpRequest, issuer: string): string[] {
  const prefix = cookieName(issuer, cookiePrefix);
  const flows = [...request.cookies].filter(([name, value]) => name.startsWith(prefix) && value !== '');
  const oldest = flows.slice(0, Math.max(0, flows.length + 1 - mostFlows));
  return oldest.map(([name]) => clearCookie(issuer, `${cookiePrefix}${name.slice(prefix.length)}`));
}

/** The `state` of an answer of a provider. */
export function stateOf(request: HttpRequest): string | undefined {
  const answer = parseParameters(request.rawQuery);
  return answer.ok && !answer.value.duplicated.has('state') ? single(answer.value, 'state') : undefined;
}

/** The keys of the flow that a `state` belongs to. Undefined for one of another browser. */
export function findFlowKeys(state: string | undefined, request: HttpRequest, issuer: string): FlowKeys | undefined {
  const secret = state === undefined ? undefined : request.cookies.get(cookieName(issuer, cookieOf(state)));
  return state !== undefined && secret !== undefined && /^[\w-]{43}$/.test(secret) ? { state, secret } : undefined;
}

/** The cookie that ends a flow. */
export const forgetFlow = ({ state }: FlowKeys, issuer: string): string => clearCookie(issuer, cookieOf(state));
