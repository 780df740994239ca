import {
  type DetailType,
  type DetailTypeStore,
  detailTypeDocument,
  detailTypeStore,
} from '../../../shared/apis/detail-type.ts';
import { parseDetailType } from '../../../shared/apis/parse-detail-type.ts';
import type { Registered } from '../../../shared/apis/registry-store.ts';
import { differences } from '../../../shared/clients/roll-back.ts';
import { formatTime } from '../../../shared/time.ts';
import type { Answer, Context } from '../../context.ts';
import { Failure } from '../../failure.ts';
import { shown } from '../../output.ts';

export async function openTypes(context: Context): Promise<DetailTypeStore> {
  const { database, table } = await context.open();
  return detailTypeStore(database, table('clients'), context.now);
}

/** Returns a registered type. Fails when there is none. */
export async function findType(context: Context, type: string): Promise<Registered<DetailType>> {
  const found = await (await openTypes(context)).find(type);
  if (found === undefined) throw new Failure(`There is no type ${type}.`);
  return found;
}

export const nameOf = (type: string): string => `Type ${type}`;

/** Returns the type, or fails with every mistake. */
export function mustParseType(document: Record<string, unknown>): DetailType {
  const parsed = parseDetailType(document);
  if (parsed.ok) return parsed.value;
  const problems = parsed.refusal.map(({ member, problem }) => `${member} ${problem}`);
  throw new Failure(`${nameOf(String(document['type']))}: ${problems.join('; ')}.`);
}

/** The type as JSON, with its version and who last changed it. */
export function describeType({ value, version, changed }: Registered<DetailType>): Record<string, unknown> {
  const by = changed && { changed: { at: formatTime(changed.at), by: changed.by, why: changed.why } };
  return { ...detailTypeDocument(value), version, ...by };
}

/** Answers a change with the differences and the type as it is now. */
export function answerType(done: string, before: DetailType | undefined, type: DetailType, version: number): Answer {
  const changed = before ? differences(detailTypeDocument(before), detailTypeDocument(type)) : [];
  const lines = changed.map(({ member, before: old, after }) => `  ${member}: ${shown(old)} → ${shown(after)}`);
  return {
    json: { ...detailTypeDocument(type), version },
    text: `${[`${done} (version ${version}).`, ...lines].join('\n')}\n`,
  };
}
