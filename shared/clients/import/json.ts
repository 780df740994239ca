import { ok, type Result, refuse } from '../../result.ts';

/** Takes JSON, with a byte order mark or without. Refuses with a sentence that tells the place and quotes nothing: it may be a secret. */
export function parseJson(text: string): Result<unknown, string> {
  try {
    return ok(JSON.parse(text.replace(/^\ufeff/, '')));
  } catch (error) {
    const place = /\(line \d+ column \d+\)/.exec((error as SyntaxError).message);
    return refuse(place ? `is not JSON ${place[0]}` : 'is not JSON');
  }
}

/** JSON as ASP.NET Core reads its settings: with comments and with commas after the last member. */
export function parseSettingsJson(text: string): Result<unknown, string> {
  const withoutComments = replaceOutsideStrings(text, /\/\/[^\r\n]*|\/\*[\s\S]*?\*\//);
  return parseJson(replaceOutsideStrings(withoutComments, /,(?=\s*[}\]])/));
}

/** Blanks keep every line and column where it was. */
function replaceOutsideStrings(text: string, pattern: RegExp): string {
  const tokens = new RegExp(`("(?:[^"\\\\]|\\\\.)*")|${pattern.source}`, 'g');
  return text.replace(tokens, (token, string?: string) => string ?? token.replace(/[^\r\n]/g, ' '));
}

export type JsonObject = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
