import { isLoopbackUri } from '../../shared/clients/back-channel-uri.ts';
import type { RegisteredClient } from '../../shared/clients/registered-client.ts';
import type { Answer } from '../../shared/http/endpoint.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import { selectingAccount } from '../../shared/oauth/authorization-request.ts';
import { statusOf } from '../../shared/oauth/describe-refusal.ts';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import { encodeParameters } from '../../shared/oauth/parameters.ts';
import type { Refusal } from '../../shared/oauth/refusal.ts';
import { consentPage } from '../../shared/pages/consent-page.ts';
import { problemOf } from '../../shared/pages/problem.ts';
import { nameAmong } from '../../shared/people/name-among.ts';
import { describedDetails } from '../described-details.ts';
import { textsFor } from '../scope-texts.ts';
import type { ConsentDeps } from './consent-deps.ts';
import type { Interrupted } from './find-interrupted.ts';

/** The page that says which client asks for what. `refusal`: what was wrong with the form that was sent before. */
export async function ask(
  { parameters, address, client, redirectUri, need, details, sub, formToken }: Interrupted,
  request: HttpRequest,
  deps: ConsentDeps,
  refusal?: Refusal,
): Promise<Answer> {
  const claims = (await deps.accounts.findClaims(sub)) ?? {};
  const look = deps.lookOf(request, parameters);
  const reply = await consentPage(look, {
    clientName: client.clientName ?? client.clientId,
    redirectUri,
    ...linksOf(client, redirectUri),
    ...whoKnows(client),
    scope: need.scope,
    details: await describedDetails(details, look.language, deps.apis),
    claims: need.claims,
    descriptions: await textsFor(need.scope, look.language, deps.apis),
    account: nameAmong(claims) ?? sub,
    otherAccountPath: `${endpoints.signIn}?${encodeParameters(selectingAccount(address))}`,
    formToken,
    cookies: [],
    ...(refusal && { problem: problemOf(refusal, look), status: statusOf(refusal) }),
  });
  return {
    reply,
    ...(refusal && { decision: { verdict: 'refused', client: client.clientId, reason: refusal.reason } }),
  };
}

/** What the page says about a client that nobody registered. */
function whoKnows({ clientId, clientClass, redirectUris }: RegisteredClient) {
  if (clientClass === undefined) return {};
  return {
    isUnverified: true,
    clientHost: clientClass === 'url' ? new URL(clientId).host : undefined,
    isLoopbackOnly: redirectUris.every(isLoopbackUri),
  };
}

/**
 * The links of a client that nobody registered: those to the host of its document, or to where the answer goes. It may name redirect URIs of
 * others among its own, and their links would lend it their look.
 */
function linksOf({ clientId, clientClass, policyUri, tosUri }: RegisteredClient, redirectUri: string) {
  const hosts = [...(clientClass === 'url' ? [clientId] : []), redirectUri].map(hostOf);
  const shown = (uri = '') =>
    clientClass === undefined || hosts.some((host) => host !== undefined && host === hostOf(uri)) ? uri : undefined;
  return { privacyUri: shown(policyUri), termsUri: shown(tosUri) };
}

/** Undefined for a scheme that has none, or that is answered on the device. */
const hostOf = (uri: string): string | undefined => {
  const url = URL.parse(uri);
  return url?.protocol === 'https:' ? url.host : undefined;
};
