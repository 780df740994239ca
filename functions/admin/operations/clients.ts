import { changeClient, newClient } from '../../../shared/clients/change-client.ts';
import { clientDocument, describeClient } from '../../../shared/clients/client-document.ts';
import { withSectorJudged } from '../../../shared/clients/sector-document.ts';
import type { JsonObject } from '../../../shared/http/json-document.ts';
import { pathSegment } from '../../../shared/http/path-segment.ts';
import { ok, refuse } from '../../../shared/result.ts';
import { findClient, presentation, updateClient } from '../change-client.ts';
import { cursor, limit, nextCursor, type Paging } from '../cursor.ts';
import { invalidDocument, stateConflict } from '../document.ts';
import { matches, stale } from '../if-match.ts';
import { judgeNewId } from '../judge-new-id.ts';
import { json, mergePatch, type Operation } from '../operation.ts';
import { refuseDelegation } from '../refuse-delegation.ts';
import { clientChange, clientDocument as newClientDocument } from '../schemas.ts';

export const listClients: Operation = {
  id: 'listClients',
  summary: 'Lists clients in the order of their ids, each with the PKCE policy it is held to',
  method: 'GET',
  path: '/admin/clients',
  scope: 'pixy:read',
  query: { limit, cursor },
  status: 200,
  answer: 'ClientList',
  refuses: ['query_invalid'],
  async perform({ query, now }, { clients }) {
    const { limit: most, cursor: after } = query as Paging;
    const [page, global] = await Promise.all([clients.list(most, after), clients.policy()]);
    const items = page.items.map((client) => describeClient(client, global, now));
    return ok({ document: { clients: items, ...nextCursor(page.next) } });
  },
};

export const addClient: Operation = {
  id: 'addClient',
  summary: 'Registers a client; a secret that is made for it is shown this once',
  method: 'POST',
  path: '/admin/clients',
  scope: 'pixy:write',
  body: { schema: newClientDocument, name: 'NewClient', required: true, mediaTypes: json },
  status: 201,
  answer: 'ClientWithSecret',
  refuses: ['document_invalid', 'state_conflict'],
  async perform({ body, author, now, mayDelegate }, deps) {
    const made = await withSectorJudged(await newClient(body, now));
    if (!made.ok) return refuse(invalidDocument(made.refusal, body));
    const { client, secret } = made.value;
    const delegation = refuseDelegation({ mayDelegate }, client);
    if (delegation) return refuse(delegation);
    const { clientId } = client;
    const taken = () => refuse(stateConflict('client_exists', `There is a client ${clientId} already.`));
    const current = await deps.clients.findVersion(clientId);
    if (current?.value) return taken();
    const problem = await judgeNewId(clientId, deps);
    if (problem !== undefined) return refuse(invalidDocument([{ member: 'client_id', problem }], body));
    const present = await presentation(deps);
    const written = await deps.clients.put(clientId, client, author, current?.version ?? 0);
    if (!written.ok) return taken();
    const success = present({ value: client, version: written.value }, secret);
    return ok({ ...success, location: `/admin/clients/${pathSegment(clientId)}` });
  },
};

export const showClient: Operation = {
  id: 'showClient',
  summary: 'Shows a client: its registration, its PKCE policy and how it is held to it; never its secrets',
  method: 'GET',
  path: '/admin/clients/{client_id}',
  scope: 'pixy:read',
  status: 200,
  answer: 'Client',
  refuses: ['resource_not_found'],
  async perform({ name }, deps) {
    const found = await findClient(name, deps);
    return found.ok ? ok((await presentation(deps))(found.value)) : found;
  },
};

export const patchClient: Operation = {
  id: 'changeClient',
  summary: 'Changes members of a client (RFC 7396): what is not named stays, null takes a member away',
  method: 'PATCH',
  path: '/admin/clients/{client_id}',
  scope: 'pixy:write',
  body: { schema: clientChange, name: 'ClientChange', required: true, mediaTypes: mergePatch },
  ifMatch: 'required',
  status: 200,
  answer: 'ClientWithSecret',
  refuses: ['resource_not_found', 'document_invalid'],
  perform: ({ body, now, ...call }, deps) =>
    updateClient({ body, now, ...call }, deps, async (current) => {
      const change = mergeWaiver(clientDocument(current), body);
      const changed = await withSectorJudged(await changeClient(current, change, now), current);
      return changed.ok ? changed : refuse(invalidDocument(changed.refusal, body));
    }),
};

/** RFC 7396 §2: a patch goes into objects, and a waiver is the only one among the members that is not a whole (a JWK Set is). */
function mergeWaiver(current: JsonObject, change: JsonObject): JsonObject {
  const { pkce_waiver: before } = current;
  const { pkce_waiver: after } = change;
  if (!isObject(before) || !isObject(after)) return change;
  const merged = Object.entries({ ...before, ...after }).filter(([, value]) => value !== null);
  return { ...change, pkce_waiver: Object.fromEntries(merged) };
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const removeClient: Operation = {
  id: 'removeClient',
  summary: 'Removes a client; the change log keeps its settings, and its secrets are gone',
  method: 'DELETE',
  path: '/admin/clients/{client_id}',
  scope: 'pixy:write',
  ifMatch: 'required',
  status: 200,
  answer: 'RemovedClient',
  refuses: ['resource_not_found'],
  async perform({ name, ifMatch, author, mayDelegate }, deps) {
    const found = await findClient(name, deps);
    if (!found.ok) return found;
    const { value, version } = found.value;
    if (!matches(ifMatch, version)) return refuse(stale(version));
    const delegation = refuseDelegation({ mayDelegate }, value);
    if (delegation) return refuse(delegation);
    const removed = await deps.clients.put(name, undefined, author, version);
    if (!removed.ok) return refuse(stale(removed.refusal.version));
    return ok({ document: { client_id: name, removed: true, version: removed.value } });
  },
};
