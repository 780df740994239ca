import { announce, byId, element, onPress } from './elements.js';
import { decodeJson } from './encoding.js';
import { askForCode, askForPerson, askForTokens, push, recallCode } from './exchange.js';
import { exchangeCard } from './exchange-card.js';
import { fillFields, fillTokenFields, readFields, readTokenFields } from './fields.js';
import { keep } from './kept.js';
import { authorizationParameters, freshValues, tokenParameters } from './requests.js';
import { discover, redirectUri } from './server.js';
import { tokenCard } from './token-card.js';

/*
 * The sign-in, step by step. What a step shows stands below its button.
 */

/** The authorization request that the code in the flow comes from, for the rules and the nonce. */
let asked = new URLSearchParams();

/**
 * Leaves the page for the server's own, with the request of the fields.
 * @param {string} next what to do on the way back: see kept.js @param {'assign' | 'replace'} [go] whether this page stays in the history
 * @param {object} [wanted] what was in the fields before, where this request is only for signing in
 */
export async function leave(next, go = 'assign', wanted) {
  const values = readFields();
  const { sent, refused } = await push(authorizationParameters(values));
  if (refused !== undefined) {
    await showAnswer(refused);
    return;
  }
  keep({ values, next, wanted });
  const { authorization_endpoint: endpoint } = await discover();
  location[go](`${endpoint}?${sent}`);
}

/** Has the person sign in with a request that comes back to this page. @param {string} next */
export async function signInFirst(next) {
  const wanted = readFields();
  await beginAgain();
  await leave(next, 'assign', wanted);
}

/** Empties what is shown, and makes fresh values. */
export async function beginAgain() {
  asked = new URLSearchParams();
  show('authorize');
  show('exchange');
  hideTokens();
  fillTokenFields({ code: '', code_verifier: '', redirect_uri: '' });
  await fillFields(await freshValues());
}

/** Sends the authorization request of the fields. Does not leave the page. */
export async function sendRequest() {
  const exchange = await askForCode(authorizationParameters(readFields()));
  await showAnswer(exchange);
  if (!exchange.needsPerson) return;
  const isOurs = readFields().redirect_uri === redirectUri;
  const button = element('button', { type: 'button' }, 'Go there and sign in');
  onPress(button, () => (isOurs ? leave('step') : signInFirst('send')));
  byId('authorize-result').append(element('p', { className: 'actions' }, button));
}

/**
 * Takes the answer that the browser came back with. False when nothing follows from it.
 * @param {object} values what was in the fields @param {URLSearchParams} response @param {string} cameTo the address
 */
export async function takeAnswer(values, response, cameTo) {
  await fillFields(values);
  const isAccepted = await showAnswer(await recallCode(authorizationParameters(values), cameTo));
  return isAccepted && response.has('code');
}

/** Whether the app goes on with the answer. */
async function showAnswer(exchange) {
  asked = exchange.parameters;
  show('authorize', await exchangeCard('The authorization request', exchange));
  const { said } = exchange;
  if (said.code === undefined) {
    announce(exchange.needsPerson ? 'The server wants to see you first.' : `Refused: ${said.error ?? 'an error page'}`);
    return false;
  }
  const values = readFields();
  const { issuer } = await discover();
  const isOurs = said.state === (values.state || undefined) && said.iss === issuer;
  const isNamed = values.state !== '';
  byId('authorize-result').append(verdict(isOurs && isNamed, stateSentence(isOurs, isNamed)));
  fillTokenFields({ code: said.code, code_verifier: values.code_verifier, redirect_uri: values.redirect_uri });
  announce('There is a code.');
  return isOurs && isNamed;
}

function stateSentence(isOurs, isNamed) {
  if (!isNamed) return 'The app refuses this answer: without a state, nothing says which request it belongs to.';
  return isOurs
    ? 'The app accepts this answer: its state and its issuer are those of the request.'
    : 'The app refuses this answer: its state or its issuer is not that of the request.';
}

/** Exchanges the code of the fields, and shows the tokens. */
export async function exchangeCode() {
  const exchange = await askForTokens(tokenParameters(readTokenFields()));
  show('exchange', await exchangeCard('The token request', exchange, asked));
  const { said } = exchange;
  if (said.error !== undefined) return announce(`Refused: ${said.error}`);
  await showTokens(said);
  announce('You are signed in.');
}

function hideTokens() {
  byId('tokens-none').hidden = false;
  byId('sign-out').hidden = true;
  byId('signed-in').hidden = true;
  show('tokens');
}

async function showTokens(tokens) {
  byId('tokens-none').hidden = true;
  byId('sign-out').hidden = tokens.id_token === undefined;
  byId('signed-in').hidden = false;
  const person = element('button', { type: 'button' }, 'Ask who this is');
  const answer = element('div');
  onPress(person, async () => {
    const exchange = await askForPerson(tokens.access_token);
    answer.replaceChildren(await exchangeCard('The userinfo request', exchange));
  });
  show(
    'tokens',
    ...(tokens.id_token ? [await tokenCard('ID token', tokens.id_token), ...nonceVerdict(tokens.id_token)] : []),
    await tokenCard('Access token', tokens.access_token),
    element('p', { className: 'actions' }, person),
    answer,
  );
  byId('sign-out').onclick = () => void signOut(tokens.id_token);
}

/** OpenID Connect Core §3.1.3.7: the app compares the nonce. */
function nonceVerdict(idToken) {
  const nonce = asked.get('nonce');
  if (nonce === null) return [];
  const isOurs = decodeJson(idToken.split('.')[1]).nonce === nonce;
  return [verdict(isOurs, isOurs ? 'The nonce is that of the request.' : 'The nonce is not that of the request.')];
}

async function signOut(idToken) {
  const { end_session_endpoint: endpoint } = await discover();
  location.assign(
    `${endpoint}?${new URLSearchParams({ id_token_hint: idToken, post_logout_redirect_uri: redirectUri })}`,
  );
}

const verdict = (isGood, text) => element('p', { className: isGood ? 'verdict right' : 'verdict wrong' }, text);

/** Shows something below a step in place of what was there. */
function show(step, ...content) {
  byId(`${step}-result`).replaceChildren(...content);
}

/** An answer that this page did not ask for. @param {URLSearchParams} response */
export function showStray(response) {
  const title = element('h4', { tabIndex: -1 }, 'This answer belongs to no sign-in that this page has started');
  show('authorize', element('article', { className: 'exchange wrong' }, title, element('pre', {}, String(response))));
  title.focus();
}
