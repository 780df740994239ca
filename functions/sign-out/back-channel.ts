import type { WriteLine } from '../../shared/audit/audit-log.ts';
import { auditLine } from '../../shared/audit/decision.ts';
import { type ClientReader, clientReader } from '../../shared/clients/client-reader.ts';
import { isMadeFor, type MadeFor } from '../../shared/clients/since.ts';
import { describeCause } from '../../shared/http/endpoint.ts';
import { keyStore } from '../../shared/keys/key-store.ts';
import { signingKeys } from '../../shared/keys/loaded-keys.ts';
import type { SigningAlgorithm, SigningKey } from '../../shared/keys/signing-key.ts';
import { reasonOf } from '../../shared/outage.ts';
import type { Session } from '../../shared/people/session.ts';
import { parseNotice } from '../../shared/people/session-store.ts';
import { toldSessionId } from '../../shared/people/told-session-id.ts';
import { mintLogoutToken } from '../../shared/tokens/logout-token.ts';
import { keyCustody, type Runtime } from '../runtime.ts';
import { deliverLogoutToken } from './back-channel-delivery.ts';

type Deps = {
  issuer: string;
  callsLoopback: boolean;
  clients: Pick<ClientReader, 'find'>;
  defaultAlgorithm: SigningAlgorithm;
  signingKey: (algorithm: SigningAlgorithm) => Promise<SigningKey>;
  writeLine: WriteLine;
  now: () => number;
};

/** Tells the clients of sessions that have ended. Takes what the session store gave back; never throws, and never takes long. */
export type TellClients = (ended: readonly (Session | undefined)[], requestId?: string) => Promise<void>;

/** OpenID Connect Back-Channel Logout §2.5. Takes the right to sign. */
export function backChannelLogout({ config, database, writeLine, now }: Runtime): TellClients {
  return tellClients({
    issuer: config.issuer,
    callsLoopback: config.callsLoopback,
    clients: clientReader(database, config.tables.clients, now, undefined, config.demand),
    defaultAlgorithm: config.signingAlgorithms[0],
    signingKey: signingKeys(keyStore(database, config.tables.keys), keyCustody(config), now, config.keysRemembered),
    writeLine,
    now,
  });
}

/** All at once. A client that cannot be told is in the log; the person is signed out in any case. */
const tellClients =
  (deps: Deps): TellClients =>
  async (ended, requestId = '-') => {
    const notices = ended.flatMap((session) =>
      session
        ? (session.notices ?? []).map((notice) => {
            const { clientId, clientSince, sid, subject } = parseNotice(notice);
            const made = { clientSince, at: session.authTime };
            return { clientId, made, sid: toldSessionId(sid, subject), sub: subject ?? session.sub };
          })
        : [],
    );
    await Promise.all(notices.map((notice) => tell(notice, requestId, deps)));
  };

/** What a client is told. `made`: by which of the clients that have had its id the session was used. */
type Told = { sub: string; sid: string; clientId: string; made: MadeFor };

async function tell({ clientId, ...notice }: Told, requestId: string, deps: Deps): Promise<void> {
  const failure = await deliver({ clientId, ...notice }, deps).then(
    (delivery) => (delivery === undefined || delivery === 'delivered' ? undefined : { cause: delivery }),
    (error: unknown) => ({ reason: reasonOf(error), cause: describeCause(error) }),
  );
  if (failure === undefined) return;
  const decision = { endpoint: 'back-channel-logout', verdict: 'failed', client: clientId, ...failure } as const;
  deps.writeLine(auditLine(deps.now(), requestId, decision));
}

/** Undefined for a client that is gone, also if another one has its id now, or wants to be told no longer. */
async function deliver({ made, ...notice }: Told, deps: Deps) {
  const client = await deps.clients.find(notice.clientId);
  if (!client?.backchannelLogoutUri || client.disabled || !isMadeFor(made, client)) return undefined;
  const key = await deps.signingKey(client.idTokenSignedResponseAlg ?? deps.defaultAlgorithm);
  const token = await mintLogoutToken(notice, deps.issuer, key, deps.now());
  return deliverLogoutToken(client.backchannelLogoutUri, token, deps.callsLoopback);
}
