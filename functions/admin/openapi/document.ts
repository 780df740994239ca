import { managementApi, type managementScopes } from '../../../shared/apis/management-api.ts';
import { problemStatus } from '../../../shared/http/problem.ts';
import { endpoints } from '../../../shared/oauth/endpoints.ts';
import type { Reason, Refusal } from '../../../shared/oauth/refusal.ts';
import { refusalCatalogue } from '../../../shared/oauth/refusal-catalogue.ts';
import { reasonHeader } from '../author.ts';
import { listOfTags } from '../if-match.ts';
import type { Operation } from '../operation.ts';
import { operations } from '../operations/index.ts';
import { answerSchemas } from './answers.ts';
import { type JsonSchema, toJsonSchema } from './json-schema.ts';
import { memberDescriptions, scopeMemberDescriptions } from './member-descriptions.ts';

/** The management API in OpenAPI 3.1.0, made from the operations that serve it. */
export function openApiDocument(issuer: string): object {
  const paths = new Map<string, Record<string, object>>();
  for (const operation of operations) {
    paths.set(operation.path, { ...paths.get(operation.path), [operation.method.toLowerCase()]: describe(operation) });
  }
  const { resource } = managementApi(issuer);
  return {
    openapi: '3.1.0',
    info: {
      title: 'Pixy management API',
      version: '1',
      description: `Clients, registered scopes, the global PKCE policy, the change log and the sessions of people of an authorization server. Access tokens come from the token endpoint, with the client_credentials grant and resource=${resource}.`,
    },
    servers: [{ url: issuer }],
    security: [{ pixy: [] }],
    paths: Object.fromEntries(paths),
    components: {
      securitySchemes: { pixy: securityScheme(issuer) },
      schemas: { ...bodySchemas(), ...answerSchemas(), Problem: problemSchema },
    },
  };
}

const securityScheme = (issuer: string): object => ({
  type: 'oauth2',
  flows: {
    clientCredentials: {
      tokenUrl: issuer + endpoints.token,
      scopes: {
        'pixy:read': 'Look',
        'pixy:write': 'Change',
        'pixy:delegate': 'Besides pixy:write: change clients that have a pixy: scope, or give one',
      } satisfies Record<(typeof managementScopes)[number], string>,
    },
  },
});

/** What any request may be refused for. */
const everywhere: readonly Reason[] = [
  'access_token_missing',
  'access_token_invalid',
  'access_token_for_another_api',
  'access_token_bound',
  'access_token_not_bound',
  'access_token_of_another_key',
  'dpop_proof_missing',
  'dpop_proof_invalid',
  'dpop_nonce_required',
  'scope_insufficient',
  'not_an_operator',
  'query_invalid',
  'server_error',
  'store_unavailable',
  'region_unavailable',
];

const withBody: readonly Reason[] = ['json_malformed', 'json_expected', 'body_too_large'];

function describe(operation: Operation): object {
  const { id, summary, scope, body, status, answer } = operation;
  const parameters = parametersOf(operation);
  return {
    operationId: id,
    summary,
    security: [{ pixy: [scope] }],
    ...(parameters.length > 0 && { parameters }),
    ...(body && { requestBody: requestBody(body) }),
    responses: {
      [status]: {
        description: 'Done',
        headers: answerHeaders(operation),
        content: { 'application/json': { schema: ref(answer) } },
      },
      ...problems(operation),
    },
  };
}

function parametersOf({ path, query = {}, ifMatch, scope }: Operation): object[] {
  return [
    ...(path.includes('{client_id}') ? [inPath('client_id', clientIdInPath)] : []),
    ...(path.includes('{scope}') ? [inPath('scope', scopeInPath)] : []),
    ...(path.includes('{sub}') ? [inPath('sub', subjectInPath)] : []),
    ...(path.includes('{change_id}') ? [inPath('change_id', 'The id of a change, as the log shows it.')] : []),
    ...Object.entries(query).map(([name, { schema, json, description }]) => ({
      name,
      in: 'query',
      required: schema.type !== 'optional',
      description,
      schema: json,
    })),
    ...(ifMatch ? [ifMatchHeader(ifMatch === 'required')] : []),
    ...(scope === 'pixy:write'
      ? [{ name: reasonHeader, in: 'header', description: why, schema: { type: 'string', pattern: percentEncoded } }]
      : []),
  ];
}

const clientIdInPath =
  'The client id. One that has any of / ? # % or starts with ~ stands here as ~ followed by its base64url.';
