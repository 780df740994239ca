import { looksOf } from '../../shared/http/pages/look.ts';
import { accountStore } from '../../shared/people/account-store.ts';
import { sessionStore } from '../../shared/people/session-store.ts';
import type { Runtime } from '../runtime.ts';
import { invitationHandler } from './handler.ts';

export const compose = ({ config, database, writeLine, now }: Runtime) =>
  invitationHandler({
    ...config,
    accounts: accountStore(database, config.tables.people),
    sessions: sessionStore(database, config.tables.people),
    lookOf: looksOf(config.brand),
    writeLine,
    now,
  });
