import * as v from 'valibot';
import type { Item } from '../aws/dynamodb.ts';

/** What a person allowed a client, permanently or once. Times are in epoch seconds. */
export type Consent = {
  scope: readonly string[];
  /** APIs (RFC 8707). */
  resources: readonly string[];
  /** Claims requested by name (OpenID Connect Core §5.5). */
  claims: readonly string[];
  /** A hash of the authorization details (RFC 9396) that were allowed last: all of them, and nothing else. */
  detailsHash?: string | undefined;
  grantedAt: number;
  /** What it was allowed under; worth nothing under another. See still-valid.ts. */
  clientEpoch: number;
  /** Which of the clients that have had the id; worth nothing to another. See shared/clients/since.ts. */
  clientSince?: string | undefined;
  /** Of a client by metadata document: what its document said then. Worth nothing when it says something else. */
  documentHash?: string | undefined;
  /** The one request that was just allowed and may proceed without another question. */
  request?: { hash: string; until: number } | undefined;
};

/** What a request needs to be allowed. */
export type ConsentNeed = Pick<Consent, 'scope' | 'resources' | 'claims' | 'detailsHash'>;

export const consentPartition = (sub: string) => `consents#${sub}`;
export const consentKey = (sub: string, clientId: string) => ({ pk: consentPartition(sub), sk: clientId });

/** Whether everything that is needed is already allowed. */
export const covers = (consent: ConsentNeed, need: ConsentNeed): boolean =>
  need.scope.every((value) => consent.scope.includes(value)) &&
  need.resources.every((value) => consent.resources.includes(value)) &&
  need.claims.every((value) => consent.claims.includes(value)) &&
  (need.detailsHash === undefined || need.detailsHash === consent.detailsHash);

/** The members that are stored as sets. */
export const consentLists = ['scope', 'resources', 'claims'] as const satisfies readonly (keyof ConsentNeed)[];

/** DynamoDB stores neither empty sets nor an order. */
const texts = v.optional(
  v.pipe(
    v.set(v.string()),
    v.transform((values) => [...values].toSorted()),
  ),
  () => new Set<string>(),
);
const record = v.object({
  scope: texts,
  resources: texts,
  claims: texts,
  detailsHash: v.optional(v.string()),
  grantedAt: v.number(),
  clientEpoch: v.optional(v.number(), 0),
  clientSince: v.optional(v.string()),
  documentHash: v.optional(v.string()),
  request: v.optional(v.object({ hash: v.string(), until: v.number() })),
});

/** The attributes of a consent. */
export const consentAttributes = Object.keys(record.entries);

export const toConsent = (item: Item): Consent => v.parse(record, item);
