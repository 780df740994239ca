import { type Parameters, single } from '../../shared/oauth/parameters.ts';
import { deriveRecoveryCodes } from '../../shared/people/recovery-code.ts';
import { generateSecret } from '../../shared/secret.ts';
import type { SignedInPerson } from './signed-in-person.ts';

const field = 'codes_seed';

/** Goes with a form whose answer shows recovery codes. */
export const newCodesSeed = (): Record<string, string> => ({ [field]: generateSecret() });

/** The recovery codes that the answer to a form shows: the same ones when it comes twice. */
export function codesOfForm(form: Parameters, { sessionId }: Pick<SignedInPerson, 'sessionId'>): string[] {
  const sent = single(form, field) ?? '';
  return deriveRecoveryCodes({ sessionId, seed: /^[\w-]{43}$/.test(sent) ? sent : generateSecret() });
}
