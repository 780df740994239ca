/*
 * A whole sign-in as a public client, with nothing but what the browser brings: RFC 7636 on both sides of the redirect.
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

const steps = document.getElementById('steps');
function show(title, value, isWrong = false) {
  const item = document.createElement('li');
  const heading = document.createElement('p');
  heading.textContent = title;
  if (isWrong) heading.className = 'wrong';
  item.append(heading);
  if (value !== undefined) {
    const text = document.createElement('pre');
    text.textContent = typeof value === 'string' ? value : JSON.stringify(value, null, 2);
    item.append(text);
  }
  steps.append(item);
}

const discover = async () => (await fetch('/.well-known/oauth-authorization-server')).json();

async function start() {
  const { authorization_endpoint: authorizationEndpoint } = await discover();
  const request = { verifier: random(), state: random(), nonce: random() };
  sessionStorage.setItem('request', JSON.stringify(request));
  location.assign(
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
  if (request === null) return show('This page did not start a sign-in. Start one.', undefined, true);
  if (response.get('error')) return show(`Refused: ${response.get('error')}`, response.get('error_description'), true);
  const metadata = await discover();
  if (response.get('state') !== request.state || response.get('iss') !== metadata.issuer) {
    return show('The answer does not belong to our request: state or iss differ.', undefined, true);
  }
  show('The browser came back with a code, our state and the issuer.');
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
  if (!reply.ok) return show(`Refused: ${tokens.error}`, tokens.error_description, true);
  show('The code and the verifier were exchanged for tokens.');
  const [idHeader, idClaims] = tokens.id_token.split('.').slice(0, 2).map(decode);
  if (idClaims.nonce !== request.nonce)
    return show('The ID token has another nonce than our request.', undefined, true);
  show('ID token: who signed in (decoded)', { header: idHeader, claims: idClaims });
  const [accessHeader, accessClaims] = tokens.access_token.split('.').slice(0, 2).map(decode);
  show('Access token: what the app may do (decoded)', { header: accessHeader, claims: accessClaims });
  document.body.dataset.signedIn = idClaims.sub;
}

document.getElementById('start').addEventListener('click', start);
const response = new URLSearchParams(location.search);
if (response.has('code') || response.has('error')) finish(response);
else if (response.has('start')) start();
