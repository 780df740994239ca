import { hash } from 'node:crypto';

/** How another server made the pairwise subjects of one sector: by its algorithm, with its salt. */
export type ForeignPairwise = { from: (typeof pairwiseSources)[number]; sector: string; salt: string };

export const pairwiseSources = ['keycloak', 'oidc-provider'] as const;

/**
 * Returns the pairwise subject that another server had for a person, by the id that the person had there. Keycloak: its mapper
 * sha256. oidc-provider: what its documentation shows.
 */
export function foreignSubject({ from, sector, salt }: ForeignPairwise, sub: string): string {
  const salted = `${sector}${sub}${salt}`;
  return from === 'keycloak' ? nameUuid(hash('sha256', salted, 'buffer')) : hash('sha256', salted, 'hex');
}

/** A UUID of version 3 without a name space, as Java makes it (RFC 9562 §5.3). */
function nameUuid(name: Buffer): string {
  const digest = hash('md5', name, 'buffer');
  digest[6] = ((digest[6] ?? 0) & 0x0f) | 0x30;
  digest[8] = ((digest[8] ?? 0) & 0x3f) | 0x80;
  return digest.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
