import { ok, type Result, refuse } from '../result.ts';
import type { Problem } from './problem.ts';
import type { HttpRequest } from './request.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

const maximumBytes = 65_536;
const maximumDepth = 16;

/** The body as a JSON object; of no body at all the empty one, where it may be left out. Refuses other media types, over 64 KiB, and what is not such an object. */
export function readDocument(
  request: HttpRequest,
  { mediaTypes, required }: { mediaTypes: readonly string[]; required: boolean },
): Result<JsonObject, Problem> {
  const { body } = request;
  if (body.bytes > maximumBytes) return refuse({ refusal: { reason: 'body_too_large' } });
  if (body.bytes === 0 && !required) return ok({});
  const mediaType = request.header('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (mediaType === undefined || !mediaTypes.includes(mediaType)) {
    return refuse({
      refusal: { reason: 'json_expected' },
      detail: `Send it with Content-Type ${mediaTypes.join(' or ')}.`,
    });
  }
  const document = parse(body.text);
  return document ? ok(document) : refuse({ refusal: { reason: 'json_malformed' } });
}

/** Undefined for everything but an object of moderate depth, all of whose texts are Unicode. */
function parse(text: string): JsonObject | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined; // its message quotes the text, which may be a secret
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return undefined;
  return isModest(json) ? (json as JsonObject) : undefined;
}

/** Level by level, not by recursion: thousands of brackets must not fill the stack. */
function isModest(json: object): boolean {
  let level: object[] = [json];
  for (let depth = 1; level.length > 0; depth += 1) {
    if (depth > maximumDepth) return false;
    const values: unknown[] = level.flatMap((one): unknown[] => [
      ...(Array.isArray(one) ? [] : Object.keys(one)),
      ...Object.values(one),
    ]);
    if (values.some((value) => typeof value === 'string' && !value.isWellFormed())) return false;
    level = values.filter((value): value is object => typeof value === 'object' && value !== null);
  }
  return true;
}
