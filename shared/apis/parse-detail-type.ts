import * as v from 'valibot';
import { detailTypeName } from '../clients/registration.ts';
import { type Mistake, mistakesOf } from '../mistake.ts';
import { ok, type Result, refuse } from '../result.ts';
import { pathsIn } from './describe-detail.ts';
import type { DetailType } from './detail-type.ts';
import { judgeDetailSchema, namesMember } from './judge-detail-schema.ts';
import { descriptionWords, languageTag } from './registered-scope.ts';

const template = v.pipe(
  descriptionWords,
  v.check(
    (text) => !/[{}]/.test(text.replaceAll(/\{[^{}\s]+\}/g, '')),
    'has a brace that is not around the name of a member',
  ),
);

const description = v.strictObject({
  type: detailTypeName,
  schema: v.custom<Readonly<Record<string, unknown>>>(
    (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
    'is missing or not a JSON object',
  ),
  description: template,
  descriptions: v.optional(v.record(languageTag, template, 'is not an object of texts by language')),
});

/**
 * Parses `{ "type", "schema", "description", "descriptions" }` from parsed JSON; all but the last are required. Refuses with every
 * mistake it finds: also a schema that takes unknown members, and a description that names a member that the schema does not have.
 */
export function parseDetailType(json: unknown): Result<DetailType, readonly Mistake[]> {
  const parsed = v.safeParse(description, json);
  if (!parsed.success) return refuse(mistakesOf(json, parsed.issues, 'is not a member of a type'));
  const { type, schema, description: text, descriptions } = parsed.output;
  const problem = judgeDetailSchema(schema, type);
  if (problem !== undefined) return refuse([{ member: 'schema', problem }]);
  const texts = { description: text, ...prefixed(descriptions) };
  const mistakes = Object.entries(texts).flatMap(([member, words]) =>
    pathsIn(words)
      .filter((path) => !namesMember(schema, path))
      .map((path) => ({ member, problem: `names {${path}}, which the schema does not have` })),
  );
  if (mistakes.length > 0) return refuse(mistakes);
  return ok({ type, schema, description: text, ...(descriptions !== undefined && { descriptions }) });
}

const prefixed = (texts: Readonly<Record<string, string>> = {}): Record<string, string> =>
  Object.fromEntries(Object.entries(texts).map(([language, text]) => [`descriptions.${language}`, text]));
