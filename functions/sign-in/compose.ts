import { secretReader } from '../../shared/aws/secret-store.ts';
import { isFirst } from '../../shared/homes.ts';
import { openHooks } from '../../shared/hooks/open-hooks.ts';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import { looksOf } from '../../shared/pages/look.ts';
import { accountStore } from '../../shared/people/account-store.ts';
import { challengeStore } from '../../shared/people/passkey-challenge-store.ts';
import { openPepper } from '../../shared/people/pepper.ts';
import { sessionStore } from '../../shared/people/session-store.ts';
import { throttleStore } from '../../shared/people/throttle-store.ts';
import { pendingStore } from '../../shared/people/totp-pending-store.ts';
import { totpStore } from '../../shared/people/totp-store.ts';
import { byPath } from '../by-path.ts';
import { notifyingPerson } from '../notify-person.ts';
import { openClients } from '../open-clients.ts';
import { openPushedRequests } from '../open-pushed-requests.ts';
import { keyWrapper, type Runtime } from '../runtime.ts';
import { signInHandler } from './handler.ts';
import { secondFactorHandler } from './second-factor.ts';

export function compose(runtime: Runtime) {
  const { config, database, writeLine, now } = runtime;
  const { people } = config.tables;
  const clients = openClients(runtime);
  const lookOf = looksOf(config.brand);
  // Hooks say the subjects of accounts that are elsewhere.
  const accounts = accountStore(
    database,
    people,
    async (clientId) => (await clients.findRegistered(clientId)) !== undefined,
  );
  const deps = {
    ...config,
    clients,
    pushedRequests: openPushedRequests(runtime),
    accounts: isFirst(config.homes) ? accounts : { ...accounts, upgradePassword: async () => false },
    sessions: sessionStore(database, people),
    challenges: challengeStore(database, people),
    totps: totpStore(database, people, keyWrapper(config), config.home),
    pendings: pendingStore(database, people, config.home),
    throttle: throttleStore(database, people, config.home),
    readPepper: openPepper(config.passwordPepper, secretReader()),
    hooks: openHooks(config.hooks),
    notify: notifyingPerson(runtime, lookOf),
    lookOf,
    writeLine,
    now,
  };
  const secondFactor = secondFactorHandler(deps);
  return byPath(signInHandler(deps), {
    [endpoints.signInCode]: secondFactor,
    [endpoints.signInRecoveryCode]: secondFactor,
  });
}
