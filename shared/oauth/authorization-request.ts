import { decodeJwt } from 'jose';
import type { ChallengeParameters } from '../pkce/code-challenge.ts';
import { ok, type Result, refuse } from '../result.ts';
import { parseClaims, type RequestedClaims } from './claims.ts';
import { multiple, type Parameters, refuseUnclear, single } from './parameters.ts';
import { ofPages, referenceIn } from './pushed-request.ts';
import type { Refusal } from './refusal.ts';
import { parseResponseMode, parseResponseType, type ResponseMode, type ResponseType } from './response-type.ts';

/** The parameters of RFC 6749 §4.1.1, RFC 7636 §4.3 and OpenID Connect Core §3.1.2.1 that shape the response. */
export type AuthorizationRequest = ChallengeParameters & {
  responseType: ResponseType;
  /** URIs of APIs (RFC 8707), not yet looked up. */
  resources: readonly string[];
  claims: RequestedClaims;
  idTokenHint?: string | undefined;
  scope?: string | undefined;
  nonce?: string | undefined;
  /** The thumbprint of the key that the code is to be bound to (RFC 9449 §10). */
  dpopJkt?: string | undefined;
  prompt: readonly Prompt[];
  /** Whether the person has already been sent to the sign-in page for this request. */
  wasSignedIn: boolean;
  /** Whether the person has said no to it, where only the authorization endpoint can sign the answer. */
  wasDenied: boolean;
  /** Requested authentication context classes, in order of preference. */
  acrValues: readonly string[];
  /** The most seconds allowed since the person last signed in. */
  maxAge?: number | undefined;
};

const prompts = ['none', 'login', 'consent', 'select_account'] as const;
type Prompt = (typeof prompts)[number];

const maximumLength = { state: 4_096, nonce: 1_024, scope: 2_048, claims: 4_096 };

/** Returns the state to echo byte for byte, if there is exactly one and it is readable and not too long (RFC 6749 §4.1.2). */
export function echoedState(parameters: Parameters): string | undefined {
  if (parameters.duplicated.has('state')) return undefined;
  const state = single(parameters, 'state');
  return state !== undefined && state.length <= maximumLength.state ? state : undefined;
}

/**
 * Returns how to send the response, even a refusal: in the requested mode if possible, else in the default of the response type.
 * What would return a token is refused in the fragment, where its client looks (OAuth 2.0 Multiple Response Types §5).
 */
export function answerMode(parameters: Parameters): ResponseMode {
  const sent = single(parameters, 'response_type') ?? '';
  const type = parseResponseType(sent) ?? (words(sent).some(isToken) ? 'code id_token' : 'code');
  const asked = parameters.duplicated.has('response_mode') ? undefined : requestedMode(parameters);
  return parseResponseMode(asked, type) ?? (type === 'code' ? 'query' : 'fragment');
}

const isToken = (value: string): boolean => value === 'token' || value === 'id_token';

/** The mode in a request object counts as well, if only for the refusal of that object (OpenID Connect Core §6.1). */
function requestedMode(parameters: Parameters): string | undefined {
  const request = single(parameters, 'request');
  const inside = request === undefined ? undefined : modeIn(request);
  return inside ?? single(parameters, 'response_mode');
}

function modeIn(requestObject: string): string | undefined {
  try {
    const { response_mode: mode } = decodeJwt<{ response_mode?: unknown }>(requestObject);
    return typeof mode === 'string' ? mode : undefined;
  } catch {
    return undefined;
  }
}

/** Parses everything after client and redirect URI. Every refusal from here on goes back to the client by redirect. */
export function parseAuthorizationRequest(parameters: Parameters): Result<AuthorizationRequest, Refusal> {
  const unclear = refuseUnclear(parameters);
  if (unclear) return refuse(unclear);
  for (const [name, maximum] of Object.entries(maximumLength)) {
    if ((single(parameters, name)?.length ?? 0) > maximum) return refuse({ reason: 'parameter_too_long' });
  }
  if (single(parameters, 'request') !== undefined) return refuse({ reason: 'request_object_unsupported' });
  if (single(parameters, 'request_uri') !== undefined) return refuse({ reason: 'request_uri_unsupported' });

  const sentType = single(parameters, 'response_type');
  if (sentType === undefined) return refuse({ reason: 'response_type_missing' });
  const responseType = parseResponseType(sentType);
  if (responseType === undefined) return refuse({ reason: 'response_type_unsupported' });
  const responseMode = parseResponseMode(single(parameters, 'response_mode'), responseType);
  if (responseMode === undefined) return refuse({ reason: 'response_mode_unsupported' });
  const nonce = single(parameters, 'nonce');
  if (responseType === 'code id_token' && nonce === undefined) return refuse({ reason: 'nonce_required' });

  const dpopJkt = single(parameters, 'dpop_jkt');
  if (dpopJkt !== undefined && !isThumbprint(dpopJkt)) return refuse({ reason: 'dpop_jkt_malformed' });

  const prompt = parsePrompt(single(parameters, 'prompt'));
  if (!prompt.ok) return prompt;
  const maxAge = single(parameters, 'max_age');
  if (maxAge !== undefined && !/^\d{1,9}$/.test(maxAge)) return refuse({ reason: 'max_age_malformed' });
  const claims = parseClaims(single(parameters, 'claims'));
  if (!claims.ok) return claims;
  return ok({
    responseType,
    resources: multiple(parameters, 'resource'),
    claims: claims.value,
    idTokenHint: single(parameters, 'id_token_hint'),
    scope: single(parameters, 'scope'),
    nonce,
    dpopJkt,
    prompt: prompt.value,
    wasSignedIn: single(parameters, ofPages.signedIn) !== undefined,
    wasDenied: single(parameters, ofPages.denied) !== undefined,
    acrValues: words(single(parameters, 'acr_values')),
    maxAge: maxAge === undefined ? undefined : Number(maxAge),
    codeChallenge: single(parameters, 'code_challenge'),
    codeChallengeMethod: single(parameters, 'code_challenge_method'),
  });
}

