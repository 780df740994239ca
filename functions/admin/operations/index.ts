import type { Operation } from '../operation.ts';
import { addClient, listClients, patchClient, removeClient, showClient } from './clients.ts';
import { explainPolicy, listChanges, setPolicy, showPolicy } from './policy.ts';
import { rollBack } from './roll-back.ts';
import { addScope, listScopes, patchScope, removeScope, showScope } from './scopes.ts';
import { dropOldSecret, rotateClientSecret } from './secrets.ts';
import { endSession, listSessions } from './sessions.ts';
import { grantWaiver, revokeWaiver } from './waiver.ts';

export const operations: readonly Operation[] = [
  listClients,
  addClient,
  showClient,
  patchClient,
  removeClient,
  rotateClientSecret,
  dropOldSecret,
  grantWaiver,
  revokeWaiver,
  showPolicy,
  setPolicy,
  listChanges,
  rollBack,
  explainPolicy,
  listScopes,
  addScope,
  showScope,
  patchScope,
  removeScope,
  listSessions,
  endSession,
];
