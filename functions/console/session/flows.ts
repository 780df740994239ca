import { html } from 'hono/html';
import { consoleClientId } from '../../../shared/clients/reserved-ids.ts';
import { type Answer, describeCause } from '../../../shared/http/endpoint.ts';
import { seeOther } from '../../../shared/http/reply.ts';
import type { HttpRequest } from '../../../shared/http/request.ts';
import { endpoints } from '../../../shared/oauth/endpoints.ts';
import { parseParameters, single } from '../../../shared/oauth/parameters.ts';
import { outsideReply } from '../../../shared/pages/console/console-page.ts';
import type { ConsoleDeps } from '../console-deps.ts';
import { registerConsole } from './console-client.ts';

/** Sends somebody to /authorize, and remembers where they wanted to go. */
export async function startSignIn(
  request: HttpRequest,
  to: string,
  deps: ConsoleDeps,
  isAnother = false,
): Promise<Answer> {
  await registerConsole(deps.issuer, deps.clients, deps.now());
  try {
    const { flow, path } = await deps.client.start(isAnother);
    const cookie = await deps.cookies.rememberFlow(request, { ...flow, to }, deps.now());
    return { reply: seeOther(path, [cookie]), decision: { verdict: 'continued', client: consoleClientId } };
  } catch (error) {
    return failedSignIn(error, [], deps);
  }
}

/** Takes the code, and sends the browser on to the page that it wanted. */
export async function finishSignIn(request: HttpRequest, deps: ConsoleDeps): Promise<Answer> {
  const parsed = parseParameters(request.rawQuery);
  const state = parsed.ok ? (single(parsed.value, 'state') ?? '') : '';
  const { flow, cookie } = await deps.cookies.takeFlow(request, state, deps.now());
  if (flow === undefined) return notSignedIn(deps, [cookie], 'This sign-in was started elsewhere, or too long ago.');
  try {
    const tokens = await deps.client.finish(flow, request.rawQuery);
    const cookies = [cookie, await deps.cookies.writeTokens(tokens)];
    return {
      reply: seeOther(pathIn(flow.to), cookies),
      decision: { verdict: 'allowed', client: consoleClientId },
    };
  } catch (error) {
    return failedSignIn(error, [cookie], deps);
  }
}

/** What the library says may quote what was sent; the audit lines of the endpoints that it called have the reason. */
async function failedSignIn(error: unknown, cookies: string[], deps: ConsoleDeps): Promise<Answer> {
  if (!(error instanceof Error)) throw error;
  const sentence = 'The server did not sign you in to the console. Its audit log says why.';
  const failed = await notSignedIn(deps, cookies, sentence);
  return { ...failed, decision: { ...refusedSignIn, cause: describeCause(error) } };
}

/** Ends the grant of the console; the session at this server goes on. */
export async function signOut(request: HttpRequest, deps: ConsoleDeps): Promise<Answer> {
  const held = await deps.cookies.tokens(request);
  // The cookie goes in any case; a grant that stays is over with its lifetime.
  if (held?.refresh !== undefined) await deps.client.revoke(held.refresh).catch(() => undefined);
  const content = html`<p>You have left the console. You are still signed in at this server.</p>
<p><a href="${endpoints.console}">Back to the console</a> · <a href="${endpoints.signOut}">Sign out of the server as well</a></p>`;
  return {
    reply: await outsideReply(deps.look, { title: 'Signed out', content, cookies: [deps.cookies.forgetTokens()] }),
    decision: { verdict: 'allowed', client: consoleClientId },
  };
}

const refusedSignIn = { verdict: 'refused', client: consoleClientId, reason: 'console_sign_in_failed' } as const;

async function notSignedIn(deps: ConsoleDeps, cookies: string[], sentence: string): Promise<Answer> {
  const content = html`<p>${sentence}</p>
<p><a href="${endpoints.console}">Try again</a></p>`;
  return {
    reply: await outsideReply(deps.look, { title: 'Not signed in', content, status: 400, cookies }),
    decision: refusedSignIn,
  };
}

/** A form of somebody who is not signed in to the console any more: nothing is done, and they learn it. */
export async function tooLate({ look }: Pick<ConsoleDeps, 'look'>): Promise<Answer> {
  const content = html`<p>You were signed out of the console before you sent the form. Nothing was changed.</p>
<p>Your browser's way back leads to what you entered. Sign in first, in another tab.</p>
<p><a href="${endpoints.console}" target="_blank" rel="noopener">Sign in in another tab</a></p>`;
  return {
    reply: await outsideReply(look, { title: 'You are signed out', content, status: 403 }),
    decision: { verdict: 'refused', client: consoleClientId, reason: 'console_signed_out' },
  };
}

/** The sealed cookie holds paths of ours alone; this keeps it so for the type, too. */
const pathIn = (to: string): `/${string}` =>
  to.startsWith(endpoints.console) ? (to as `/${string}`) : endpoints.console;
