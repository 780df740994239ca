import { endpoints } from '../../shared/oauth/endpoints.ts';
import { looksOf } from '../../shared/pages/look.ts';
import { accountStore } from '../../shared/people/account-store.ts';
import { mailCodeStore } from '../../shared/people/mail-code-store.ts';
import { challengeStore } from '../../shared/people/passkey-challenge-store.ts';
import { passkeyStore } from '../../shared/people/passkey-store.ts';
import { removalStore } from '../../shared/people/removal-store.ts';
import { throttleStore } from '../../shared/people/throttle-store.ts';
import { pendingStore } from '../../shared/people/totp-pending-store.ts';
import { totpStore } from '../../shared/people/totp-store.ts';
import { linkStore } from '../../shared/upstream/link-store.ts';
import { byPath } from '../by-path.ts';
import { notifyingPerson } from '../notify-person.ts';
import { openMail } from '../open-mail.ts';
import { openPushedRequests } from '../open-pushed-requests.ts';
import { keyWrapper, type Runtime } from '../runtime.ts';
import { endingSessions } from '../sign-out/ending-sessions.ts';
import { tidyingUp } from '../tidy-up.ts';
import { forgottenPasswordHandler } from './forgotten-password.ts';
import { invitationHandler } from './handler.ts';
import { keepAccountHandler } from './keep-account.ts';
import { mailCodeHandler } from './mail-code.ts';
import { removeAccountHandler } from './remove-account.ts';
import { verifyAddressHandler } from './verify-address.ts';

export function compose(runtime: Runtime) {
  const { config, database, writeLine, now } = runtime;
  const lookOf = looksOf(config.brand);
  const deps = {
    ...config,
    serviceName: config.brand.name,
    accounts: accountStore(database, config.tables.people),
    sessions: endingSessions(runtime, { mayRevoke: false }),
    challenges: challengeStore(database, config.tables.people),
    passkeys: passkeyStore(database, config.tables.people),
    links: linkStore(database, config.tables.people),
    pendings: pendingStore(database, config.tables.people, config.home),
    tidyUp: tidyingUp(runtime),
    totps: totpStore(database, config.tables.people, keyWrapper(config)),
    notify: notifyingPerson(runtime, lookOf),
    lookOf,
    pushedRequests: openPushedRequests(runtime),
    throttle: throttleStore(database, config.tables.people, config.home),
    codes: mailCodeStore(database, config.tables.people),
    removals: removalStore(database, config.tables.people),
    handOver: openMail(runtime),
    writeLine,
    now,
  };
  return byPath(invitationHandler(deps), {
    [endpoints.forgottenPassword]: forgottenPasswordHandler(deps),
    [endpoints.signInMailCode]: mailCodeHandler(deps),
    [endpoints.accountRemove]: removeAccountHandler(deps),
    [endpoints.keepAccount]: keepAccountHandler(deps),
    [endpoints.verifyAddress]: verifyAddressHandler(deps),
  });
}
