import * as v from 'valibot';
import { scopeDescription } from '../../shared/apis/registered-scope.ts';
import { settings } from '../../shared/clients/operator-settings.ts';
import { informative, metadata } from '../../shared/clients/registration.ts';
import { pkcePolicies } from '../../shared/pkce/policy.ts';
import { parseTime, writtenTime } from '../../shared/time.ts';
import type { QueryParameter } from './operation.ts';

/*
 * What may be sent. Bodies of clients are checked where the command line has them checked, by the same schemas; the others here.
 */

const described = v.object(Object.fromEntries(informative.map((name) => [name, v.optional(v.unknown())])));

/** A new client: its registration, what an operator decides about it, and what only describes it. */
export const clientDocument = v.strictObject({ ...described.entries, ...metadata.entries, ...settings.entries });

const { client_secret: _, ...changeable } = clientDocument.entries;

/** Members of a client to change; null takes one away. */
export const clientChange = v.strictObject(
  Object.fromEntries(Object.entries(changeable).map(([name, schema]) => [name, v.nullish(withoutDefault(schema))])),
);

/** Members of a registered scope value to change; null takes one away, and so it does a text within `descriptions`. */
export const scopeChange = v.strictObject({
  ...scopeDescription.entries,
  scope: v.optional(scopeDescription.entries.scope),
  claims: v.optional(scopeDescription.entries.claims),
  description: v.nullish(scopeDescription.entries.description.wrapped),
  descriptions: v.nullish(v.record(v.string(), v.nullable(v.string()))),
});

function withoutDefault(schema: v.GenericSchema): v.GenericSchema {
  return 'wrapped' in schema ? (schema.wrapped as v.GenericSchema) : schema;
}

export const rotation = v.strictObject({ drop_old: v.optional(v.boolean('is not true or false'), false) });

const onePolicy = v.picklist(pkcePolicies, `is missing or not one of ${pkcePolicies.join(', ')}`);

const floor = v.picklist(pkcePolicies, `is not one of ${pkcePolicies.join(', ')}`);

export const policy = v.strictObject({
  default: onePolicy,
  floor: onePolicy,
  mode: v.picklist(['enforce', 'report'], 'is missing or not one of enforce, report'),
  floors: v.optional(v.strictObject({ url: v.optional(floor), dynamic: v.optional(floor) })),
});

/** As it is in a client document. */
export const waiver = settings.entries.pkce_waiver.wrapped;

const clientId = /^[\x21-\x7e]{1,255}$/;

export const clientOfLog: QueryParameter = {
  schema: v.optional(v.pipe(v.string(), v.regex(clientId, 'is not a client id'))),
  json: { type: 'string', pattern: clientId.source },
  description: 'Changes of this client only.',
};

const flag = (description: string): QueryParameter => ({
  schema: v.optional(
    v.pipe(
      v.picklist(['true', 'false'], 'is not true or false'),
      v.transform((text) => text === 'true'),
    ),
  ),
  json: { type: 'boolean', default: false },
  description,
});

export type AskedExplanation = {
  client_id: string;
  code_challenge?: string;
  no_challenge?: boolean;
  code_challenge_method?: string;
  no_method?: boolean;
  scope?: string;
  at?: number;
};

export const askedExplanation: Readonly<Record<keyof AskedExplanation, QueryParameter>> = {
  client_id: {
    schema: v.pipe(v.string('is missing'), v.regex(clientId, 'is not a client id')),
    json: { type: 'string', pattern: clientId.source },
    description: 'The client that would make the request.',
  },
  code_challenge: {
    schema: v.optional(v.pipe(v.string(), v.maxLength(1_000, 'is longer than 1000 characters'))),
    json: { type: 'string', maxLength: 1_000 },
    description: 'The challenge of the request. Absent: a well-formed one. Never a verifier that is in use.',
  },
  no_challenge: flag('The request has no code_challenge.'),
  code_challenge_method: {
    schema: v.optional(v.pipe(v.string(), v.maxLength(100, 'is longer than 100 characters'))),
    json: { type: 'string', maxLength: 100 },
    description: 'The method of the request. Absent: S256 where there is a challenge.',
  },
  no_method: flag('The request has a code_challenge without a method, which means plain.'),
  scope: {
    schema: v.optional(v.pipe(v.string(), v.maxLength(1_000, 'is longer than 1000 characters'))),
    json: { type: 'string', maxLength: 1_000 },
    description: 'The scope of the request: which values would be granted, and why others are dropped.',
  },
  at: {
    schema: v.optional(
      v.pipe(
        v.string(),
        v.check(
          (text) => parseTime(text) !== undefined,
          'is not a day like 2026-12-01 or a time like 2026-12-01T09:30:00Z',
        ),
        v.transform(parseTime),
      ),
    ),
    json: { type: 'string', pattern: writtenTime.source },
    description: 'As decided then: a day like 2026-12-01 or a time like 2026-12-01T09:30:00Z. Absent: now.',
  },
};
