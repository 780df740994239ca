/**
 * Whether another server's `sub` names one person: 1 to 255 characters (OpenID Connect Core §2) that are not all blank. A server with a
 * broken mapping gives everybody the same empty one, and they would share an account here.
 */
export const namesSomebody = (sub: unknown): sub is string =>
  typeof sub === 'string' && /^[^\p{Cc}\p{Cs}]{1,255}$/u.test(sub) && sub.trim() !== '';
