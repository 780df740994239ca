import { challengeOf, noteOn } from './challenge.js';
import { byId, fieldOf } from './elements.js';
import { randomText } from './encoding.js';

/*
 * The fields of the flow. Their ids are the names of the parameters.
 */

const names = [
  'code_verifier',
  'code_challenge',
  'code_challenge_method',
  'client_id',
  'redirect_uri',
  'scope',
  'state',
  'nonce',
];

export const readFields = () => Object.fromEntries(names.map((name) => [name, fieldOf(name).value]));

/** @param {object} values of some or all of the fields */
export function fillFields(values) {
  for (const [name, value] of Object.entries(values)) fieldOf(name).value = value;
  return noteChallenge();
}

/** What the token request sends. */
export const readTokenFields = () => ({
  client_id: fieldOf('client_id').value,
  code: fieldOf('code').value,
  code_verifier: fieldOf('sent_verifier').value,
  redirect_uri: fieldOf('sent_redirect_uri').value,
});

export function fillTokenFields({ code, code_verifier: verifier, redirect_uri: redirectUri }) {
  fieldOf('code').value = code;
  fieldOf('sent_verifier').value = verifier;
  fieldOf('sent_redirect_uri').value = redirectUri;
}

async function noteChallenge() {
  const { code_verifier: verifier, code_challenge: challenge, code_challenge_method: method } = readFields();
  byId('code_challenge-note').textContent = await noteOn({ verifier, challenge, method });
}

async function followVerifier() {
  const { code_verifier: verifier, code_challenge_method: method } = readFields();
  await fillFields({ code_challenge: await challengeOf(verifier, method) });
}

export async function renewVerifier() {
  await fillFields({ code_verifier: randomText() });
  await followVerifier();
}

/** The challenge follows the verifier and the method; whoever types another one keeps it. */
export function watchFields() {
  byId('code_verifier').addEventListener('input', () => void followVerifier());
  byId('code_challenge_method').addEventListener('change', () => void followVerifier());
  byId('code_challenge').addEventListener('input', () => void noteChallenge());
}
