import { apiReader } from '../../shared/apis/api-store.ts';
import { secretReader } from '../../shared/aws/secret-store.ts';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import { looksOf } from '../../shared/pages/look.ts';
import { accountStore } from '../../shared/people/account-store.ts';
import { consentStore } from '../../shared/people/consent-store.ts';
import { passkeyStore } from '../../shared/people/passkey-store.ts';
import { openPepper } from '../../shared/people/pepper.ts';
import { throttleStore } from '../../shared/people/throttle-store.ts';
import { totpStore } from '../../shared/people/totp-store.ts';
import { linkStore } from '../../shared/upstream/link-store.ts';
import { byPath } from '../by-path.ts';
import { heldGrants } from '../homes/held-grants.ts';
import { notifyingPerson } from '../notify-person.ts';
import { openClients } from '../open-clients.ts';
import { openMail } from '../open-mail.ts';
import { keyWrapper, type Runtime } from '../runtime.ts';
import { endingSessions } from '../sign-out/ending-sessions.ts';
import { tidyingUp } from '../tidy-up.ts';
import { authenticatorHandler } from './authenticator.ts';
import { changePasswordHandler } from './change-password.ts';
import { exportHandler } from './export.ts';
import { accountHandler } from './handler.ts';
import { profileHandler } from './profile.ts';
import { recoveryCodesHandler } from './recovery-codes.ts';

export function compose(runtime: Runtime) {
  const { config, database, writeLine, now } = runtime;
  const { people, clients } = config.tables;
  const lookOf = looksOf(config.brand);
  const deps = {
    ...config,
    serviceName: config.brand.name,
    accounts: accountStore(database, people),
    sessions: endingSessions(runtime, { mayRevoke: true }),
    tidyUp: tidyingUp(runtime),
    consents: consentStore(database, people),
    passkeys: passkeyStore(database, people),
    totps: totpStore(database, people, keyWrapper(config), config.home),
    throttle: throttleStore(database, people, config.home),
    readPepper: openPepper(config.passwordPepper, secretReader()),
    links: linkStore(database, people),
    grants: heldGrants(runtime),
    clients: openClients(runtime),
    apis: apiReader(database, clients, now),
    handOver: openMail(runtime),
    notify: notifyingPerson(runtime, lookOf),
    lookOf,
    writeLine,
    now,
  };
  return byPath(accountHandler(deps), {
    [endpoints.accountProfile]: profileHandler(deps),
    [endpoints.accountExport]: exportHandler(deps),
    [endpoints.accountPassword]: changePasswordHandler(deps),
    [endpoints.accountAuthenticator]: authenticatorHandler(deps),
    [endpoints.accountRecoveryCodes]: recoveryCodesHandler(deps),
  });
}
