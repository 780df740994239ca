import * as v from 'valibot';
import type { Refusal } from '../oauth/refusal.ts';
import { ok, type Result, refuse } from '../result.ts';
import { emailSchema, parseAccountDescription } from './account.ts';
import { admitPassword } from './account-password.ts';
import type { NewAccount } from './account-store.ts';

/** What a person submits to register. */
export type AskedRegistration = { username: string; email: string; password: string };

/**
 * Checks a registration. The email address becomes an unverified claim and not a sign-in name; otherwise anybody could take
 * another person's address, and the page would reveal which addresses are known. For the same reason, a username must not be an
 * address. Refuses with the first mistake.
 */
export function admitRegistration({
  username,
  email,
  password,
}: AskedRegistration): Result<NewAccount & { password: string }, Refusal> {
  const described = parseAccountDescription({ username });
  if ('problem' in described || /[@\s]/.test(username.trim())) return refuse({ reason: 'username_malformed' });
  const address = v.safeParse(emailSchema, email);
  if (!address.success) return refuse({ reason: 'email_malformed' });
  const admitted = admitPassword(password, [username, email]);
  if (!admitted.ok) return refuse({ reason: 'password_unacceptable', problem: admitted.refusal });
  return ok({
    username: described.account.username,
    claims: { email: address.output, email_verified: false, preferred_username: described.account.username },
    password: admitted.value,
  });
}
