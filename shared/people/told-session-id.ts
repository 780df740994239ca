import { hashSecret } from '../secret.ts';

/**
 * Returns what a client knows a session by (`sid` of OpenID Connect Back-Channel Logout §2.1). `sid`: what we know it by, which no client
 * learns. `subject`: what the client knows the person by, if that is a pairwise one. Its sector then has a name of its own for the
 * session, or two apps could compare whom they have by it.
 */
export const toldSessionId = (sid: string, subject: string | undefined): string =>
  hashSecret(`${sid} ${subject ?? ''}`);