/** SHA-256 in base64url, in its only spelling: of the last character, two bits are unused. */
const isThumbprint = (text: string): boolean => /^[\w-]{42}[AEIMQUYcgkosw048]$/.test(text);

const words = (text: string | undefined): string[] => (text ?? '').split(' ').filter((value) => value !== '');

/**
 * Parses `prompt` (OpenID Connect Core §3.1.2.1): separated by spaces, with `none` only by itself. Ignores unknown values, like
 * unknown parameters.
 */
function parsePrompt(text: string | undefined): Result<Prompt[], Refusal> {
  const values = words(text);
  const known = prompts.filter((prompt) => values.includes(prompt));
  return values.includes('none') && values.length > 1 ? refuse({ reason: 'prompt_contradictory' }) : ok(known);
}

/**
 * Returns the request to continue with after a sign-in, which satisfies `prompt=login`, `prompt=select_account`, any `max_age`
 * and any requested class, so they are removed. This keeps /authorize stateless and prevents loops.
 */
export function afterSignIn(parameters: Parameters): Parameters {
  const next = without(parameters, ['login', 'select_account'], ['max_age', 'acr_values', 'pixy_problem']);
  return referenceIn(parameters) !== undefined || isForThem(parameters) ? noting('signedIn', next) : next;
}

/**
 * Whether the person who has just signed in is the requested one, at the requested strength, or asking again would not help. Such a
 * request returns from the sign-in page with a parameter of ours, which can only cause refusals.
 */
export function isForThem(parameters: Parameters): boolean {
  const claims = parseClaims(single(parameters, 'claims'));
  const isForSomebody = parameters.values.has('id_token_hint') || (claims.ok && claims.value.subjects !== undefined);
  return isForSomebody || (claims.ok && claims.value.acr?.essential === true);
}

/** Returns the request to continue with after one of the signed-in accounts was chosen. Answers only that question. */
export function afterSelection(parameters: Parameters): Parameters {
  const next = without(parameters, ['select_account'], []);
  return referenceIn(parameters) === undefined ? next : noting('chosen', next);
}

/** Adds that the person has answered. */
export const noting = (answer: 'signedIn' | 'chosen' | 'denied', parameters: Parameters): Parameters => ({
  ...parameters,
  values: new Map([...parameters.values, [ofPages[answer], ['1']]]),
});

/** Returns the request that asks which of the signed-in accounts, or another one, it is for. */
export const selectingAccount = (parameters: Parameters): Parameters => {
  const prompt = words(single(parameters, 'prompt')).filter((value) => value === 'consent');
  return withPrompt(parameters, [...prompt, 'select_account'].join(' '));
};

/** Returns the request that asks for a sign-in instead of a choice among the signed-in accounts. */
export const signingIn = (parameters: Parameters): Parameters => {
  const prompt = words(single(parameters, 'prompt')).filter((value) => value === 'consent');
  return withPrompt(parameters, [...prompt, 'login'].join(' '));
};

/** Takes away values of `prompt` that are answered, and parameters. */
export function without(parameters: Parameters, answered: readonly string[], names: readonly string[]): Parameters {
  const prompt = words(single(parameters, 'prompt')).filter((value) => !answered.includes(value));
  const values = new Map(parameters.values);
  for (const name of names) values.delete(name);
  return withPrompt({ ...parameters, values }, prompt.join(' '));
}

function withPrompt(parameters: Parameters, prompt: string): Parameters {
  const values = new Map(parameters.values);
  if (prompt === '') values.delete('prompt');
  else values.set('prompt', [prompt]);
  return { ...parameters, values };
}
