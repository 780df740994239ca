import { explainScope, scopeDocument } from '../../../shared/apis/explain-scope.ts';
import { changeDocument, policyDocument } from '../../../shared/clients/change-document.ts';
import { explainClient, explanationDocument } from '../../../shared/clients/explain-client.ts';
import { differences } from '../../../shared/clients/roll-back.ts';
import { shippedGlobalPolicy } from '../../../shared/pkce/policy.ts';
import { ok, refuse } from '../../../shared/result.ts';
import { findClient } from '../change-client.ts';
import { cursor, limit, nextCursor, type Paging } from '../cursor.ts';
import { parseDocument } from '../document.ts';
import { matches, stale } from '../if-match.ts';
import { json, type Operation, type OperationDeps } from '../operation.ts';
import { type AskedExplanation, askedExplanation, clientOfLog, policy } from '../schemas.ts';

export const showPolicy: Operation = {
  id: 'showPolicy',
  summary: 'Shows the global policy: the default for clients that inherit, the floor for all, and the mode',
  method: 'GET',
  path: '/admin/policy',
  scope: 'pixy:read',
  status: 200,
  answer: 'Policy',
  refuses: [],
  async perform(_, { clients }) {
    const { value = shippedGlobalPolicy, version = 0, lastChange } = (await clients.policyVersion()) ?? {};
    return ok({ document: policyDocument(value, version, lastChange), version });
  },
};

export const setPolicy: Operation = {
  id: 'setPolicy',
  summary: 'Sets the global policy; running functions follow within 30 seconds',
  method: 'PUT',
  path: '/admin/policy',
  scope: 'pixy:write',
  body: { schema: policy, name: 'NewPolicy', required: true, mediaTypes: json },
  ifMatch: 'required',
  status: 200,
  answer: 'Policy',
  refuses: ['document_invalid'],
  async perform({ body, ifMatch, author }, { clients }) {
    const next = parseDocument(policy, body);
    if (!next.ok) return next;
    const { value = shippedGlobalPolicy, version = 0, lastChange } = (await clients.policyVersion()) ?? {};
    if (!matches(ifMatch, version)) return refuse(stale(version));
    if (differences(value, next.value).length === 0) {
      return ok({ document: policyDocument(value, version, lastChange), version });
    }
    const written = await clients.putPolicy(next.value, author, version);
    if (!written.ok) return refuse(stale(written.refusal.version));
    return ok({ document: policyDocument(next.value, written.value), version: written.value });
  },
};

export const listChanges: Operation = {
  id: 'listChanges',
  summary: 'Lists the changes of clients and of the global policy, the latest first: who, when, what and why',
  method: 'GET',
  path: '/admin/policy/log',
  scope: 'pixy:read',
  query: { limit, cursor, client: clientOfLog },
  status: 200,
  answer: 'ChangeList',
  refuses: ['query_invalid'],
  async perform({ query }, { clients }) {
    const { limit: most, cursor: after, client } = query as Paging & { client?: string };
    const page = await clients.changesPage(most, { ...(after && { after }), ...(client && { client }) });
    return ok({ document: { changes: page.items.map(changeDocument), ...nextCursor(page.next) } });
  },
};

const listApis = async ({ apis }: Pick<OperationDeps, 'apis'>) => (await apis.list()).map(({ value }) => value);

export const explainPolicy: Operation = {
  id: 'explainPolicy',
  summary:
    'Explains what the authorization endpoint would decide about the PKCE and the scope of a request that nobody made',
  method: 'GET',
  path: '/admin/policy/explain',
  scope: 'pixy:read',
  query: askedExplanation,
  status: 200,
  answer: 'Explanation',
  refuses: ['query_invalid', 'resource_not_found'],
  async perform({ query, now }, deps) {
    const asked = query as AskedExplanation;
    const found = await findClient(asked.client_id, deps);
    if (!found.ok) return found;
    const challenge = asked.no_challenge ? false : asked.code_challenge;
    const method = asked.no_method ? false : asked.code_challenge_method;
    const explanation = explainClient(
      found.value.value,
      { challenge, method },
      await deps.clients.policy(),
      asked.at ?? now,
    );
    const scope = scopeDocument(explainScope(found.value.value, asked.scope, await listApis(deps)));
    return ok({ document: { ...explanationDocument(explanation), scope } });
  },
};
