import * as v from 'valibot';
import { compatibilitySwitches, pkcePolicies } from '../pkce/policy.ts';
import { ok, type Result, refuse } from '../result.ts';
import { auditVersion, droppedThings, methodsUsed, oldRefreshTokens, verdicts } from './decision.ts';

/*
 * Reads audit lines back. Lists that may grow without a new version are open (reasons, mistakes, origins, endpoints); those that
 * reports are built on are closed. A line with an unknown value in a closed list counts as unreadable and is never guessed at.
 */

/** The last second that a date can have. */
const latestTime = 8_640_000_000_000;

/** Whether pages and reports can say when that was. Epoch seconds. */
export const isTime = (time: number): boolean => Number.isSafeInteger(time) && time >= 0 && time <= latestTime;

const slug = v.pipe(v.string(), v.regex(/^[a-z][a-z0-9_]{0,63}$/));

/** The members that decisions are counted by. */
const counted = v.object({
  endpoint: v.pipe(v.string(), v.regex(/^[a-z][a-z0-9-]{0,31}$/)),
  verdict: v.picklist(verdicts),
  client: v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(64))),
  method: v.optional(v.picklist(methodsUsed)),
  policy: v.optional(v.picklist(pkcePolicies)),
  mode: v.optional(v.picklist(['enforce', 'report'])),
  reason: v.optional(slug),
  mistake: v.optional(slug),
  wouldRefuse: v.optional(slug),
  grant: v.optional(slug),
  refresh: v.optional(v.picklist(oldRefreshTokens)),
});

/** What a decision is counted by. {@link loggedClientId} names the client. */
export type Counted = v.InferOutput<typeof counted>;
export const countedMembers = Object.keys(counted.entries) as readonly (keyof Counted)[];

const entry = v.object({
  v: v.literal(auditVersion),
  /** Epoch seconds. */
  time: v.pipe(v.number(), v.check(isTime)),
  request: v.string(),
  ...counted.entries,
  origin: v.optional(v.string()),
  switches: v.optional(v.array(v.picklist(compatibilitySwitches))),
  dropped: v.optional(v.picklist(droppedThings)),
  credential: v.optional(slug),
  workload: v.optional(v.string()),
  cause: v.optional(v.string()),
});

/** A line of the audit log as read back. */
export type AuditEntry = v.InferOutput<typeof entry>;
export const auditMembers = Object.keys(entry.entries) as readonly (keyof AuditEntry)[];

/** Why a line cannot be read: it is not an audit line, or of a version that came later. */
export type Unreadable = 'broken' | 'other_version';

/** Parses one line without its line break. Drops members that it does not know. */
export function parseAuditLine(line: string): Result<AuditEntry, Unreadable> {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    return refuse('broken');
  }
  const parsed = v.safeParse(entry, json, { abortEarly: true });
  return parsed.success ? ok(parsed.output) : refuse(unreadable((json as { v?: unknown } | null)?.v));
}

/** Parses the members that decisions are counted by, from a source that does the counting itself. */
export function parseCounted(version: unknown, members: unknown): Result<Counted, Unreadable> {
  const parsed = v.safeParse(counted, members, { abortEarly: true });
  return parsed.success && version === auditVersion ? ok(parsed.output) : refuse(unreadable(version));
}

const unreadable = (version: unknown): Unreadable =>
  Number.isSafeInteger(version) && Number(version) > auditVersion ? 'other_version' : 'broken';
