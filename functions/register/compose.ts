import { looksOf } from '../../shared/pages/look.ts';
import { accountStore } from '../../shared/people/account-store.ts';
import { sessionStore } from '../../shared/people/session-store.ts';
import { throttleStore } from '../../shared/people/throttle-store.ts';
import { openMail } from '../open-mail.ts';
import { openPushedRequests } from '../open-pushed-requests.ts';
import type { Runtime } from '../runtime.ts';
import { registerHandler } from './handler.ts';

export function compose(runtime: Runtime) {
  const { config, database, writeLine, now } = runtime;
  return registerHandler({
    ...config,
    pushedRequests: openPushedRequests(runtime),
    accounts: accountStore(database, config.tables.people),
    sessions: sessionStore(database, config.tables.people),
    throttle: throttleStore(database, config.tables.people, config.home),
    handOver: openMail(runtime),
    lookOf: looksOf(config.brand),
    writeLine,
    now,
  });
}
