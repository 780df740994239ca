type Claims = Readonly<Record<string, unknown>>;

/**
 * What a token may say about a person, in bytes of JSON: tokens travel in headers, API Gateway takes 10,240 bytes of those, and
 * base64url makes 4 bytes of 3. It is as much as a hook may add.
 */
const mostBytes = 4_000;

const bytesOf = (claims: Claims): number => Buffer.byteLength(JSON.stringify(claims));

/**
 * Leaves out the largest claims until the rest fits into a token together with those that an operator's hook has `added`, which stand
 * above the others. `isWhole`: nothing was left out.
 */
export function fitClaims(claims: Claims, added: Claims = {}): { claims: Claims; isWhole: boolean } {
  const kept = new Map(Object.entries(claims));
  const fits = () => bytesOf({ ...Object.fromEntries(kept), ...added }) <= mostBytes;
  const bySize = [...kept].toSorted(([, one], [, other]) => bytesOf({ other }) - bytesOf({ one }));
  for (const [name] of bySize) {
    if (fits()) break;
    kept.delete(name);
  }
  return { claims: Object.fromEntries(kept), isWhole: kept.size === Object.keys(claims).length };
}
