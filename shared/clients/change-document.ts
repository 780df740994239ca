import type { GlobalPolicy } from '../pkce/policy.ts';
import { formatTime, parseTime } from '../time.ts';
import { type Change, loggedClient } from './change.ts';
import { clientOfDocument } from './client-document.ts';
import { toPolicy } from './records.ts';
import { documentsOf } from './roll-back.ts';

/*
 * The global policy and the change log as JSON, for the command line and the management API.
 */

/** A change as JSON: who made it, when and why, with what was there before and after. `client` is absent for the global policy. */
export function changeDocument(change: Change): object {
  const { id, at, by, why, client, api, scope, detailType, trust, key, account, importId, undoes, clients, outcome } =
    change;
  return {
    id,
    at: formatTime(at),
    by,
    why,
    ...(client !== undefined && { client }),
    ...(api !== undefined && { api }),
    ...(scope !== undefined && { scope }),
    ...(detailType !== undefined && { detail_type: detailType }),
    ...(trust !== undefined && { trust }),
    ...(key !== undefined && { key }),
    ...(account !== undefined && { account }),
    ...(importId !== undefined && { import: importId }),
    ...(undoes !== undefined && { undoes }),
    ...(clients !== undefined && { clients }),
    ...(outcome !== undefined && { outcome }),
    ...documentsOf(change),
  };
}

/** The global policy as JSON, with its version and who last changed it. Version 0 is the policy that Pixy ships with. */
export function policyDocument(policy: GlobalPolicy, version: number, lastChange?: Change): object {
  const changed = lastChange && {
    id: lastChange.id,
    at: formatTime(lastChange.at),
    by: lastChange.by,
    why: lastChange.why,
  };
  return { ...policy, version, ...(changed && { changed }) };
}

/** The change that {@link changeDocument} describes. */
export function changeOfDocument(document: Readonly<Record<string, unknown>>): Change {
  const { at, import: importId, detail_type: detailType, before, after, ...others } = document;
  const logged = (value: unknown) =>
    typeof others['client'] === 'string' ? loggedClient(clientOfDocument(value as Record<string, unknown>)) : value;
  return {
    ...others,
    at: parseTime(String(at)) ?? 0,
    ...(importId !== undefined && { importId }),
    ...(detailType !== undefined && { detailType }),
    ...(before !== undefined && { before: logged(before) }),
    ...(after !== undefined && { after: logged(after) }),
  } as Change;
}

/** The policy that {@link policyDocument} describes. */
export const policyOfDocument = (document: object): GlobalPolicy => toPolicy({ value: document });
