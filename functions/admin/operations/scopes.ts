import type { Registered } from '../../../shared/apis/api-store.ts';
import {
  parseRegisteredScope,
  type RegisteredScope,
  scopeDescription,
  scopeDocument,
} from '../../../shared/apis/registered-scope.ts';
import { differences } from '../../../shared/clients/roll-back.ts';
import type { JsonObject } from '../../../shared/http/json-document.ts';
import { pathSegment } from '../../../shared/http/path-segment.ts';
import type { Problem } from '../../../shared/http/problem.ts';
import { ok, type Result, refuse } from '../../../shared/result.ts';
import { invalidDocument, notFound, stateConflict } from '../document.ts';
import { matches, stale } from '../if-match.ts';
import { json, mergePatch, type Operation, type OperationDeps, type Success } from '../operation.ts';
import { scopeChange } from '../schemas.ts';

export const listScopes: Operation = {
  id: 'listScopes',
  summary: 'Lists every registered scope value; those of OpenID Connect are always there and not listed',
  method: 'GET',
  path: '/admin/scopes',
  scope: 'pixy:read',
  status: 200,
  answer: 'ScopeList',
  refuses: [],
  async perform(_, { scopes }) {
    const found = await scopes.list();
    return ok({ document: { scopes: found.map(({ value, version }) => describe(value, version).document) } });
  },
};

export const addScope: Operation = {
  id: 'addScope',
  summary: 'Registers a scope value with the claims that it brings',
  method: 'POST',
  path: '/admin/scopes',
  scope: 'pixy:write',
  body: { schema: scopeDescription, name: 'NewScope', required: true, mediaTypes: json },
  status: 201,
  answer: 'Scope',
  refuses: ['document_invalid', 'state_conflict'],
  async perform({ body, author }, { scopes }) {
    const parsed = parseRegisteredScope(body);
    if (!parsed.ok) return refuse(invalidDocument(parsed.refusal, body));
    const { value } = parsed.value;
    const written = await scopes.put(parsed.value, author, 0);
    if (!written.ok) return refuse(stateConflict('scope_exists', `There is a scope ${value} already.`));
    return ok({ ...describe(parsed.value, written.value), location: `/admin/scopes/${pathSegment(value)}` });
  },
};

export const showScope: Operation = {
  id: 'showScope',
  summary: 'Shows a registered scope value: its claims, and what people read about it',
  method: 'GET',
  path: '/admin/scopes/{scope}',
  scope: 'pixy:read',
  status: 200,
  answer: 'Scope',
  refuses: ['resource_not_found'],
  async perform({ name }, deps) {
    const found = await findScope(name, deps);
    return found.ok ? ok(describe(found.value.value, found.value.version)) : found;
  },
};

export const patchScope: Operation = {
  id: 'changeScope',
  summary: 'Changes members of a registered scope value (RFC 7396): what is not named stays, null takes a member away',
  method: 'PATCH',
  path: '/admin/scopes/{scope}',
  scope: 'pixy:write',
  body: { schema: scopeChange, name: 'ScopeChange', required: true, mediaTypes: mergePatch },
  ifMatch: 'required',
  status: 200,
  answer: 'Scope',
  refuses: ['resource_not_found', 'document_invalid'],
  async perform({ name, body, ifMatch, author }, deps) {
    const found = await findScope(name, deps);
    if (!found.ok) return found;
    const { value, version } = found.value;
    if (!matches(ifMatch, version)) return refuse(stale(version));
    if (body['scope'] !== undefined && body['scope'] !== name) {
      return refuse(invalidDocument([{ member: 'scope', problem: 'cannot be changed' }], body));
    }
    const parsed = parseRegisteredScope(merge(scopeDocument(value), body));
    if (!parsed.ok) return refuse(invalidDocument(parsed.refusal, body));
    const isSame = differences(scopeDocument(value), scopeDocument(parsed.value)).length === 0;
    if (isSame) return ok(describe(value, version));
    const written = await deps.scopes.put(parsed.value, author, version);
    if (!written.ok) return refuse(stale(written.refusal.version));
    return ok(describe(parsed.value, written.value));
  },
};

export const removeScope: Operation = {
  id: 'removeScope',
  summary: 'Removes a registered scope value: it brings no more claims; the change log keeps its settings',
  method: 'DELETE',
  path: '/admin/scopes/{scope}',
  scope: 'pixy:write',
  ifMatch: 'required',
  status: 200,
  answer: 'RemovedScope',
  refuses: ['resource_not_found'],
  async perform({ name, ifMatch, author }, deps) {
    const found = await findScope(name, deps);
    if (!found.ok) return found;
    const { version } = found.value;
    if (!matches(ifMatch, version)) return refuse(stale(version));
    const removed = await deps.scopes.remove(name, author, version);
    if (!removed.ok) return refuse(stale(removed.refusal.version));
    return ok({ document: { scope: name, removed: true, version: removed.value } });
  },
};

const describe = (scope: RegisteredScope, version: number): Success => ({
  document: { ...scopeDocument(scope), version },
  version,
});

async function findScope(
  name: string,
  { scopes }: Pick<OperationDeps, 'scopes'>,
): Promise<Result<Registered<RegisteredScope>, Problem>> {
  const found = await scopes.find(name);
  return found ? ok(found) : refuse(notFound(`There is no scope ${name}.`));
}

/** RFC 7396 §2: a patch goes into objects, which only the texts by language are. */
function merge(before: JsonObject, change: JsonObject): JsonObject {
  const merged = Object.entries({ ...before, ...change }).map(([name, value]) => {
    const old = before[name];
    return [name, isObject(value) ? withoutNulls({ ...(isObject(old) && old), ...value }) : value] as const;
  });
  return withoutNulls(Object.fromEntries(merged));
}

const withoutNulls = (object: object): JsonObject =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== null));

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
