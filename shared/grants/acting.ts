import * as v from 'valibot';
import type { Item } from '../aws/dynamodb.ts';

/** A client that acted for the person of a grant (RFC 8693): when it last asked, and for which scope. Epoch seconds. */
export type Acting = { clientId: string; at: number; scope: readonly string[] };

/** Each actor has an attribute of its own in the item of the grant, so that one write can add or renew it. */
const prefix = 'acting#';
export const actingAttribute = (clientId: string): string => prefix + clientId;

const record = v.object({ at: v.number(), scope: v.array(v.string()) });

export const actingIn = (item: Item): Acting[] =>
  Object.entries(item)
    .filter(([name]) => name.startsWith(prefix))
    .map(([name, value]) => ({ clientId: name.slice(prefix.length), ...v.parse(record, value) }));
