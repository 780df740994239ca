import type { Refusal } from '../oauth/refusal.ts';
import { ok, type Result, refuse } from '../result.ts';
import { parseAccountDescription } from './account.ts';
import type { NewAccount } from './account-store.ts';
import { admitPassword } from './admit-password.ts';

/** What a person submits to register. */
export type AskedRegistration = { username: string; email: string; password: string };

/**
 * Checks a registration. The email address becomes an unverified claim and not a sign-in name; otherwise anybody could take
 * another person's address, and the page would reveal which addresses are known. For the same reason, a username must not have an
 * @ in the form in which it is judged. Refuses with the first mistake.
 */
export function admitRegistration({
  username,
  email,
  password,
}: AskedRegistration): Result<NewAccount & { password: string }, Refusal> {
  const described = parseAccountDescription({ username });
  const name = 'problem' in described ? undefined : described.account.username;
  if (name === undefined || /[@\s]/.test(name)) return refuse({ reason: 'username_malformed' });
  const addressed = parseAccountDescription({ email });
  const address = 'problem' in addressed ? undefined : addressed.account.email;
  if (address === undefined) return refuse({ reason: 'email_malformed' });
  const admitted = admitPassword(password, [username, email]);
  if (!admitted.ok) return refuse({ reason: 'password_unacceptable', problem: admitted.refusal });
  return ok({
    username: name,
    claims: { email: address, email_verified: false, preferred_username: name },
    password: admitted.value,
  });
}
