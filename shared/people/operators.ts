import * as v from 'valibot';
import { type ManagementScope, managementScopes } from '../apis/management-api.ts';
import { standardClaims } from '../oauth/claims.ts';

/*
 * Operators are people who manage this server. One claim of their account says who they are, such as a group, and the setting says
 * what each value of it may do.
 */

const values = v.optional(v.array(v.pipe(v.string(), v.minLength(1, 'is empty'))), []);

const operators = v.strictObject({
  claim: v.pipe(
    v.string('is missing'),
    v.minLength(1, 'is empty'),
    // What people can say of themselves makes nobody an operator.
    v.check((name) => name === 'sub' || !standardClaims.includes(name), 'is a claim that people have a say in'),
  ),
  read: values,
  write: values,
  delegate: values,
});

/** The claim, and which of its values may read, write and delegate. None includes another. */
export type Operators = v.InferOutput<typeof operators>;

/** Parses the setting from JSON in an environment variable. */
export const operatorsJson = v.pipe(v.string(), v.parseJson(undefined, 'is not JSON'), operators);

/** The scope values of the management API that a person with these claims may use. */
export function operatorScope(claims: Readonly<Record<string, unknown>>, setting: Operators): ManagementScope[] {
  const held = Object.hasOwn(claims, setting.claim) ? [claims[setting.claim]].flat() : [];
  const allowed = { 'pixy:read': setting.read, 'pixy:write': setting.write, 'pixy:delegate': setting.delegate };
  return managementScopes.filter((scope) => allowed[scope].some((value) => held.includes(value)));
}
