import { maximumParameters, type Parameters } from '../oauth/parameters.ts';
import type { Refusal } from '../oauth/refusal.ts';
import { ok, type Result, refuse } from '../result.ts';
import { maximumBytes, readForm } from './form.ts';
import type { HttpRequest } from './request.ts';

export const isJson = (contentType: string | undefined): boolean =>
  /^\s*application\/json\s*(?:;|$)/i.test(contentType ?? '');

/**
 * Reads a body that may also be a JSON object of texts, which RFC 6749 does not know. Refuses what {@link readForm} refuses; a
 * member that is no text counts as malformed, and one that is there twice as sent twice.
 */
export function readFormOrJson(request: HttpRequest): Result<Parameters, Refusal> {
  if (!isJson(request.header('content-type')) || request.body.bytes > maximumBytes) return readForm(request);
  const json = objectIn(request.body.text);
  if (json === undefined) return refuse({ reason: 'parameters_malformed' });
  const members = Object.entries(json);
  if (members.length > maximumParameters) return refuse({ reason: 'parameters_too_many' });
  const texts = members.filter((member): member is [string, string] => isText(member[1]));
  const malformed = new Set(members.filter(([, value]) => !isText(value)).map(([name]) => name));
  // Of a name that is there twice, the parser keeps the last value only.
  const strings = request.body.text.match(/"(?:[^"\\]|\\.)*"/g) ?? [];
  if (malformed.size === 0 && strings.length > 2 * texts.length) return refuse({ reason: 'parameter_duplicated' });
  const values = new Map(texts.filter(([, text]) => text !== '').map(([name, text]) => [name, [text]]));
  return ok({ values, duplicated: new Set(), malformed });
}

const isText = (value: unknown): boolean => typeof value === 'string' && value.isWellFormed();

function objectIn(text: string): object | undefined {
  try {
    const json: unknown = JSON.parse(text);
    return typeof json === 'object' && json !== null && !Array.isArray(json) ? json : undefined;
  } catch {
    return undefined;
  }
}
