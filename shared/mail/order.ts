import * as v from 'valibot';
import type { Order } from '../people/mailed-link.ts';

/*
 * What pages ask the mail function for. An order says what somebody caused, never whether there is an account: finding that out is
 * left to the mail function, for whose time nobody waits.
 */

/** What happened to an account that its person is told about. */
const noticed = [
  'newDevice',
  'passwordChanged',
  'passkeyAdded',
  'passkeyRemoved',
  'authenticatorAdded',
  'authenticatorRemoved',
  'codesRenewed',
  'linkAdded',
  'linkRemoved',
  'addressChanged',
] as const;
export type Noticed = (typeof noticed)[number];

const place = v.optional(v.string());
const common = { id: v.string(), at: v.number(), language: v.string() };

const orderSchema = v.variant('kind', [
  /** Somebody lost the password of a name. `query`: the authorization request that goes on afterwards. */
  v.object({ kind: v.literal('forgotten'), ...common, name: v.string(), place, query: v.string() }),
  /** Somebody wants to sign in with a code. `key` and `hash` are of the browser that asked. */
  v.object({
    kind: v.literal('code'),
    ...common,
    name: v.string(),
    place,
    code: v.string(),
    key: v.string(),
    hash: v.string(),
  }),
  /**
   * An address is to be proven by the person of an account, who asked for it under this epoch; without `sub`, by whoever signs in with
   * the address.
   */
  v.object({
    kind: v.literal('verify'),
    ...common,
    sub: v.optional(v.string()),
    epoch: v.optional(v.number()),
    email: v.string(),
  }),
  /** An operator invites somebody who has no password yet. */
  v.object({ kind: v.literal('invitation'), ...common, sub: v.string() }),
  /** Somebody has deleted their account. */
  v.object({ kind: v.literal('removal'), ...common, sub: v.string() }),
  /** `formerly`: the address of before, which is told instead of the one of today. */
  v.object({
    kind: v.literal('notice'),
    ...common,
    sub: v.string(),
    what: v.picklist(noticed),
    place,
    device: v.optional(v.string()),
    formerly: v.optional(v.string()),
  }),
]);

export type MailOrder = v.InferOutput<typeof orderSchema>;

type Kinds = { [Kind in MailOrder['kind']]: Extract<MailOrder, { kind: Kind }> };
export type OrderOf<Kind extends MailOrder['kind']> = Kinds[Kind];

/** Reads what the mail function was called with. Throws for what is no order: then it is a fault of ours. */
export const readOrder = (event: unknown): MailOrder & Order => v.parse(orderSchema, event);
