import { secretReader } from '../../shared/aws/secret-store.ts';
import { looksOf } from '../../shared/pages/look.ts';
import { accountStore } from '../../shared/people/account-store.ts';
import { sessionStore } from '../../shared/people/session-store.ts';
import { clientSecrets } from '../../shared/upstream/client-secrets.ts';
import { flowStore } from '../../shared/upstream/flow-store.ts';
import { linkStore } from '../../shared/upstream/link-store.ts';
import { openidProviders } from '../../shared/upstream/openid-provider.ts';
import { notifyingPerson } from '../notify-person.ts';
import { openPushedRequests } from '../open-pushed-requests.ts';
import type { Runtime } from '../runtime.ts';
import { upstreamHandler } from './handler.ts';

export function compose(runtime: Runtime) {
  const { config, database, writeLine, now } = runtime;
  const lookOf = looksOf(config.brand);
  return upstreamHandler({
    ...config,
    pushedRequests: openPushedRequests(runtime),
    providers: config.upstreams,
    openid: openidProviders(config.upstreams, clientSecrets(secretReader()), now),
    flows: flowStore(database, config.tables.people),
    links: linkStore(database, config.tables.people),
    accounts: accountStore(database, config.tables.people),
    sessions: sessionStore(database, config.tables.people),
    notify: notifyingPerson(runtime, lookOf),
    lookOf,
    writeLine,
    now,
  });
}
