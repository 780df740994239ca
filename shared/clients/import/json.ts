import { ok, type Result, refuse } from '../../result.ts';

/**
 * Parses JSON with or without a byte order mark. Refuses with a sentence that tells the place but quotes nothing, since it may be
 * a secret.
 */
export function parseJson(text: string): Result<unknown, string> {
  try {
    return ok(JSON.parse(text.replace(/^\ufeff/, '')));
  } catch (error) {
    if (text.trim() === '') return refuse('is empty');
    if (isCutOff(error as SyntaxError, text)) return refuse('is cut off: it ends in the middle of its JSON');
    const place = /\(line \d+ column \d+\)/.exec((error as SyntaxError).message);
    return refuse(place ? `is not JSON ${place[0]}` : 'is not JSON');
  }
}

/** Whether the mistake of a text is that it has no more characters. */
function isCutOff({ message }: SyntaxError, text: string): boolean {
  const [, position] = /at position (\d+)/.exec(message) ?? [];
  return position === undefined ? message.startsWith('Unexpected end ') : Number(position) >= text.trimEnd().length;
}

/** Parses JSON as ASP.NET Core reads its settings: with comments and trailing commas. */
export function parseSettingsJson(text: string): Result<unknown, string> {
  const withoutComments = replaceOutsideStrings(text, /\/\/[^\r\n]*|\/\*[\s\S]*?\*\//);
  return parseJson(replaceOutsideStrings(withoutComments, /,(?=\s*[}\]])/));
}

/** Replaces matches with blanks, so that lines and columns stay where they were. */
function replaceOutsideStrings(text: string, pattern: RegExp): string {
  const tokens = new RegExp(`("(?:[^"\\\\]|\\\\.)*")|${pattern.source}`, 'g');
  return text.replace(tokens, (token, string?: string) => string ?? token.replace(/[^\r\n]/g, ' '));
}

export type JsonObject = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
