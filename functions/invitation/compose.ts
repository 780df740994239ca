import { looksOf } from '../../shared/http/pages/look.ts';
import { accountStore } from '../../shared/people/account-store.ts';
import { challengeStore } from '../../shared/people/passkey-challenge-store.ts';
import { passkeyStore } from '../../shared/people/passkey-store.ts';
import { sessionStore } from '../../shared/people/session-store.ts';
import { totpStore } from '../../shared/people/totp-store.ts';
import { keyWrapper, type Runtime } from '../runtime.ts';
import { backChannelLogout, tellingSessions } from '../sign-out/back-channel.ts';
import { invitationHandler } from './handler.ts';

export function compose(runtime: Runtime) {
  const { config, database, writeLine, now } = runtime;
  return invitationHandler({
    ...config,
    serviceName: config.brand.name,
    accounts: accountStore(database, config.tables.people),
    sessions: tellingSessions(sessionStore(database, config.tables.people), backChannelLogout(runtime)),
    challenges: challengeStore(database, config.tables.people),
    passkeys: passkeyStore(database, config.tables.people),
    totps: totpStore(database, config.tables.people, keyWrapper(config)),
    lookOf: looksOf(config.brand),
    writeLine,
    now,
  });
}
