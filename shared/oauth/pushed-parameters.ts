import { isForThem, noting, without } from './authorization-request.ts';
import { encodePairs, encodeParameters, type Parameters } from './parameters.ts';
import { ofPages, requestUriOf } from './pushed-request.ts';
import type { Refusal } from './refusal.ts';

/*
 * What becomes of the parameters of a pushed request, and what is written of it in addresses.
 */

/** How a pushed request is written in an address: whose it is, and which one. No other parameter of the client counts. */
export const nameOf = (clientId: string, reference: string): string =>
  encodePairs([
    ['client_id', clientId],
    ['request_uri', requestUriOf(reference)],
  ]);

/** Returns the query with which a pushed request goes on: its name, the proof, and what the person answered on our pages. */
export function goingOn(name: string, mark: string, address: Parameters): string {
  const answers = [ofPages.signedIn, ofPages.chosen].filter((answer) => address.values.has(answer));
  return `${name}&${encodePairs([[ofPages.opened, mark], ...answers.map((answer) => [answer, '1'] as const)])}`;
}

/** How a client authenticates is over once it has pushed; and our own parameters are nobody else's. */
const notKept = new Set(['client_id', 'client_secret', 'client_assertion', 'client_assertion_type']);

/** Returns the parameters of a pushed request that are part of the authorization request, with the client that pushed it. */
export function pushedParameters(form: Parameters, clientId: string): Parameters {
  const kept = [...form.values].filter(([name]) => !notKept.has(name) && !name.startsWith('pixy_'));
  return { ...form, values: new Map([['client_id', [clientId]], ...kept]) };
}

/** Characters that a request may have as it is kept. Each kilobyte of it costs a write, and strangers ask as public clients. */
const largest = 16_384;

/** The same for what a client pushes or signs, and for what a device asks for. Refuses `pushed_request_too_large`. */
export const refuseLarge = (parameters: Parameters): Refusal | undefined =>
  encodeParameters(parameters).length > largest ? { reason: 'pushed_request_too_large' } : undefined;

/**
 * Returns the request that a page of ours interrupts: what was pushed, with the parameters of the address that are about the page
 * alone. They decide what the page shows first, and nothing at /authorize.
 */
export function onPage(pushed: Parameters, address: Parameters): Parameters {
  const ofPage = [...address.values].filter(([name]) => ['prompt', 'idp', 'pixy_problem'].includes(name));
  const values = new Map([...pushed.values, ...ofPage]);
  // The request itself may name a provider. Whoever comes back from there with a problem is not sent there again.
  if (address.values.has('pixy_problem') && !address.values.has('idp')) values.delete('idp');
  return { ...pushed, values };
}

/**
 * Returns a pushed request as it is after what the person answered on our pages, which the address tells, for nobody changes the
 * request itself. `prompt=login` and `max_age` stay: only the time of the session satisfies them.
 */
export function afterAnswers(pushed: Parameters, address: Parameters): Parameters {
  const answered = afterSigningIn(pushed, address);
  return address.values.has(ofPages.denied) ? noting('denied', answered) : answered;
}

function afterSigningIn(pushed: Parameters, address: Parameters): Parameters {
  if (address.values.has(ofPages.signedIn)) {
    const next = without(pushed, ['select_account'], ['acr_values']);
    return isForThem(pushed) ? noting('signedIn', next) : next;
  }
  return address.values.has(ofPages.chosen) ? without(pushed, ['select_account'], []) : pushed;
}
