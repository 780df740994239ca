import { isDeepStrictEqual } from 'node:util';
import type { Json } from './admin.ts';

/** Where a value breaks a schema; for the keywords that the document uses, any other one is a violation itself. */
export function violations(schema: Json, value: Json, schemas: Record<string, Json>, at = '#'): string[] {
  return Object.entries<Json>(schema).flatMap(([keyword, rule]): string[] => {
    const fails = (holds: boolean) => (holds ? [] : [`${at} ${keyword}`]);
    const passing = (list: Json[]) => list.filter((one) => violations(one, value, schemas, at).length === 0).length;
    switch (keyword) {
      case '$ref':
        return violations(schemas[rule.split('/').at(-1)], value, schemas, at);
      case 'type':
        return fails([rule].flat().some((type: string) => isOfType(type, value)));
      case 'enum':
        return fails(rule.includes(value));
      case 'const':
        return fails(isDeepStrictEqual(value, rule));
      case 'anyOf':
        return fails(passing(rule) > 0);
      case 'oneOf':
        return fails(passing(rule) === 1);
      case 'properties':
        return Object.entries(value ?? {}).flatMap(([name, member]) =>
          Object.hasOwn(rule, name) ? violations(rule[name], member, schemas, `${at}/${name}`) : [],
        );
      case 'additionalProperties':
        return Object.entries<Json>(value ?? {}).flatMap(([name, member]) => {
          if (schema.properties?.[name]) return [];
          return rule === false ? [`${at}/${name} is unknown`] : violations(rule, member, schemas, `${at}/${name}`);
        });
      case 'propertyNames':
        return Object.keys(value ?? {}).flatMap((name) => violations(rule, name, schemas, `${at}/${name}`));
      case 'required':
        return rule.flatMap((name: string) => (name in (value ?? {}) ? [] : [`${at}/${name} is missing`]));
      case 'items':
        return (value as Json[]).flatMap((item, index) => violations(rule, item, schemas, `${at}/${index}`));
      case 'pattern':
        return fails(new RegExp(rule).test(value));
      case 'minimum':
        return fails(value >= rule);
      case 'maximum':
        return fails(value <= rule);
      case 'minItems':
      case 'minLength':
        return fails(value.length >= rule);
      case 'maxItems':
      case 'maxLength':
        return fails(value.length <= rule);
      case 'format':
        return fails(rule === 'uri' ? URL.canParse(value) : !Number.isNaN(Date.parse(value)));
      case 'default':
      case 'description':
      case 'examples':
        return [];
      default:
        return [`${at} has the unknown keyword ${keyword}`];
    }
  });
}

function isOfType(type: string, value: unknown): boolean {
  if (type === 'integer') return Number.isInteger(value);
  if (type === 'array') return Array.isArray(value);
  if (type === 'null') return value === null;
  if (type === 'object') return typeof value === 'object' && value !== null && !Array.isArray(value);
  return typeof value === type;
}
