import type { Runtime } from '../../../functions/runtime.ts';
import type { HttpApiHandler } from '../../../shared/http/endpoint.ts';
import type { Reply } from '../../../shared/http/reply.ts';
import { decisionLine } from '../../../shared/reports/decision-line.ts';
import { explainRequest } from './explain-request.ts';
import type { Observer } from './observe.ts';

const reply = (statusCode: number, body: object): Reply => ({
  statusCode,
  headers: {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    'cross-origin-resource-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  },
  body: JSON.stringify(body),
});

const nothing = reply(404, {});

type Answerer = (event: Parameters<HttpApiHandler>[0]) => Reply | Promise<Reply>;

const readOnly =
  (answer: Answerer): HttpApiHandler =>
  async (event) =>
    event.requestContext.http.method === 'GET' ? answer(event) : reply(405, {});

/**
 * What the playground asks besides the server's own endpoints, for local runs only: how the authorization endpoint answered the
 * request with this query, the audit line of a request, and the rules for a request, as `pixy policy explain` has them.
 */
export const playgroundAnswers = (
  runtime: Runtime,
  observer: Observer,
  at = '/demo',
): [path: string, handler: HttpApiHandler][] => [
  [
    `${at}/answer`,
    readOnly((event) => {
      const answer = observer.takeAnswer(event);
      return answer ? reply(200, answer) : nothing;
    }),
  ],
  [
    `${at}/decision`,
    readOnly(({ rawQueryString }) => {
      const line = observer.findLine(new URLSearchParams(rawQueryString).get('request') ?? '');
      if (line === undefined) return nothing;
      const { text, entry } = line;
      const { verdict, reason, mistake } = entry;
      return reply(200, { line: text, words: decisionLine(entry), verdict, reason, mistake });
    }),
  ],
  [
    `${at}/explanation`,
    readOnly(async ({ rawQueryString }) => {
      const explained = await explainRequest(rawQueryString, runtime);
      return explained.ok ? reply(200, explained.value) : reply(explained.refusal, {});
    }),
  ],
];
