import { textBlock } from './copy-button.js';
import { decidingRule, explainRules, findDecision, findDecisionAtOnce, reasonOf } from './decision.js';
import { announce, element, onPress } from './elements.js';
import { header, isOwn } from './exchange.js';
import { isLogRemote, isRelayed } from './server.js';

/**
 * One exchange with everything there is to know about it: both messages, what the server said, why, which rule decided, and the audit
 * line. `asRequested`: the parameters of the authorization request that the exchange goes back to, for the rules.
 */
export async function exchangeCard(title, exchange, asRequested = exchange.parameters) {
  const { isWrong, parts } = await describe(exchange, asRequested);
  return element('article', { className: cardClass(isWrong) }, element('h4', {}, title), ...parts);
}

/** The same, closed: for what only leads up to something else. */
export async function foldedCard(title, exchange, asRequested) {
  const { isWrong, parts } = await describe(exchange, asRequested);
  const heading = element('h4', { className: 'folded' }, title);
  return element('details', { className: cardClass(isWrong) }, element('summary', {}, heading), ...parts);
}

const cardClass = (isWrong) => (isWrong ? 'exchange wrong' : 'exchange');

async function describe(exchange, asRequested) {
  const [decision, explanation] = await Promise.all([findDecisionAtOnce(exchange), explainRules(asRequested)]);
  const { asked, answered, endpoint } = exchange;
  const isWrong = exchange.said.error !== undefined || answered.status >= 400;
  const parts = [
    ...textBlock('Request', writtenRequest(asked), sentRequest(asked)),
    ...textBlock('Answer', writtenAnswer(answered), sentAnswer(answered)),
    ...otherHeaders(answered),
    element('h5', {}, 'What the server said'),
    ...saidBy(exchange, decision),
    element('h5', {}, 'Which rule decided'),
    element('p', {}, decidingRule(exchange, decision, explanation)),
    ...(endpoint === 'userinfo' || explanation === undefined ? [] : [allRules(explanation)]),
    ...auditLine(exchange, decision),
  ];
  return { isWrong, parts };
}

const breakUp = (parameters) => parameters.replaceAll('&', '\n&');

/** One parameter a line, for people. */
const writtenRequest = ({ method, url, headers, body }) =>
  [`${method} ${breakUp(url)}`, ...lines(headers), ...(body && ['', breakUp(body)])].join('\n');

/** As it was sent. */
const sentRequest = ({ method, url, headers, body }) =>
  [`${method} ${url}`, ...lines(headers), ...(body && ['', body])].join('\n');

/** The headers that have to do with the flow. */
const telling = new Set([
  'location',
  'content-type',
  'cache-control',
  'www-authenticate',
  'retry-after',
  'x-request-id',
]);

const lines = (headers) => headers.map((pair) => pair.join(': '));

const first = (status) => (status === 0 ? 'a redirect, which the browser hides' : String(status));

const writtenAnswer = ({ status, headers, body }) =>
  [first(status), ...lines(headers.filter(([name]) => telling.has(name))), ...(body && ['', written(body)])].join('\n');

const sentAnswer = ({ status, headers, body }) =>
  [first(status), ...lines(headers), ...(body && ['', body])].join('\n');

function otherHeaders({ headers }) {
  const others = headers.filter(([name]) => !telling.has(name));
  if (others.length === 0) return [];
  const summary = element('summary', {}, `${others.length} more headers`);
  return [element('details', {}, summary, element('pre', {}, lines(others).join('\n')))];
}

/** JSON in lines, everything else as it is. */
function written(body) {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}

function saidBy(exchange, decision) {
  const { said, answered, needsPerson, parameters } = exchange;
  const reason = reasonOf(exchange, decision);
  if (said.error !== undefined) {
    return [
      element(
        'dl',
        {},
        ...pair('error', said.error),
        ...pair('error_description', said.error_description ?? ''),
        ...pair('error_uri', said.error_uri ? element('a', { href: said.error_uri }, said.error_uri) : 'none'),
        ...(reason === undefined ? [] : pair('reason', reason)),
      ),
    ];
  }
  if (needsPerson) return [element('p', {}, 'It sends the browser to a page of its own, for the person.')];
  if (said.code !== undefined) return [element('p', {}, 'It sends the browser back to the app with a code.')];
  if (answered.status === 0) {
    const others = isRelayed && !isOwn(parameters) ? ', and this page is told no answers to other clients' : '';
    return [element('p', {}, `It redirects, and the browser hides where to${others}.`)];
  }
  if (answered.status >= 400) {
    const why = reason === undefined ? [] : [' The reason: ', element('a', { href: `/errors#${reason}` }, reason), '.'];
    return [
      element('p', {}, 'It shows an error page: there is no address that the answer could safely go to.', ...why),
    ];
  }
  const issued = said.access_token === undefined ? 'It says who the person is.' : 'It issues tokens.';
  return [element('p', {}, issued)];
}

const pair = (name, value) => [element('dt', {}, name), element('dd', {}, value)];

/** The table of `pixy policy explain`. */
function allRules({ client_id: clientId, rules, verdict, passes, scope }) {
  const head = element('tr', {}, ...['Rule', 'Value', 'Effect'].map((text) => element('th', { scope: 'col' }, text)));
  const rows = rules.map(({ rule, value, effect, decides }) =>
    element(
      'tr',
      decides ? { className: 'decides' } : {},
      element('th', { scope: 'row' }, decides ? `${rule} (decides)` : rule),
      element('td', {}, value),
      element('td', {}, effect),
    ),
  );
  const dropped = scope.dropped ?? [];
  return element(
    'details',
    {},
    element('summary', {}, `Every rule, as pixy policy explain ${clientId} has them`),
    element('table', {}, element('thead', {}, head), element('tbody', {}, ...rows)),
    element(
      'p',
      {},
      `The authorization request is ${verdict}. Of the usual ones pass: ${passes.join(', ') || 'none'}.`,
    ),
    ...dropped.map(({ value, why }) => element('p', {}, `Scope ${value} is dropped: ${why}.`)),
  );
}

function auditLine(exchange, decision) {
  if (decision !== undefined) return foundLine(decision);
  const heading = element('h5', {}, 'Audit line');
  if (header(exchange.answered, 'x-request-id') === undefined) {
    return [heading, element('p', {}, 'Not known: the browser hides the id of this request.')];
  }
  if (isLogRemote) return [heading, searchFor(exchange, heading)];
  return [heading, element('p', {}, 'None: no decision was made, or nothing here tells.')];
}

const foundLine = ({ line, words }) => [...textBlock('Audit line', line), element('p', { className: 'note' }, words)];

/** Offers to search the log for a line, which takes the place of the offer and of its heading. */
function searchFor(exchange, heading) {
  const button = element('button', { type: 'button', className: 'quiet' }, 'Search the audit log for it');
  const note = element('p', { className: 'note', role: 'status' });
  const place = element('div', {}, element('p', { className: 'actions' }, button), note);
  onPress(button, async () => {
    note.textContent = 'Searching. This takes a few seconds.';
    const decision = await findDecision(exchange);
    if (decision === undefined) {
      note.textContent =
        'It is not there yet. CloudWatch Logs shows a line up to a minute after it was written: search again then.';
      return;
    }
    heading.remove();
    place.replaceWith(...foundLine(decision));
    announce(decision.words);
  });
  return place;
}
