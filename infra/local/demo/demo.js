/*
 * A whole sign-in as a public client, using only what browsers provide: RFC 7636 on both sides of the redirect.
 */

const clientId = 'demo-app';
const redirectUri = `${location.origin}/demo`;

const base64url = (bytes) =>
  btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
const random = () => base64url(crypto.getRandomValues(new Uint8Array(32)));
const s256 = async (text) => base64url(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));
const decode = (part) =>
  JSON.parse(
    new TextDecoder().decode(
      Uint8Array.from(atob(part.replaceAll('-', '+').replaceAll('_', '/')), (character) => character.charCodeAt(0)),
    ),
  );

const element = (id) => document.getElementById(id);

/** Adds a step. Inserts everything as text, never as markup. */
function show(title, value, isWrong = false) {
  const step = document.createElement('li');
  if (isWrong) step.className = 'wrong';
  const heading = document.createElement('h2');
  heading.textContent = title;
  step.append(heading);
  if (value !== undefined) {
    const text = document.createElement('pre');
    text.textContent = typeof value === 'string' ? value : JSON.stringify(value, null, 2);
    step.append(text);
  }
  element('steps').append(step);
}

const showWrong = (title, value) => show(title, value ?? undefined, true);

const discover = async () => (await fetch('/.well-known/oauth-authorization-server')).json();

/** `go` is how the browser leaves this page: `assign` keeps it in the history, `replace` does not. */
async function start(go) {
  const { authorization_endpoint: authorizationEndpoint } = await discover();
  const request = { verifier: random(), state: random(), nonce: random() };
  sessionStorage.setItem('request', JSON.stringify(request));
  location[go](
    `${authorizationEndpoint}?${new URLSearchParams({
      response_type: 'code',
      client_id: clientId,
      redirect_uri: redirectUri,
      scope: 'openid profile email',
      state: request.state,
      nonce: request.nonce,
      code_challenge: await s256(request.verifier),
      code_challenge_method: 'S256',
    })}`,
  );
}

async function finish(response) {
  const request = JSON.parse(sessionStorage.getItem('request') ?? 'null');
  sessionStorage.removeItem('request');
  history.replaceState(null, '', redirectUri);
  if (request === null) return showWrong('This answer belongs to no sign-in that this page has started.');
  const metadata = await discover();
  if (response.get('state') !== request.state || response.get('iss') !== metadata.issuer) {
    return showWrong('This answer belongs to another request: its state or its issuer differs.');
  }
  if (response.get('error')) return showWrong(`Refused: ${response.get('error')}`, response.get('error_description'));
  show('This page made a verifier and sent your browser to the server with its hash.', {
    code_challenge: await s256(request.verifier),
    code_challenge_method: 'S256',
  });
  show('Your browser came back with a code, our state and the name of the server.', {
    state: response.get('state'),
    iss: response.get('iss'),
  });
  const reply = await fetch(metadata.token_endpoint, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: clientId,
      redirect_uri: redirectUri,
      code: response.get('code'),
      code_verifier: request.verifier,
    }),
  });
  const tokens = await reply.json();
  if (!reply.ok) return showWrong(`Refused: ${tokens.error}`, tokens.error_description);
  const [idHeader, idClaims] = tokens.id_token.split('.').slice(0, 2).map(decode);
  if (idClaims.nonce !== request.nonce) return showWrong('The ID token has another nonce than our request.');
  show('This page exchanged the code and the verifier for tokens.', {
    token_type: tokens.token_type,
    expires_in: tokens.expires_in,
    scope: tokens.scope,
  });
  show('The ID token says who signed in.', { header: idHeader, claims: idClaims });
  const [accessHeader, accessClaims] = tokens.access_token.split('.').slice(0, 2).map(decode);
  show('The access token says what the app may do.', { header: accessHeader, claims: accessClaims });
  const person = await fetch(metadata.userinfo_endpoint, {
    headers: { authorization: `Bearer ${tokens.access_token}` },
  });
  show('The access token got this answer about the person (userinfo).', await person.json());
  element('title').textContent = 'You are signed in';
  element('introduction').textContent =
    'These are the steps that brought you here, and the tokens that the app has now, decoded.';
  element('start').textContent = 'Sign in again';
  const signOut = element('sign-out');
  signOut.hidden = false;
  signOut.addEventListener('click', () =>
    location.assign(
      `${metadata.end_session_endpoint}?${new URLSearchParams({
        id_token_hint: tokens.id_token,
        post_logout_redirect_uri: redirectUri,
      })}`,
    ),
  );
}

const showFailure = () => showWrong('The server did not answer as expected. Is it still running?');

element('start').addEventListener('click', () => void start('assign').catch(showFailure));
const response = new URLSearchParams(location.search);
if (response.has('code') || response.has('error')) finish(response).catch(showFailure);
else if (response.has('start')) start('replace').catch(showFailure);
