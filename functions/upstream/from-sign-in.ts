import { type Reply, seeOther } from '../../shared/http/reply.ts';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import { encodeParameters, type Parameters, single } from '../../shared/oauth/parameters.ts';
import type { Reason } from '../../shared/oauth/refusal.ts';
import type { Look } from '../../shared/pages/look.ts';
import type { Problem } from '../../shared/pages/problem.ts';
import type { ProviderButton } from '../../shared/upstream/provider.ts';

/*
 * What the sign-in page has to know about upstream providers. It never talks to one: that is for the function behind
 * /upstream, whose libraries nobody else has to load.
 */

/** On to a provider, when `idp` names one: a button of the page, or a parameter of the request, which skips the page. */
export function toProvider(
  idp: string | undefined,
  interrupted: Parameters,
  providers: readonly ProviderButton[],
): Reply | undefined {
  const provider = providers.find(({ id }) => id === idp);
  return provider && seeOther(`${endpoints.upstream}/${provider.id}/start?${encodeParameters(interrupted)}`);
}

/** Ours, in the address of a page that somebody comes back to without having signed in: a reason and the id of a provider. */
export const problemParameter = 'pixy_problem';

export type UpstreamReason = Extract<Reason, `upstream_${string}`>;

const said = {
  upstream_denied: 'problem.providerDenied',
  upstream_unavailable: 'problem.providerUnavailable',
  upstream_answer_invalid: 'problem.providerFailed',
  upstream_account_disabled: 'problem.providerFailed',
  upstream_not_fresh: 'problem.providerNotFresh',
  upstream_not_linked: 'problem.providerNotLinked',
  upstream_linked_elsewhere: 'problem.providerLinkedElsewhere',
  upstream_address_refused: 'problem.providerAddress',
} as const satisfies Partial<Record<UpstreamReason, string>>;

/** What went wrong at a provider, in words: only texts of ours and names of providers of ours, whatever the address says. */
export function upstreamProblem(
  parameters: Parameters,
  providers: readonly ProviderButton[],
  look: Look,
): Problem | undefined {
  const [reason, id] = single(parameters, problemParameter)?.split('.') ?? [];
  if (reason === 'upstream_flow_unknown') return { text: look.text('problem.signInExpired') };
  const provider = providers.find((one) => one.id === id)?.name;
  if (provider === undefined || reason === undefined || !Object.hasOwn(said, reason)) return undefined;
  return { text: look.text(said[reason as keyof typeof said], { provider }) };
}

/** The request without what is only about providers, so that coming back leads to the sign-in page and not in a circle. */
export function withoutProvider(parameters: Parameters): Parameters {
  const values = new Map(parameters.values);
  for (const name of ['idp', problemParameter]) values.delete(name);
  return { ...parameters, values };
}
