import type { Answer } from '../../shared/http/endpoint.ts';
import { openForm } from '../../shared/http/form-token.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import { encodeParameters, type Parameters, single } from '../../shared/oauth/parameters.ts';
import type { Refusal } from '../../shared/oauth/refusal.ts';
import { signInPage } from '../../shared/pages/sign-in-page.ts';
import { upstreamProblem } from '../upstream/from-sign-in.ts';
import { findClientName } from './find-client-name.ts';
import type { SignInDeps } from './sign-in-deps.ts';
import { waysToSignIn } from './ways-to-sign-in.ts';

/** A form that was refused: why, and what somebody filled in, to be shown again. Never the password. */
export type Tried = { username: string; keep: boolean; refusal: Refusal };

/** The request that the page interrupts, as its address has it, and as the client meant it. */
type Interrupted = { address: Parameters; shown: Parameters };

/** The sign-in page with every way to sign in that the deployment and the request allow. */
export async function showForm(
  request: HttpRequest,
  { address, shown }: Interrupted,
  deps: SignInDeps,
  tried?: Tried,
): Promise<Answer> {
  const refusal = tried?.refusal;
  const form = openForm(request, deps.issuer);
  const look = deps.lookOf(request, shown);
  const ways = await waysToSignIn(request, shown, { browser: form.token, look }, deps);
  const reply = await signInPage(look, {
    ...ways,
    clientName: await findClientName(shown, deps),
    username: tried?.username ?? single(shown, 'login_hint'),
    refusal,
    // A hook that knows the passwords says itself what a name is.
    takesAddress: deps.hooks.authenticate === undefined,
    problem: refusal ? undefined : (ways.problem ?? upstreamProblem(shown, deps.upstreams, look)),
    providers: deps.upstreams,
    keep: { isChecked: tried?.keep ?? false },
    ...(deps.mail !== undefined && { forgottenPath: alongTo(endpoints.forgottenPassword, address) }),
    ...(deps.mailCodes &&
      ways.hasPasswords === deps.hasPasswords && { mailCodePath: alongTo(endpoints.signInMailCode, address) }),
    ...(deps.registration && { registerPath: alongTo(endpoints.register, address) }),
    formToken: form.token,
    cookies: [...form.cookies, ...ways.cookies],
  });
  return { reply, ...(refusal && { decision: { verdict: 'refused', reason: refusal.reason } }) };
}

/** The authorization request goes along, so that somebody new, or with a new password, ends where they wanted to go. */
const alongTo = (path: string, interrupted: Parameters): string =>
  interrupted.values.size === 0 ? path : `${path}?${encodeParameters(interrupted)}`;
