import type { Answer } from '../../shared/http/endpoint.ts';
import { noStore } from '../../shared/http/reply.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import { encodeParameters, type Parameters, single } from '../../shared/oauth/parameters.ts';
import { generateSecret } from '../../shared/secret.ts';
import type { Flow } from '../../shared/upstream/flow.ts';
import type { UpstreamProvider } from '../../shared/upstream/provider.ts';
import { comeBack } from './come-back.ts';
import { describeStep } from './describe-step.ts';
import { type FlowKeys, rememberFlow } from './flow-cookies.ts';
import { keepFlow } from './keep-flow.ts';
import type { UpstreamDeps } from './upstream-deps.ts';

/** Either the authorization request that a sign-in interrupts, and what its client meant by it, or whose account gets a link. */
type Start = { interrupted?: Parameters; meant?: Parameters; linkFor?: string; mustProve?: boolean };

/**
 * Keeps a new flow and sends the browser to the provider with it. Goes back to where the person came from when the provider cannot be reached.
 */
export async function startFlow(
  request: HttpRequest,
  provider: UpstreamProvider,
  { interrupted, meant, linkFor, mustProve = false }: Start,
  deps: UpstreamDeps,
): Promise<Answer> {
  const keys: FlowKeys = { secret: generateSecret(), state: generateSecret() };
  const query = interrupted ? encodeParameters(interrupted) : '';
  const flow: Flow = { provider: provider.id, query, linkFor, freshSince: mustProve ? deps.now() : undefined };
  const step = describeStep(provider, keys, deps.issuer);
  const to = await deps.openid.start(provider, step, hintsOf(meant, mustProve));
  if (!to.ok) return comeBack(flow, to.refusal);
  await keepFlow(keys, flow, deps);
  return {
    reply: {
      statusCode: 303,
      headers: { ...noStore, location: to.value.href },
      cookies: rememberFlow(keys, request, deps.issuer),
    },
    decision: { verdict: 'continued' },
  };
}

/** Somebody who must prove again who they are must do so at the provider: its own session is not enough. */
function hintsOf(meant: Parameters | undefined, mustProve: boolean) {
  if (meant === undefined) return { prompt: 'select_account' };
  const asked = (single(meant, 'prompt') ?? '').split(' ');
  return {
    loginHint: single(meant, 'login_hint'),
    uiLocales: single(meant, 'ui_locales'),
    ...(mustProve ? { prompt: 'login', maxAge: 0 } : { prompt: asked.find((value) => value === 'select_account') }),
  };
}
