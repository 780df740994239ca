import type { Registered } from '../../../shared/apis/api-store.ts';
import { formatTime } from '../../../shared/time.ts';
import { type Trust, trustDocument } from '../../../shared/upstream/trust.ts';
import { type TrustStore, trustStore } from '../../../shared/upstream/trust-store.ts';
import type { Context } from '../../context.ts';
import { Failure } from '../../failure.ts';

export async function openTrusts(context: Context): Promise<TrustStore> {
  const { database, table } = await context.open();
  return trustStore(database, table('clients'), context.now);
}

/** Returns a trust. Fails when there is none of this name. */
export async function findTrust(context: Context, name: string): Promise<Registered<Trust>> {
  const found = await (await openTrusts(context)).find(name);
  if (found === undefined) throw new Failure(`There is no trust ${name}.`);
  return found;
}

export const nameOf = (name: string): string => `Trust ${name}`;

/** The trust as JSON, with its version and who last changed it. */
export function describeTrust({ value, version, changed }: Registered<Trust>): Record<string, unknown> {
  const by = changed && { changed: { at: formatTime(changed.at), by: changed.by, why: changed.why } };
  return { ...trustDocument(value), version, ...by };
}

/** What an assertion must say, as `--claim` takes it. */
export const rulesOf = ({ claims }: Trust): string[] =>
  Object.entries(claims).flatMap(([name, values]) => values.map((value) => `${name}=${value}`));
