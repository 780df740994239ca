import type { GenericSchema } from 'valibot';

/** JSON Schema 2020-12, as OpenAPI 3.1 takes it. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** What we read of valibot's schemas, which are plain objects. */
type Inside = {
  type: string;
  pipe?: readonly Inside[];
  entries?: Readonly<Record<string, GenericSchema>>;
  item?: GenericSchema;
  wrapped?: GenericSchema;
  key?: GenericSchema;
  value?: GenericSchema;
  options?: readonly unknown[];
  default?: unknown;
  requirement?: unknown;
  metadata?: JsonSchema;
};

/** What the schema takes, said in JSON Schema. Rules in code (`check`) are left to `metadata` beside them, and to descriptions; a kind that is not known here throws. */
export function toJsonSchema(schema: GenericSchema): JsonSchema {
  const { pipe, ...inside } = schema as unknown as Inside;
  const [, ...actions] = pipe ?? [];
  return Object.assign(base(inside), ...actions.map((action) => constraint(action, inside.type === 'array')));
}

function base({ type, entries = {}, item, wrapped, key, value, options, default: usual }: Inside): JsonSchema {
  switch (type) {
    case 'string':
    case 'number':
    case 'boolean':
      return { type };
    case 'unknown':
      return {};
    case 'picklist':
      return { enum: options };
    case 'array':
      return { type: 'array', items: toJsonSchema(item as GenericSchema) };
    case 'optional':
      return { ...toJsonSchema(wrapped as GenericSchema), ...(usual !== undefined && { default: usual }) };
    case 'record':
      return {
        type: 'object',
        propertyNames: toJsonSchema(key as GenericSchema),
        additionalProperties: toJsonSchema(value as GenericSchema),
      };
    case 'nullable':
    case 'nullish':
      return { anyOf: [toJsonSchema(wrapped as GenericSchema), { type: 'null' }] };
    case 'object':
    case 'loose_object':
    case 'strict_object':
      return objectSchema(entries, type === 'strict_object');
    default:
      throw new Error(`a schema of type ${type} has no JSON Schema here`);
  }
}

function objectSchema(entries: NonNullable<Inside['entries']>, isStrict: boolean): JsonSchema {
  const members = Object.entries(entries);
  const required = members.filter(([, schema]) => !['optional', 'nullish'].includes(schema.type)).map(([name]) => name);
  return {
    type: 'object',
    properties: Object.fromEntries(members.map(([name, schema]) => [name, toJsonSchema(schema)])),
    ...(required.length > 0 && { required }),
    ...(isStrict && { additionalProperties: false }),
  };
}

function constraint({ type, requirement, metadata = {} }: Inside, isList: boolean): JsonSchema {
  switch (type) {
    case 'regex':
      return { pattern: (requirement as RegExp).source };
    case 'integer':
      return { type: 'integer' };
    case 'min_value':
      return { minimum: requirement };
    case 'max_value':
      return { maximum: requirement };
    case 'min_length':
      return { [isList ? 'minItems' : 'minLength']: requirement };
    case 'max_length':
      return { [isList ? 'maxItems' : 'maxLength']: requirement };
    case 'metadata':
      return metadata;
    default:
      return {};
  }
}
