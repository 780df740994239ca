import { type Parameters, single } from './parameters.ts';

/** RFC 9126 §2.2: what a pushed authorization request is called at the authorization endpoint. */
const urn = 'urn:ietf:params:oauth:request_uri:';
const shape = new RegExp(`^${urn}([A-Za-z0-9_-]{43})$`);

/** Returns the `request_uri` that stands for a pushed request; its reference is 256 random bits. */
export const requestUriOf = (reference: string): string => urn + reference;

/** Returns the reference in the `request_uri` of an authorization request. Undefined when it has none, or not one of ours. */
export const referenceIn = (parameters: Parameters): string | undefined =>
  shape.exec(single(parameters, 'request_uri') ?? '')?.[1];

/**
 * Ours, beside the name of a pushed request in the addresses of our pages: a proof that it was opened in time, that the person has
 * signed in for it, and that they chose an account. The last two a browser may say of itself: they spare a question, and no proof.
 */
export const ofPages = { opened: 'pixy_opened', signedIn: 'pixy_signed_in', chosen: 'pixy_chosen' } as const;
