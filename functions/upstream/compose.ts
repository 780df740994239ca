import { secretReader } from '../../shared/aws/secret-store.ts';
import { looksOf } from '../../shared/pages/look.ts';
import { accountStore } from '../../shared/people/account-store.ts';
import { sessionStore } from '../../shared/people/session-store.ts';
import { clientSecrets } from '../../shared/upstream/client-secrets.ts';
import { flowStore } from '../../shared/upstream/flow-store.ts';
import { linkStore } from '../../shared/upstream/link-store.ts';
import { openidProviders } from '../../shared/upstream/openid-provider.ts';
import type { Runtime } from '../runtime.ts';
import { upstreamHandler } from './handler.ts';

export const compose = ({ config, database, writeLine, now }: Runtime) =>
  upstreamHandler({
    ...config,
    providers: config.upstreams,
    openid: openidProviders(config.upstreams, clientSecrets(secretReader()), now),
    flows: flowStore(database, config.tables.people),
    links: linkStore(database, config.tables.people),
    accounts: accountStore(database, config.tables.people),
    sessions: sessionStore(database, config.tables.people),
    lookOf: looksOf(config.brand),
    writeLine,
    now,
  });
