import { isFirst } from '../../shared/homes.ts';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import { looksOf } from '../../shared/pages/look.ts';
import { accountStore } from '../../shared/people/account-store.ts';
import { challengeStore } from '../../shared/people/passkey-challenge-store.ts';
import { passkeyStore } from '../../shared/people/passkey-store.ts';
import { sessionStore } from '../../shared/people/session-store.ts';
import { totpReader } from '../../shared/people/totp-store.ts';
import { byPath } from '../by-path.ts';
import { notifyingPerson } from '../notify-person.ts';
import type { Runtime } from '../runtime.ts';
import { addPasskeyHandler } from './add.ts';
import { hasGrown } from './has-grown.ts';
import { scriptHandler } from './serve-script.ts';
import { passkeySignInHandler } from './sign-in.ts';

export function compose(runtime: Runtime) {
  const { config, database, writeLine, now } = runtime;
  const lookOf = looksOf(config.brand);
  const passkeys = passkeyStore(database, config.tables.people);
  const deps = {
    ...config,
    serviceName: config.brand.name,
    accounts: accountStore(database, config.tables.people),
    sessions: sessionStore(database, config.tables.people),
    challenges: challengeStore(database, config.tables.people),
    passkeys: isFirst(config.homes) ? passkeys : { ...passkeys, use: hasGrown },
    totps: totpReader(database, config.tables.people),
    notify: notifyingPerson(runtime, lookOf),
    lookOf,
    writeLine,
    now,
  };
  return byPath(passkeySignInHandler(deps), {
    [endpoints.accountPasskey]: addPasskeyHandler(deps),
    [endpoints.passkeyScript]: scriptHandler(deps),
  });
}
