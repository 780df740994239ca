import { hkdfSync } from 'node:crypto';
import * as v from 'valibot';
import { localWrapper } from '../keys/local-wrapper.ts';
import { hashSecret } from '../secret.ts';

/*
 * A round trip to a provider. It is bound to the browser by a secret in a cookie, from which everything else is derived: the code
 * verifier and the nonce are stored nowhere, and what the database must remember is encrypted. Each flow has its own cookie,
 * named after `state`, so that tabs do not disturb each other.
 */

/** What is remembered while the person is at the provider. */
export type Flow = {
  /** The id of the provider. */
  provider: string;
  /** The interrupted authorization request as a query. Empty when there is none. */
  query: string;
  /** The session of a person who wants to link an account at the provider. Absent for a sign-in. */
  linkFor?: string | undefined;
  /** The person must authenticate at the provider again, after this time (epoch seconds). */
  freshSince?: number | undefined;
  /**
   * Whom the provider has signed in, how and when, while the person has yet to confirm that they are to be signed in here. `subject`: what
   * it calls them.
   */
  signsIn?: { sub: string; subject: string; epoch: number; amr: readonly string[]; authTime: number } | undefined;
};

/** Seconds to sign in at a provider. */
export const flowLifetime = 900;

/** Returns the id that the flow is stored under. */
export const flowId = (cookie: string, state: string): string => hashSecret(`${cookie} ${state}`);

const derive = (cookie: string, state: string, purpose: string): Buffer =>
  Buffer.from(hkdfSync('sha256', cookie, state, `pixy upstream ${purpose}`, 32));

/** Returns the code verifier (RFC 7636 §4.1) of 43 characters. */
export const flowVerifier = (cookie: string, state: string): string =>
  derive(cookie, state, 'code verifier').toString('base64url');

/** Returns the nonce (OpenID Connect Core §15.5.2). */
export const flowNonce = (cookie: string, state: string): string =>
  derive(cookie, state, 'nonce').toString('base64url');

export const sealFlow = (cookie: string, state: string, flow: Flow): Promise<Uint8Array> =>
  localWrapper(derive(cookie, state, 'seal')).wrap(Buffer.from(JSON.stringify(flow)), state);

/** Decrypts a flow. Throws when it was sealed for another browser or another state. */
export async function openFlow(cookie: string, state: string, sealed: Uint8Array): Promise<Flow> {
  const plain = await localWrapper(derive(cookie, state, 'seal')).unwrap(sealed, state);
  return v.parse(flow, JSON.parse(Buffer.from(plain).toString('utf8')));
}

const flow = v.object({
  provider: v.string(),
  query: v.string(),
  linkFor: v.optional(v.string()),
  freshSince: v.optional(v.number()),
  signsIn: v.optional(
    v.object({
      sub: v.string(),
      // Flows of the version before have none. Nobody is linked by it, so they are over.
      subject: v.optional(v.string(), ''),
      epoch: v.number(),
      amr: v.array(v.string()),
      authTime: v.number(),
    }),
  ),
});
