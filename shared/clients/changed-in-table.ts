import { isDeepStrictEqual } from 'node:util';
import type { GlobalPolicy } from '../pkce/policy.ts';
import type { Change, LoggedClient } from './change.ts';
import { toClient, toPolicy, type Versioned } from './records.ts';
import type { RegisteredClient } from './registered-client.ts';

/*
 * Who may write to the table can change a record without Pixy, and no change log says so. But a record holds its last change, which says
 * what it wrote. Who changes both alike is not found here: the log of the table's own writes (CloudTrail) has that.
 */

/** Whether the record of a client says something else than its last change wrote: somebody changed the table itself. */
export function isClientChangedInTable({ value, lastChange }: Versioned<RegisteredClient>): boolean {
  const { secrets, ...after } = (lastChange.after ?? {}) as Partial<LoggedClient>;
  const written = parsed(() => toClient({ value: { ...after, secretHashes: [] } }));
  const { secretHashes, ...others } = value;
  const stored = toClient({ value: { ...others, secretHashes: [] } });
  return secrets !== secretHashes.length || !isDeepStrictEqual(stored, written);
}

/** The same of the global policy. */
export const isPolicyChangedInTable = ({ value, lastChange }: Versioned<GlobalPolicy>): boolean =>
  !isDeepStrictEqual(
    value,
    parsed(() => toPolicy({ value: lastChange.after })),
  );

/** A record that was changed in the table itself, with the last change that Pixy made of it. */
export type ChangedInTable = {
  /** Absent for the global policy. */
  client?: string | undefined;
  lastChange: Change;
};

/** A change of a later version may have values that this one does not know; its record would not be read either. */
function parsed<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
