import { type Json, managementToken, manager } from '../../admin/admin.ts';
import { clientCredentials } from '../../support/lifecycle.ts';
import type { Scenario } from '../scenario.ts';
import { chief, machine, type World } from '../world.ts';

const route = '/admin/{proxy+}';
const redirect_uris = ['https://app.example/callback'];

/** What managers do. Whoever has no answer looks how things are now and starts again from there. */
export function adminScenarios(world: World): Scenario[] {
  const { port, server } = world;
  let clients = 0;

  async function manage(method: string, path: string, asked: Json = {}) {
    return manager(server, await managementToken(server, chief))(method, path, asked);
  }

  async function newClient(members: Json = {}) {
    clients += 1;
    const client_id = `managed-${clients}`;
    const { status, body, json } = await manage('POST', '/clients', { body: { client_id, redirect_uris, ...members } });
    if (status !== 201) throw new Error(body);
    return { client_id, json };
  }

  /** A request whose token is there before anything fails. */
  async function ready(method: string, path: string, asked: Json = {}) {
    const bearer = await managementToken(server, chief);
    return () => manager({ port }, bearer)(method, path, asked);
  }

  const reading = (name: string, path: () => Promise<string>): Scenario => ({
    name: `/admin: ${name}`,
    route,
    prepare: async () => ({ send: await ready('GET', await path()), isSuccess: ({ status }) => status === 200 }),
  });

  const inClients = { 'UpdateItem clients client': 'done', 'PutItem clients changes #2': 'failed' } as const;
  const changing = (
    name: string,
    prepare: () => Promise<{ method: string; path: string; asked: Json; holds: () => Promise<boolean> }>,
    startsAgain: NonNullable<Scenario['startsAgain']> = inClients,
  ): Scenario => ({
    name: `/admin: ${name}`,
    route,
    isSingle: true,
    startsAgain: { ...startsAgain, 'UpdateItem clients global/exceptions': 'failed' },
    async prepare() {
      const { method, path, asked, holds } = await prepare();
      return {
        send: await ready(method, path, asked),
        isSuccess: ({ status }) => [200, 201, 204].includes(status),
        holds,
      };
    },
  });

  const show = async (client_id: string) => (await manage('GET', `/clients/${client_id}`)).json;
  const service = {
    redirect_uris: [],
    grant_types: ['client_credentials'],
    token_endpoint_auth_method: 'client_secret_basic',
    scope: 'api:read',
  };

  return [
    reading('the clients', async () => '/clients?limit=2'),
    reading('a client', async () => `/clients/${(await newClient()).client_id}`),
    reading('the policy', async () => '/policy'),
    reading('the changes', async () => '/policy/log?limit=2'),
    reading('the policy explained', async () => `/policy/explain?client_id=${(await newClient()).client_id}`),
    reading('the description', async () => '/openapi.json'),
    changing(
      'a new client',
      async () => {
        clients += 1;
        const client_id = `managed-${clients}`;
        return {
          method: 'POST',
          path: '/clients',
          asked: { body: { client_id, redirect_uris } },
          holds: async () => (await show(client_id)).client_id === client_id,
        };
      },
      { 'UpdateItem clients client': 'done', 'PutItem clients changes': 'failed' },
    ),
    changing('a client that changes', async () => {
      const { client_id } = await newClient();
      return {
        method: 'PATCH',
        path: `/clients/${client_id}`,
        asked: {
          ifMatch: '"1"',
          headers: { 'content-type': 'application/merge-patch+json' },
          body: { client_name: 'Another name' },
        },
        holds: async () => (await show(client_id)).client_name === 'Another name',
      };
    }),
    changing('a client that is removed', async () => {
      const { client_id } = await newClient();
      return {
        method: 'DELETE',
        path: `/clients/${client_id}`,
        asked: { ifMatch: '"1"' },
        holds: async () => (await manage('GET', `/clients/${client_id}`)).status === 404,
      };
    }),
    changing('a new secret', async () => {
      const { client_id } = await newClient(service);
      return {
        method: 'POST',
        path: `/clients/${client_id}/secrets`,
        asked: { ifMatch: '"1"', body: {} },
        holds: async () => (await show(client_id)).client_secrets === 2,
      };
    }),
    changing('an old secret that is dropped', async () => {
      const { client_id, json } = await newClient(service);
      const { json: rotated } = await manage('POST', `/clients/${client_id}/secrets`, { ifMatch: '"1"', body: {} });
      const worksWith = async (client_secret: string) =>
        (await clientCredentials(server, { ...machine, client_id, client_secret })).status === 200;
      return {
        method: 'DELETE',
        path: `/clients/${client_id}/secrets`,
        asked: { ifMatch: '"2"' },
        async holds() {
          world.clock.advance(31);
          return (await worksWith(rotated.client_secret)) && !(await worksWith(json.client_secret));
        },
      };
    }),
    changing('a waiver', async () => {
      const { client_id } = await newClient();
      const until = new Date((world.clock.now() + 86_400) * 1_000).toISOString();
      return {
        method: 'PUT',
        path: `/clients/${client_id}/waiver`,
        asked: { ifMatch: '"1"', body: { owner: 'somebody', reason: 'a reason', until } },
        holds: async () => (await show(client_id)).pkce_waiver !== undefined,
      };
    }),
    changing(
      'the policy that changes',
      async () => {
        const { json, etag } = await manage('GET', '/policy');
        const mode = json.mode === 'report' ? 'enforce' : 'report';
        return {
          method: 'PUT',
          path: '/policy',
          asked: { ifMatch: etag, body: { default: json.default, floor: json.floor, mode } },
          holds: async () => (await manage('GET', '/policy')).json.mode === mode,
        };
      },
      { 'UpdateItem clients global/policy': 'done', 'PutItem clients changes #2': 'failed' },
    ),
    changing('a change that is taken back', async () => {
      const { client_id } = await newClient();
      await manage('PATCH', `/clients/${client_id}`, {
        ifMatch: '"1"',
        headers: { 'content-type': 'application/merge-patch+json' },
        body: { client_name: 'Another name' },
      });
      const { json } = await manage('GET', `/policy/log?client=${client_id}`);
      return {
        method: 'POST',
        path: `/policy/log/${json.changes[0].id}/rollback`,
        asked: {},
        holds: async () => (await show(client_id)).client_name === undefined,
      };
    }),
  ];
}
