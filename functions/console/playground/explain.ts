import { statusOf } from '../../../shared/oauth/describe-refusal.ts';
import { single } from '../../../shared/oauth/parameters.ts';
import { dayOf } from '../../../shared/reports/days.ts';
import { decisionLine } from '../../../shared/reports/decision-line.ts';
import { explainPolicy } from '../../admin/operations/policy.ts';
import { parseQuery } from '../../admin/query.ts';
import { search } from '../pages/audit.ts';
import type { ShowPage } from '../visit.ts';
import { asJson } from './relay-request.ts';

/** A line is looked for in the day before as well, for so many seconds after midnight. */
const late = 600;

/** The audit line of a request, by its id. */
export const tellDecision: ShowPage = async ({ query }, deps) => {
  const request = single(query, 'request') ?? '';
  if (!/^[\w=+/-]{1,100}$/.test(request)) return missing;
  const now = deps.now();
  for (const day of new Set([dayOf(now), dayOf(now - late)])) {
    const found = await search({ day, request }, deps);
    if (found === undefined) return { reply: asJson(503, {}), refused: 'store_unavailable' };
    const [entry] = found.entries;
    if (entry === undefined) continue;
    const { verdict, reason, mistake } = entry;
    return {
      reply: asJson(200, { line: JSON.stringify(entry), words: decisionLine(entry), verdict, reason, mistake }),
    };
  }
  return missing;
};

const missing = { reply: asJson(404, {}), refused: 'resource_not_found' } as const;

/** The rules for an authorization request, as the management API explains them. */
export const tellRules: ShowPage = async ({ request, operator }, deps) => {
  const query = parseQuery(request.rawQuery, explainPolicy.query);
  const author = { by: operator.by, why: '' };
  const call = { name: '', body: {}, ifMatch: undefined, author, mayDelegate: false, now: deps.now() };
  const explained = query.ok ? await explainPolicy.perform({ ...call, query: query.value }, deps) : query;
  if (explained.ok) return { reply: asJson(200, explained.value.document) };
  const { refusal } = explained.refusal;
  return { reply: asJson(statusOf(refusal), {}), refused: refusal.reason };
};
