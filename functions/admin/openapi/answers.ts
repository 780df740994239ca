import { scopeDescription } from '../../../shared/apis/registered-scope.ts';
import { informative } from '../../../shared/clients/registration.ts';
import { pkcePolicies, unregisteredClasses } from '../../../shared/pkce/policy.ts';
import type { AnswerName } from '../operation.ts';
import { clientDocument } from '../schemas.ts';
import { type JsonSchema, toJsonSchema } from './json-schema.ts';
import { memberDescriptions } from './member-descriptions.ts';

const text = { type: 'string' };
const time = { type: 'string', format: 'date-time' };
const version = {
  type: 'integer',
  minimum: 0,
  description: 'Counts up with every change; the ETag is this in quotes.',
};
const onePolicy = { enum: pkcePolicies };
const mode = { enum: ['enforce', 'report'] };

const object = (properties: Readonly<Record<string, JsonSchema>>, optional: readonly string[] = []): JsonSchema => ({
  type: 'object',
  properties,
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
  additionalProperties: false,
});

const ref = (name: string): JsonSchema => ({ $ref: `#/components/schemas/${name}` });

/** The members that are kept of a client, with their descriptions. */
function keptMembers(): Record<string, JsonSchema> {
  const { properties } = toJsonSchema(clientDocument) as { properties: Record<string, JsonSchema> };
  const kept = Object.entries(properties).filter(
    ([name]) => name !== 'client_secret' && !informative.some((other) => other === name),
  );
  return Object.fromEntries(kept.map(([name, schema]) => [name, { ...schema, description: memberDescriptions[name] }]));
}

const always = [
  'client_id', 'redirect_uris', 'token_endpoint_auth_method', 'grant_types', 'scope', 'first_party', 'disabled', 'pkce_policy',
]; // biome-ignore format: a list of names

/** What the operations answer, and what these are made of. */
export function answerSchemas(): Record<AnswerName | 'LoggedClient' | 'GlobalPolicy' | 'Change', JsonSchema> {
  const members = keptMembers();
  const own = [...Object.keys(members).filter((name) => !always.includes(name)), 'client_class', 'added_at'];
  const secrets = { type: 'integer', minimum: 0, description: 'How many secrets are valid now.' };
  const itself = {
    enum: unregisteredClasses,
    description: '`dynamic`: it registered itself. Absent for a client that an operator registered. Nobody can set it.',
  };
  const logged = { ...members, client_class: itself, client_secrets: secrets };
  const client = {
    ...logged,
    effective_policy: object({
      policy: onePolicy,
      origin: {
        enum: [
          'client',
          'global default',
          'floor',
          'public client floor',
          'url client floor',
          'dynamic client floor',
          'waiver',
        ],
      },
      mode,
      enforced: onePolicy,
    }),
    added_at: {
      ...time,
      description: 'When it was added: what people granted to another client of this id before is nothing to it.',
    },
    version,
  };
  const secret = { ...text, description: 'A secret that was made now. It is never shown again.' };
  const floors = object({ url: onePolicy, dynamic: onePolicy }, ['url', 'dynamic']);
  const globalPolicy = { default: onePolicy, floor: onePolicy, mode, floors };
  const change = { id: text, at: time, by: text, why: text };
  const either = (...names: string[]): JsonSchema => ({ oneOf: names.map(ref) });
  const thing = {
    description: 'A client, the global policy (when the change names nothing else), an API, a scope value or a key.',
    anyOf: [ref('LoggedClient'), ref('GlobalPolicy'), { type: 'object' }],
  };
  const { properties: ofScope } = toJsonSchema(scopeDescription) as { properties: Record<string, JsonSchema> };
  const scope = object({ ...ofScope, version }, ['description', 'descriptions']);
  const removed = object({ client_id: text, removed: { const: true }, version });
  return {
    Client: object(client, own),
    ClientWithSecret: object({ ...client, client_secret: secret }, [...own, 'client_secret']),
    ClientList: object({ clients: { type: 'array', items: ref('Client') }, next_cursor: text }, ['next_cursor']),
    RemovedClient: removed,
    GlobalPolicy: object(globalPolicy, ['floors']),
    Policy: object({ ...globalPolicy, version, changed: object(change) }, ['floors', 'changed']),
    LoggedClient: object(logged, own),
    Change: object(
      {
        ...change,
        client: { ...text, description: 'The client that was changed.' },
        api: { ...text, description: 'The API that was changed.' },
        scope: { ...text, description: 'The registered scope value that was changed.' },
        detail_type: { ...text, description: 'The type of authorization details that was changed.' },
        trust: { ...text, description: 'The trust in an issuer that was changed.' },
        key: { ...text, description: 'The signing key that was changed.' },
        account: { ...text, description: 'The sub of the account that an operator did something to.' },
        import: { ...text, description: 'The import or rollback of an import that the change is a part of.' },
        undoes: { ...text, description: 'The change that it takes back, or the import.' },
        clients: { type: 'integer', description: 'Of an import as a whole: how many clients it is about.' },
        outcome: { enum: ['done', 'taken back'], description: 'Of an import as a whole: absent until it ends.' },
        before: thing,
        after: thing,
      },
      [
        'client',
        'api',
        'scope',
        'detail_type',
        'trust',
        'key',
        'account',
        'import',
        'undoes',
        'clients',
        'outcome',
        'before',
        'after',
      ],
    ),
    ChangeList: object({ changes: { type: 'array', items: ref('Change') }, next_cursor: text }, ['next_cursor']),
    Scope: scope,
    ScopeList: object({ scopes: { type: 'array', items: ref('Scope') } }),
    SessionList: object({
      sessions: {
        type: 'array',
        items: object(
          {
            id: { ...text, description: 'Names the session, and is no secret.' },
            auth_time: time,
            amr: { type: 'array', items: text, description: 'How the person signed in (RFC 8176).' },
            expires_at: time,
            idle_until: { ...time, description: 'When it ends unless it is used before.' },
            user_agent: { ...text, description: 'What the browser called itself.' },
          },
          ['user_agent'],
        ),
      },
    }),
    EndedSessions: object({ sub: text, ended_sessions: { type: 'integer', minimum: 1 } }),
    RemovedScope: object({ scope: text, removed: { const: true }, version }),
    RolledBack: either('ClientWithSecret', 'RemovedClient', 'Policy'),
    Explanation: object(
      {
        client_id: text,
        at: time,
        request: object({
          code_challenge: { type: 'boolean' },
          code_challenge_method: { type: ['string', 'null'] },
        }),
        rules: {
          type: 'array',
          items: object({ rule: text, value: text, effect: text, decides: { type: 'boolean' } }),
        },
        policy: onePolicy,
        origin: text,
        mode,
        enforced: onePolicy,
        verdict: { enum: ['allowed', 'reported', 'refused'] },
        reason: text,
        mistake: text,
        description: text,
        passes: { type: 'array', items: text },
        scope: object(
          { registered: text, granted: text, dropped: { type: 'array', items: object({ value: text, why: text }) } },
          ['granted', 'dropped'],
        ),
      },
      ['reason', 'mistake', 'description'],
    ),
  };
}
