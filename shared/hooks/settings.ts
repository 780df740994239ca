import * as v from 'valibot';

/** Where a hook is: a Lambda function or, in local runs, a module that exports a function with the hook's name. */
const target = v.pipe(
  v.string('is not a text'),
  v.regex(
    /^(arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:[\w-]+(:[\w$-]+)?|file:\/\/\/.+)$/,
    'is not the ARN of a Lambda function',
  ),
);

const settings = v.strictObject({
  authenticate: v.optional(target),
  migrateAccount: v.optional(target),
  claims: v.optional(target),
  sendMessage: v.optional(target),
  /** The longest time an answer may take, in seconds. */
  timeout: v.optional(
    v.pipe(
      v.number('is not a number of seconds'),
      v.minValue(0.1, 'is below 0.1 seconds'),
      v.maxValue(5, 'is over 5 seconds'),
    ),
    3,
  ),
});

export type HookSettings = v.InferOutput<typeof settings>;

/** Parses the settings from JSON in an environment variable. Refuses with the member that is wrong. */
export const hooksJson = v.pipe(v.string(), v.parseJson(undefined, 'is not JSON'), settings);
