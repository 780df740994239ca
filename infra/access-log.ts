/*
 * The access log of the API: one line of JSON for each request, also for those that no function sees. No line has the query string or a
 * header, which carry codes, states and challenges. The audit line of the same request id says the rest: what was asked, by whom, and
 * the answer.
 */

/** What only API Gateway knows. `request` is called that in audit lines, too; `error` is `-` unless the API itself answered. */
const short = {
  request: '$context.requestId',
  ip: '$context.identity.sourceIp',
  status: '$context.status',
  ms: '$context.responseLatency',
  error: '$context.error.responseType',
};

/** Everything that does not depend on who asks; the route stands for the path. */
const full = {
  requestId: '$context.requestId',
  time: '$context.requestTimeEpoch',
  ip: '$context.identity.sourceIp',
  method: '$context.httpMethod',
  route: '$context.routeKey',
  status: '$context.status',
  milliseconds: '$context.responseLatency',
  functionMilliseconds: '$context.integrationLatency',
  bytes: '$context.responseLength',
  error: '$context.error.responseType',
};

/** What the API logs about each request: a short line, a full one, or nothing. */
export const accessLogs = ['short', 'full', 'none'] as const;
export type AccessLog = (typeof accessLogs)[number];

/** The formats, as API Gateway takes them. */
export const accessLogFormats = { short: JSON.stringify(short), full: JSON.stringify(full) } as const;
