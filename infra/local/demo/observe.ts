import { type AuditEntry, parseAuditLine } from '../../../shared/audit/audit-entry.ts';
import type { WriteLine } from '../../../shared/audit/audit-log.ts';
import type { HttpApiHandler } from '../../../shared/http/endpoint.ts';
import { readRequest } from '../../../shared/http/request.ts';
import { activeSession } from '../../../shared/http/session-cookie.ts';

/*
 * What the playground of a local run gets to see of the server: browsers hide an answer that redirects from the page that asked,
 * and nobody but an operator sees the audit log. Kept in memory, and never deployed.
 */

/** Older lines and answers are forgotten. */
const mostLines = 1_000;
const mostAnswers = 100;

/** An answer as its function gave it, without its cookies: no script may read those. */
export type Answer = { status: number; headers: Readonly<Record<string, boolean | number | string>> };

export type Observer = ReturnType<typeof observe>;

type HttpApiEvent = Parameters<HttpApiHandler>[0];

/** Passes every line on to `writeLine`. */
export function observe(writeLine: WriteLine, issuer: string) {
  const lines: string[] = [];
  const answers = new Map<string, Answer>();
  /**
   * Names a request by the session it came with and its parameters in one spelling: the way through the sign-in page may spell a space
   * or a colon differently.
   */
  const keyOf = (event: HttpApiEvent): string => {
    const request = readRequest(event);
    return `${activeSession(request, issuer) ?? ''} ${new URLSearchParams(request.rawQuery).toString()}`;
  };
  return {
    writeLine: (line: string): void => {
      lines.push(line);
      if (lines.length > mostLines) lines.shift();
      writeLine(line);
    },

    /** Calls the function as ever, and keeps what redirects. */
    watch:
      (handler: HttpApiHandler): HttpApiHandler =>
      async (event, context) => {
        const reply = await handler(event, context);
        const { statusCode: status = 200, headers = {} } = reply;
        if (headers['location'] === undefined) return reply;
        const key = keyOf(event);
        // The latest answer to the same request is the one that counts: the first one led to the sign-in page.
        answers.delete(key);
        answers.set(key, { status, headers });
        for (const oldest of answers.keys()) if (answers.size > mostAnswers) answers.delete(oldest);
        return reply;
      },

    /** The latest answer to a request with the same query and session. Told once, and to nobody else: it may hold a code. */
    takeAnswer(event: HttpApiEvent): Answer | undefined {
      const key = keyOf(event);
      const answer = answers.get(key);
      answers.delete(key);
      return answer;
    },

    /** The audit line of a request, as written and as read. */
    findLine(requestId: string): { text: string; entry: AuditEntry } | undefined {
      for (const text of lines.toReversed()) {
        const parsed = parseAuditLine(text);
        if (parsed.ok && parsed.value.request === requestId) return { text, entry: parsed.value };
      }
      return undefined;
    },
  };
}
