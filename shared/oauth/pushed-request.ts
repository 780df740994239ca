import { type Parameters, single } from './parameters.ts';

/** RFC 9126 §2.2: what a pushed authorization request is called at the authorization endpoint. */
const urn = 'urn:ietf:params:oauth:request_uri:';

/** Returns the `request_uri` that stands for a pushed request; its reference is 256 random bits. */
export const requestUriOf = (reference: string): string => urn + reference;

/** Returns the reference in the `request_uri` of an authorization request. Undefined when it has none, or one that names nothing pushed. */
export const referenceIn = (parameters: Parameters): string | undefined =>
  /^urn:ietf:params:oauth:request_uri:(.+)$/s.exec(single(parameters, 'request_uri') ?? '')?.[1];

/**
 * Ours, in the addresses of our pages: a proof that a pushed request was opened in time; that the person has signed in for it, that they
 * chose an account, and that they said no. All but the proof a browser may say of itself: it spares a question or causes a refusal.
 */
export const ofPages = {
  opened: 'pixy_opened',
  signedIn: 'pixy_signed_in',
  chosen: 'pixy_chosen',
  denied: 'pixy_denied',
} as const;
