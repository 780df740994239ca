import type { Detail } from '../oauth/authorization-details.ts';
import type { Grant } from './grant.ts';

/**
 * What a token request asks for out of what was granted. Asking for more fails the write, so that nothing is spent; so does a
 * non-empty granted scope with no value in `someScope`.
 */
export type Within = {
  scope?: readonly string[];
  resources?: readonly string[];
  details?: readonly Detail[] | undefined;
  someScope?: readonly string[] | undefined;
};

/** Whether a grant covers everything that a token request asks for. */
export const isWithin = (
  { scope = [], resources = [], details = [], someScope }: Within,
  grant: Pick<Grant, 'scope' | 'resources' | 'details'>,
): boolean =>
  scope.every((value) => grant.scope.includes(value)) &&
  resources.every((value) => grant.resources.includes(value)) &&
  details.every((detail) => grant.details?.includes(detail)) &&
  (grant.scope.length === 0 || !someScope || someScope.some((value) => grant.scope.includes(value)));

/** DynamoDB limits a condition to 4 KB, and one value takes 27 characters of it. */
export const isTooWideToWrite = ({ scope = [], resources = [], details = [], someScope = [] }: Within): boolean =>
  scope.length + resources.length + details.length + someScope.length > 50;

/** Returns a condition for each value that must be granted, and one that requires any of `someScope`. */
export function containment({ scope = [], resources = [], details = [], someScope }: Within) {
  const all = [
    ...scope.map((value) => ({ list: '#scope', value })),
    ...resources.map((value) => ({ list: '#resources', value })),
    ...details.map((value) => ({ list: '#details', value })),
  ];
  const some = (someScope ?? []).map((_, index) => `contains(#scope, :some${index})`);
  return {
    conditions: [
      ...all.map(({ list }, index) => `contains(${list}, :within${index})`),
      ...(someScope ? [`(${['size(#scope) = :none', ...some].join(' OR ')})`] : []),
    ],
    names: {
      ...((scope.length > 0 || someScope) && { '#scope': 'scope' }),
      ...(resources.length > 0 && { '#resources': 'resources' }),
      ...(details.length > 0 && { '#details': 'details' }),
    },
    values: {
      ...Object.fromEntries(all.map(({ value }, index) => [`:within${index}`, value])),
      ...Object.fromEntries((someScope ?? []).map((value, index) => [`:some${index}`, value])),
      ...(someScope && { ':none': 0 }),
    },
  };
}
