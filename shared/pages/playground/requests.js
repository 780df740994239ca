import { challengeOf } from './challenge.js';
import { randomText } from './encoding.js';
import { clientId, redirectUri } from './server.js';

/*
 * The parameters of both requests, as a person can change them. An empty one is not sent.
 */

/** Fresh values for one sign-in. @param {string} [method] */
export async function freshValues(method = 'S256') {
  const verifier = randomText();
  return {
    code_verifier: verifier,
    code_challenge_method: method,
    code_challenge: await challengeOf(verifier, method),
    client_id: clientId,
    redirect_uri: redirectUri,
    scope: 'openid profile email',
    state: randomText(),
    nonce: randomText(),
  };
}

const sent = (parameters) => new URLSearchParams(Object.entries(parameters).filter(([, value]) => value !== ''));

/** RFC 6749 §4.1.1, RFC 7636 §4.3. */
export const authorizationParameters = (values) =>
  sent({
    response_type: 'code',
    client_id: values.client_id,
    redirect_uri: values.redirect_uri,
    scope: values.scope,
    state: values.state,
    nonce: values.nonce,
    code_challenge: values.code_challenge,
    code_challenge_method: values.code_challenge_method,
  });

/** RFC 6749 §4.1.3, RFC 7636 §4.5. */
export const tokenParameters = ({ client_id, redirect_uri, code, code_verifier }) =>
  sent({ grant_type: 'authorization_code', client_id, redirect_uri, code, code_verifier });
