import { Annotations, type Duration, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import * as v from 'valibot';
import { WrongSetting } from './wrong-setting.ts';

/*
 * What props may be. The types say so, but not every app has types, and what comes from a context or a file is text in every app: "false"
 * would switch a setting on.
 */

export const isOn = v.boolean('must be true or false');

const known = 'must be known when the templates are made, and only the deployment knows it';

/** A text, which only the deployment may know. */
export const text = v.string('must be a text');

/** A text that decides what is made. */
export const knownText = v.pipe(
  text,
  v.check((value) => !Token.isUnresolved(value), known),
);

export const knownTexts = v.pipe(
  v.array(knownText, 'must be a list of texts'),
  v.check((value) => !Token.isUnresolved(value), known),
);

/** A number, which only the deployment may know. */
export const number = v.number('must be a number');

/** A list of at least two words, as a sentence has it. */
const listed = (words: readonly string[]): string => `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;

export const oneOf = <const Words extends readonly string[]>(...words: Words): v.PicklistSchema<Words, string> =>
  v.picklist(words, `must be ${words.length > 1 ? listed(words) : words[0]}`);

/** Something of the CDK, known by its members: an app may have a second copy of the CDK. */
export const ofCdk = <Given>(members: readonly string[], what: string) =>
  v.custom<Given>((value) => hasOneOf(value, members), `must be ${what}`);

const hasOneOf = (value: unknown, members: readonly string[]): boolean =>
  typeof value === 'object' && value !== null && members.some((member) => member in value);

export const duration = v.pipe(
  ofCdk<Duration>(['toMilliseconds'], 'a Duration, such as Duration.minutes(5)'),
  v.check((value) => !value.isUnresolved(), known),
);

/** An object of props, all of which may be left out. Nobody means a member that it does not have. */
export const object = (entries: v.ObjectEntries, what = 'an object') =>
  v.strictObject(optional(entries), ({ expected }) => (expected === 'never' ? 'is not a setting' : `must be ${what}`));

const optional = (entries: v.ObjectEntries): Record<string, v.GenericSchema> =>
  Object.fromEntries(Object.entries(entries).map(([name, schema]) => [name, v.nullish(schema as v.GenericSchema)]));

/**
 * Throws {@link WrongSetting} for the first of the props that is of another kind than it has to be, and warns of names that are no setting
 * of the construct: its props may have been handed on with those of a stack.
 */
export function checkProps(scope: Construct, entries: v.ObjectEntries, props: unknown): void {
  const parsed = v.safeParse(v.looseObject(optional(entries), 'must be an object'), props);
  if (!parsed.success) {
    const [issue] = parsed.issues;
    throw new WrongSetting(`${v.getDotPath(issue) ?? 'props'} ${sentence(issue)}.`);
  }
  for (const name of Object.keys(parsed.output)) {
    if (Object.hasOwn(entries, name)) continue;
    Annotations.of(scope).addWarningV2(
      `pixy:unknownSetting:${name}`,
      `${name} is not a setting of ${scope.constructor.name}, and does nothing.`,
    );
  }
}

const sentence = ({ message, expected, type, input }: v.BaseIssue<unknown>): string =>
  expected === 'never' || message === known ? message : `${message}, but is ${shown(input, type === 'custom')}`;

/** What was given; only its kind where a resource is due, because a secret may be there in its place. */
function shown(value: unknown, onlyKind: boolean): string {
  if (Token.isUnresolved(value)) return 'known to the deployment only';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'string') return onlyKind ? 'a text' : JSON.stringify(value);
  return String(value);
}