const scopeInPath = 'The scope value, written in the path as a client id is.';
const subjectInPath = 'The sub of an account, written in the path as a client id is.';
const why = 'Why, for the change log. Everything but visible ASCII and spaces is percent-encoded, and % as %25.';
const percentEncoded = '^(?:[\\x20-\\x24\\x26-\\x7e]|%[0-9A-Fa-f]{2})*$';

const inPath = (name: string, description: string): object => ({
  name,
  in: 'path',
  required: true,
  description,
  schema: { type: 'string' },
});

const ifMatchHeader = (required: boolean): object => ({
  name: 'If-Match',
  in: 'header',
  required,
  description: 'The ETag of the version that the change was made for, or * for whatever is there.',
  schema: { type: 'string', pattern: `^\\s*\\*\\s*$|${listOfTags.source}`, examples: ['"3"'] },
});

const requestBody = ({ name, required, mediaTypes }: NonNullable<Operation['body']>): object => ({
  required,
  content: Object.fromEntries(mediaTypes.map((mediaType) => [mediaType, { schema: ref(name) }])),
});

const versioned: readonly string[] = ['Client', 'ClientWithSecret', 'Policy', 'Scope'];

const isCollection = (path: string): boolean => path === '/admin/clients' || path === '/admin/scopes';

function answerHeaders({ answer, status, method, path }: Operation): object {
  const header = (description: string) => ({ description, schema: { type: 'string' } });
  return {
    ...(versioned.includes(answer) && { ETag: header('The version, for If-Match.') }),
    ...(status === 201 && method === 'POST' && isCollection(path) && { Location: header('What was made.') }),
  };
}

/** One answer per status, with every reason that has it. */
function problems({ refuses, body, ifMatch, scope }: Operation): object {
  const reasons: Reason[] = [
    ...everywhere,
    ...(body ? withBody : []),
    ...(scope === 'pixy:write' ? (['header_invalid'] as const) : []),
    ...(ifMatch ? (['precondition_failed'] as const) : []),
    ...(ifMatch === 'required' ? (['precondition_required'] as const) : []),
    ...refuses,
  ];
  const byStatus = new Map<number, string[]>();
  for (const reason of new Set(reasons)) {
    const status = problemStatus({ reason } as Refusal);
    byStatus.set(status, [...(byStatus.get(status) ?? []), `${reason}: ${refusalCatalogue[reason].means}`]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, lines]) => [
      status,
      {
        description: lines.join('\n\n'),
        content: { 'application/problem+json': { schema: ref('Problem') } },
        ...(status === 401 || status === 403 ? { headers: { 'WWW-Authenticate': bearerHeader } } : {}),
        ...(status === 503 ? { headers: { 'Retry-After': retryHeader } } : {}),
      },
    ]),
  );
}

const bearerHeader = { description: 'RFC 6750 section 3, RFC 9449 section 7.1.', schema: { type: 'string' } };
const retryHeader = { description: 'Seconds.', schema: { type: 'integer' } };

const ref = (name: string): JsonSchema => ({ $ref: `#/components/schemas/${name}` });

/** The schemas of bodies, from those that check them. */
function bodySchemas(): Record<string, JsonSchema> {
  const bodies = operations.flatMap(({ body }) => (body ? [body] : []));
  return Object.fromEntries(
    bodies.map(({ name, schema }) => {
      const descriptions = name.includes('Scope') ? scopeMemberDescriptions : memberDescriptions;
      return [name, withDescriptions(toJsonSchema(schema), descriptions)];
    }),
  );
}

function withDescriptions(schema: JsonSchema, descriptions: Readonly<Record<string, string>>): JsonSchema {
  const { properties } = schema as { properties: Record<string, JsonSchema> };
  const described = Object.entries(properties).map(([name, member]) => {
    const description = descriptions[name];
    return [name, description === undefined ? member : { ...member, description }];
  });
  return { ...schema, properties: Object.fromEntries(described) };
}

const problemSchema = {
  type: 'object',
  description: 'RFC 9457.',
  properties: {
    type: { type: 'string', format: 'uri', description: 'Where the reason is explained.' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    reason: { type: 'string', description: 'Stable; the name of the reason.' },
    conflict: { type: 'string', description: 'Stable; tells apart what shares the reason state_conflict.' },
    errors: {
      type: 'array',
      description: 'Everything that is wrong: a member of the body, a query parameter or a header.',
      items: {
        type: 'object',
        properties: {
          pointer: { type: 'string', description: 'RFC 6901, as a URI fragment.' },
          parameter: { type: 'string' },
          header: { type: 'string' },
          detail: { type: 'string' },
        },
        required: ['detail'],
      },
    },
  },
  required: ['type', 'title', 'status', 'detail', 'reason'],
};
