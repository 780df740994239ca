import { formatTime } from '../time.ts';
import type { ListedSession } from './session-store.ts';

/** A session as JSON, for the command line and the management API. Its id names it and is no secret. */
export const describeSession = ({ id, authTime, amr, expiresAt, idleUntil, userAgent }: ListedSession) => ({
  id,
  auth_time: formatTime(authTime),
  amr,
  expires_at: formatTime(expiresAt),
  idle_until: formatTime(idleUntil),
  ...(userAgent !== undefined && { user_agent: userAgent }),
});
