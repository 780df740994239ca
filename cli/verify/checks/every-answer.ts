import type { Check } from '../check.ts';
import type { Probe } from '../probe.ts';
import type { SeenRefusal } from '../token-answer.ts';
import { skipped, verdictOf } from '../verdict.ts';

/** Requirements on every response so far. */
export const everyAnswerChecks: readonly Check[] = [
  {
    id: 'errors-in-json',
    section: 'RFC 6749 §5.2',
    sends: 'every refusal of the token endpoint so far',
    accepts: 'application/json with an error code',
    fix: 'Answer every refusal at the token endpoint in JSON with an error code.',
    run: ofRefusals(({ isJson, error }) => isJson && error !== undefined),
  },
  {
    id: 'errors-status',
    section: 'RFC 6749 §5.2',
    sends: 'every refusal of the token endpoint so far',
    accepts: 'status 400; 401 with invalid_client; 429',
    fix: 'Answer refusals with 400, and with 401 only for invalid_client.',
    run: ofRefusals(({ status, error }) =>
      status === 401
        ? error === undefined || error === 'invalid_client'
        : status === 400 || status === 429 || status >= 500,
    ),
  },
  {
    id: 'no-server-error',
    section: 'RFC 9110 §15.6',
    sends: 'every response so far',
    accepts: 'no status of 500 or above',
    fix: 'Find the exception in your logs, and refuse such input with 400.',
    run: ({ seen: { serverErrors } }) => verdictOf(serverErrors.length === 0, brief(serverErrors)),
  },
];

function ofRefusals(isRight: (refusal: SeenRefusal) => boolean) {
  return ({ seen: { refusals } }: Probe) => {
    if (refusals.length === 0) return skipped('nothing was refused');
    const wrong = refusals.filter((refusal) => !isRight(refusal));
    return verdictOf(wrong.length === 0, brief(wrong.map(({ during, status }) => `${during}: ${status}`)));
  };
}

/** Lists the first few. */
function brief(all: readonly string[]): string {
  const different = [...new Set(all)];
  const more = different.length > 5 ? `, and ${different.length - 5} more` : '';
  return `${different.slice(0, 5).join(', ')}${more}`;
}
