import { hkdfSync } from 'node:crypto';
import * as v from 'valibot';
import { localWrapper } from '../keys/local-wrapper.ts';
import { hashSecret } from '../secret.ts';

/*
 * One way to a provider and back. It is bound to the browser by a secret in a cookie, of which everything else is made: the
 * code verifier and the nonce are kept nowhere, and what the database has to remember is encrypted. Every flow has a cookie of
 * its own, named after `state`, so that several tabs do not disturb each other.
 */

/** What is remembered while the person is at the provider. */
export type Flow = {
  /** The id of the provider. */
  provider: string;
  /** The authorization request that was interrupted, as a query. Empty for somebody who came without one. */
  query: string;
  /** The session of the person who wants to link an account of the provider to theirs; absent: somebody signs in. */
  linkFor?: string | undefined;
  /** The provider has to ask the person again who they are: they must have signed in there since (epoch seconds). */
  freshSince?: number | undefined;
};

/** Seconds for somebody to sign in at a provider. */
export const flowLifetime = 900;

/** Under which the flow is kept. */
export const flowId = (cookie: string, state: string): string => hashSecret(`${cookie} ${state}`);

const derive = (cookie: string, state: string, purpose: string): Buffer =>
  Buffer.from(hkdfSync('sha256', cookie, state, `pixy upstream ${purpose}`, 32));

/** RFC 7636 §4.1: 43 characters. */
export const flowVerifier = (cookie: string, state: string): string =>
  derive(cookie, state, 'code verifier').toString('base64url');

/** OpenID Connect Core §15.5.2. */
export const flowNonce = (cookie: string, state: string): string =>
  derive(cookie, state, 'nonce').toString('base64url');

export const sealFlow = (cookie: string, state: string, flow: Flow): Promise<Uint8Array> =>
  localWrapper(derive(cookie, state, 'seal')).wrap(Buffer.from(JSON.stringify(flow)), state);

/** Throws when the flow was sealed for another browser or another state. */
export async function openFlow(cookie: string, state: string, sealed: Uint8Array): Promise<Flow> {
  const plain = await localWrapper(derive(cookie, state, 'seal')).unwrap(sealed, state);
  return v.parse(flow, JSON.parse(Buffer.from(plain).toString('utf8')));
}

const flow = v.object({
  provider: v.string(),
  query: v.string(),
  linkFor: v.optional(v.string()),
  freshSince: v.optional(v.number()),
});
