import { askBeside, clientId, discover, isRelayed } from './server.js';

/*
 * Sends a request and keeps it with its answer, both as they went over the wire.
 */

/**
 * @typedef {string[][]} Headers pairs of a name in lower case and a value
 * @typedef {{ method: string, url: string, headers: Headers, body: string }} Asked
 * @typedef {{ status: number, headers: Headers, body: string }} Answered status 0: a redirect that the browser hides
 *
 * @typedef {object} Exchange
 * @property {'par' | 'authorize' | 'token' | 'userinfo'} endpoint
 * @property {URLSearchParams} parameters of the request
 * @property {Asked} asked
 * @property {Answered} answered
 * @property {Record<string, any>} said the parameters of the answer
 * @property {boolean} [needsPerson] whether the answer leads to a page of the server instead of back to the app
 */

/** The authorization endpoint, asked by this page: the browser does not follow the answer. @param {URLSearchParams} parameters */
export async function askForCode(parameters) {
  const { sent, refused } = await push(parameters);
  if (refused !== undefined) return refused;
  const { authorization_endpoint: endpoint } = await discover();
  const told = isRelayed && isOwn(parameters) ? await askBeside('answer', String(sent)) : undefined;
  if (told !== undefined)
    return authorization(parameters, endpoint, { ...told, headers: Object.entries(told.headers) }, sent);
  const reply = await fetch(`${endpoint}?${sent}`, { redirect: 'manual' });
  if (reply.type !== 'opaqueredirect') return authorization(parameters, endpoint, await readAnswer(reply), sent);
  return recallCode(parameters, undefined, sent);
}

/** Whether a request is of the client that this page is. @param {URLSearchParams} parameters */
export const isOwn = (parameters) => parameters.get('client_id') === clientId;

/**
 * Where the server takes pushed requests alone (RFC 9126), pushes one first. Returns what is sent to the authorization endpoint, or the
 * exchange in which the server refused it. @param {URLSearchParams} parameters
 */
export async function push(parameters) {
  const { require_pushed_authorization_requests: isNeeded, pushed_authorization_request_endpoint: endpoint } =
    await discover();
  if (!isNeeded) return { sent: parameters };
  const exchange = await post('par', endpoint, parameters);
  const { request_uri: requestUri } = exchange.said;
  if (requestUri === undefined) return { refused: exchange };
  return { sent: new URLSearchParams({ client_id: parameters.get('client_id') ?? '', request_uri: requestUri }) };
}

/**
 * The same request, which the browser has made already. It hides the answer, so the server is asked for it.
 * @param {URLSearchParams} parameters @param {string} [cameTo] the address that the browser came back to. It counts, whatever the
 * server says: an app has nothing else, and somebody may have sent the browser here with an answer of their own.
 * @param {URLSearchParams} [sent] what was sent instead of the parameters
 */
export async function recallCode(parameters, cameTo, sent = parameters) {
  const { authorization_endpoint: endpoint } = await discover();
  // Where the server relays requests, to ask for an answer is to make the request again.
  const told = isRelayed ? undefined : await askBeside('answer', String(sent));
  const isTold = told !== undefined && (cameTo === undefined || told.headers.location === cameTo);
  const seen = cameTo === undefined ? { status: 0, headers: {} } : { status: 302, headers: { location: cameTo } };
  const { status, headers } = isTold ? told : seen;
  return authorization(parameters, endpoint, { status, headers: Object.entries(headers), body: '' }, sent);
}

/** @returns {Exchange} */
function authorization(parameters, endpoint, answered, sent) {
  const location = header(answered, 'location');
  const to = location === undefined ? undefined : new URL(location, endpoint);
  // The server's own pages are at paths of its own, and no redirect URI is only a path.
  const isBack = location !== undefined && !location.startsWith('/');
  return {
    endpoint: 'authorize',
    parameters,
    asked: { method: 'GET', url: `${new URL(endpoint).pathname}?${sent}`, headers: [], body: '' },
    answered,
    said: isBack ? Object.fromEntries(to?.searchParams ?? []) : {},
    // Anywhere else than to the app: to a page of the server, for the person.
    needsPerson: to !== undefined && !isBack,
  };
}

/** @param {URLSearchParams} parameters */
export async function askForTokens(parameters) {
  const { token_endpoint: endpoint } = await discover();
  return post('token', endpoint, parameters);
}

/** @param {'par' | 'token'} name @param {string} endpoint @param {URLSearchParams} parameters */
async function post(name, endpoint, parameters) {
  const reply = await fetch(endpoint, { method: 'POST', body: parameters });
  const type = ['content-type', 'application/x-www-form-urlencoded'];
  const asked = { method: 'POST', url: new URL(endpoint).pathname, headers: [type], body: String(parameters) };
  return withJson({ endpoint: name, parameters, asked, answered: await readAnswer(reply) });
}

/** @param {string} accessToken */
export async function askForPerson(accessToken) {
  const { userinfo_endpoint: endpoint } = await discover();
  const authorization = `Bearer ${accessToken}`;
  const reply = await fetch(endpoint, { headers: { authorization } });
  const asked = {
    method: 'GET',
    url: new URL(endpoint).pathname,
    headers: [['authorization', authorization]],
    body: '',
  };
  const parameters = new URLSearchParams();
  return withJson({ endpoint: 'userinfo', parameters, asked, answered: await readAnswer(reply) });
}

const readAnswer = async (reply) => ({
  status: reply.status,
  headers: [...reply.headers],
  body: await reply.text(),
});

/** @param {Omit<Exchange, 'said'>} exchange @returns {Exchange} */
function withJson(exchange) {
  try {
    return { ...exchange, said: JSON.parse(exchange.answered.body) };
  } catch {
    return { ...exchange, said: {} };
  }
}

/** @param {Answered} answered @param {string} name in lower case */
export const header = ({ headers }, name) => headers.find(([key]) => key === name)?.[1];
