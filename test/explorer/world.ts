import { compose as composeAccount } from '../../functions/account/compose.ts';
import { compose as composeAuthorize } from '../../functions/authorize/compose.ts';
import { compose as composeIntrospect } from '../../functions/introspect/compose.ts';
import { compose as composeRevoke } from '../../functions/revoke/compose.ts';
import { compose as composeRotateKeys } from '../../functions/rotate-keys/compose.ts';
import { keyWrapper } from '../../functions/runtime.ts';
import { endingSessions } from '../../functions/sign-out/ending-sessions.ts';
import { compose as composeToken } from '../../functions/token/compose.ts';
import { compose as composeUserinfo } from '../../functions/userinfo/compose.ts';
import { localTableNames } from '../../infra/local/create-tables.ts';
import { clientStore } from '../../shared/clients/client-store.ts';
import { parseRegistration } from '../../shared/clients/registration.ts';
import { keyStore } from '../../shared/keys/key-store.ts';
import { refreshKeys } from '../../shared/keys/loaded-keys.ts';
import { accountStore } from '../../shared/people/account-store.ts';
import { sessionStore } from '../../shared/people/session-store.ts';
import { hashSecret } from '../../shared/secret.ts';
import { type FullClient, mobile, portal, warehouse } from '../support/lifecycle.ts';
import { openStage } from './stage.ts';
import { steadyBytes } from './steady-random.ts';
import { noTables, type Tables } from './tables-in-memory.ts';

/* A deployment with one person, who is signed in in two browsers. Every play begins with it. */

/** When every play begins, in epoch seconds. */
export const noon = 1_800_000_000;

/** Seconds that a replaced refresh token works after its successor was used. */
export const refreshGrace = 30;

/** Seconds after which a grant of some clients ends, although its tokens are used. */
export const briefLifetime = 600_000;

/** Four apps, of which one keeps its refresh token and two have grants that end soon, and a resource server that may introspect. */
export const clients = {
  app: { ...mobile, client_id: 'app', redirect_uris: ['https://app.example/callback'], first_party: true },
  other: { ...mobile, client_id: 'other', redirect_uris: ['https://other.example/callback'], first_party: true },
  brief: { ...mobile, client_id: 'brief', refresh_token_lifetime: briefLifetime, first_party: true },
  keeper: {
    ...portal,
    client_id: 'keeper',
    rotate_refresh_tokens: false,
    refresh_token_lifetime: briefLifetime,
    first_party: true,
  },
  warehouse,
} satisfies Record<string, FullClient>;

export const ada = 'ada-0001';
export const resetLink = 'the secret in the link of a mail';

export type World = Awaited<ReturnType<typeof buildWorld>>;

export async function buildWorld() {
  const stage = openStage({
    PIXY_ISSUER: 'http://localhost:1',
    PIXY_GRANTS_TABLE: localTableNames.grants,
    PIXY_CLIENTS_TABLE: localTableNames.clients,
    PIXY_PEOPLE_TABLE: localTableNames.people,
    PIXY_KEYS_TABLE: localTableNames.keys,
    PIXY_WRAPPING_KEY: steadyBytes('the wrapping key', 1, 32).toString('base64url'),
    PIXY_SIGNING_ALGORITHMS: 'EdDSA', // its signatures are always the same
    PIXY_REFRESH_GRACE: String(refreshGrace),
  });
  const { runtime } = stage;
  const { config, database } = runtime;
  const accounts = accountStore(database, config.tables.people);
  const sessions: string[] = [];

  const tables: Tables = await stage.prepare(noTables, noon, async () => {
    await composeRotateKeys(runtime)();
    const registered = clientStore(database, config.tables.clients, runtime.now);
    for (const client of Object.values(clients)) {
      const parsed = await parseRegistration(client);
      if (!parsed.ok) throw new Error(`${client.client_id}: ${parsed.refusal.problem}`);
      // It comes back without a mark, as from the version before: by their marks, no client would get anything of another, whatever
      // the conditions of a write are, and nobody would notice a mistake in these.
      const author = { by: 'the explorer', why: 'a play needs it' };
      await registered.put(client.client_id, parsed.value, author, undefined, 'a removal');
    }
    const { epoch } = await accounts.put({ username: 'ada', claims: { sub: ada }, passwordHash: 'a hash' }, noon);
    await accounts.invite(ada, { hash: hashSecret(resetLink), purpose: 'reset', expiresAt: noon + 86_400 });
    const store = sessionStore(database, config.tables.people);
    for (const userAgent of ['laptop', 'phone']) {
      const lifetime = config.sessionLifetime;
      sessions.push(await store.start({ sub: ada, epoch, amr: ['pwd'], now: noon, lifetime, userAgent }));
    }
  });

  const [laptop = '', phone = ''] = sessions;
  return {
    stage,
    tables,
    laptop,
    phone,
    accounts,
    sealKeys: await refreshKeys(keyStore(database, config.tables.keys), keyWrapper(config), runtime.now)(),
    endingSessions: endingSessions(runtime, { mayRevoke: true }),
    functions: {
      account: composeAccount(runtime),
      authorize: composeAuthorize(runtime),
      introspect: composeIntrospect(runtime),
      revoke: composeRevoke(runtime),
      token: composeToken(runtime),
      userinfo: composeUserinfo(runtime),
    },
  };
}
