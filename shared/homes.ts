import * as v from 'valibot';
import type { Home } from './home.ts';

/** Where a function of another region is: its AWS region, and what comes before `token` and the others in its functions' names. */
export type Place = { region: string; functionPrefix: string };

/** The regions of one server, as one of them sees them. */
export type Homes = {
  here: Home;
  /** Where values without a letter belong, accounts, clients and policy are changed, and keys are rotated. */
  first: Home;
  others: ReadonlyMap<Home, Place>;
};

/** Whether this region does what is done once for the whole server: it is the first, or the only one. */
export const isFirst = (homes: Homes | undefined): boolean => homes === undefined || homes.here === homes.first;

const place = v.strictObject({
  region: v.pipe(v.string(), v.regex(/^[a-z0-9-]{1,40}$/, 'has no AWS region')),
  functionPrefix: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{0,60}$/, 'has a prefix that no function can have')),
  first: v.optional(v.boolean()),
});

/** PIXY_HOMES: every region by its letter, one of them the first. */
export const homesJson = v.pipe(
  v.string(),
  v.parseJson(undefined, 'is not JSON'),
  v.record(v.pipe(v.string(), v.regex(/^[a-z]$/, 'has a letter that is not one of a to z')), place),
  v.check(
    (homes) => Object.values(homes).filter(({ first }) => first).length === 1,
    'does not mark one region as first',
  ),
);

/** What the regions are to the one with the letter `here`. Undefined for a letter that is not among them. */
export function homesAround(here: Home, homes: v.InferOutput<typeof homesJson>): Homes | undefined {
  const entries = Object.entries(homes);
  const [first] = entries.find(([, one]) => one.first) ?? [];
  if (first === undefined || !Object.hasOwn(homes, here)) return undefined;
  const others = entries.filter(([letter]) => letter !== here);
  return {
    here,
    first,
    others: new Map(others.map(([letter, { region, functionPrefix }]) => [letter, { region, functionPrefix }])),
  };
}
