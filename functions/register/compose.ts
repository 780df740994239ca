import { looksOf } from '../../shared/pages/look.ts';
import { accountStore } from '../../shared/people/account-store.ts';
import { sessionStore } from '../../shared/people/session-store.ts';
import { throttleStore } from '../../shared/people/throttle-store.ts';
import type { Runtime } from '../runtime.ts';
import { registerHandler } from './handler.ts';

export const compose = ({ config, database, writeLine, now }: Runtime) =>
  registerHandler({
    ...config,
    accounts: accountStore(database, config.tables.people),
    sessions: sessionStore(database, config.tables.people),
    throttle: throttleStore(database, config.tables.people),
    lookOf: looksOf(config.brand),
    writeLine,
    now,
  });
