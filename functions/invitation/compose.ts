import { looksOf } from '../../shared/http/pages/look.ts';
import { accountStore } from '../../shared/people/account-store.ts';
import { challengeStore } from '../../shared/people/passkey-challenge-store.ts';
import { passkeyStore } from '../../shared/people/passkey-store.ts';
import { sessionStore } from '../../shared/people/session-store.ts';
import type { Runtime } from '../runtime.ts';
import { invitationHandler } from './handler.ts';

export const compose = ({ config, database, writeLine, now }: Runtime) =>
  invitationHandler({
    ...config,
    serviceName: config.brand.name,
    accounts: accountStore(database, config.tables.people),
    sessions: sessionStore(database, config.tables.people),
    challenges: challengeStore(database, config.tables.people),
    passkeys: passkeyStore(database, config.tables.people),
    lookOf: looksOf(config.brand),
    writeLine,
    now,
  });
