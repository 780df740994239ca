import { once } from '../../shared/cached.ts';
import { registrationRenewal } from '../../shared/clients/registration-renewal-store.ts';
import { grantStore } from '../../shared/grants/grant-store.ts';
import { isFirst } from '../../shared/homes.ts';
import { keyStore } from '../../shared/keys/key-store.ts';
import { publishedKeys, refreshKeys } from '../../shared/keys/loaded-keys.ts';
import { consentStore } from '../../shared/people/consent-store.ts';
import { sessionStore } from '../../shared/people/session-store.ts';
import { signedInStore } from '../../shared/people/signed-in-store.ts';
import { standingStore } from '../../shared/people/standing-store.ts';
import { openApis } from '../open-apis.ts';
import { openClients } from '../open-clients.ts';
import { openPushedRequests } from '../open-pushed-requests.ts';
import { openRequestObjects } from '../open-request-objects.ts';
import { keyWrapper, type Runtime } from '../runtime.ts';
import { subjectsOf } from '../subjects-of.ts';
import type { AuthorizeDeps } from './authorize-deps.ts';
import { authorizeHandler } from './handler.ts';

export function authorizeDeps(runtime: Runtime): AuthorizeDeps {
  const { config, database, writeLine, now } = runtime;
  return {
    issuer: config.issuer,
    home: config.home,
    codeLifetime: config.codeLifetime,
    revokesAtSignOut: config.revokesAtSignOut,
    clients: openClients(runtime),
    apis: openApis(runtime),
    hasOperators: config.operators !== undefined,
    signedIn: signedInStore(database, config.tables.people),
    sessions: sessionStore(database, config.tables.people),
    useConsent: (sub, { clientId }, requestHash) =>
      consentStore(database, config.tables.people).useRequest(sub, clientId, requestHash, now()),
    accounts: standingStore(database, config.tables.people),
    renewClient: config.clientRegistration === 'off' ? undefined : renewing(runtime),
    grants: grantStore(database, config.tables.grants),
    pushedRequests: openPushedRequests(runtime),
    requestObjects: openRequestObjects(runtime),
    requiresPushedRequests: config.pushedRequests === 'required',
    publishedKeys: publishedKeys(keyStore(database, config.tables.keys), now, config.keysRemembered),
    refreshKeys: refreshKeys(keyStore(database, config.tables.keys), keyWrapper(config), now, config.keysRemembered),
    subjectsOf: subjectsOf(runtime),
    pages: latePages(runtime),
    writeLine,
    now,
  };
}

/** Of several regions, one writes clients. */
function renewing(runtime: Runtime): AuthorizeDeps['renewClient'] {
  const { config, database } = runtime;
  if (isFirst(config.homes)) return registrationRenewal(database, config.tables.clients, config.refreshLifetime);
  const loaded = once(async () => (await import('../homes/renew-at-first.ts')).renewAtFirst(runtime));
  return async (...client) => (await loaded())(...client);
}

const latePages = ({ config }: Runtime): AuthorizeDeps['pages'] =>
  once(async () => (await import('./pages.ts')).openPages(config.brand, config.issuer));

export const compose = (runtime: Runtime) => authorizeHandler(authorizeDeps(runtime));
