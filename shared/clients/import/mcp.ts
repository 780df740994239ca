import { ok, type Result, refuse } from '../../result.ts';
import type { Entry, ForeignClient, ForeignFormat, ReadingOptions } from './foreign-client.ts';
import { isObject, type JsonObject, parseSettingsJson } from './json.ts';
import { membersOf, shown } from './members.ts';
import { secretOf } from './secret.ts';

/**
 * MCP clients: reads the settings in which they keep the id that they use at an authorization server, per MCP server: `oauth` with
 * `clientId` and `callbackPort`, or `auth` with `CLIENT_ID`. Leaves out servers without one. MCP requires PKCE with S256.
 */
export const mcp: ForeignFormat = {
  entries: (text) => {
    const json = parseSettingsJson(text);
    return json.ok ? entriesOf(json.value) : json;
  },
  translate: (value, options) =>
    isObject(value) ? ok(translate(value, options)) : refuse({ member: 'entry', problem: 'is not an object' }),
};

function entriesOf(json: unknown): Result<Entry[], string> {
  const settings = isObject(json) ? json : {};
  const nested = isObject(settings['mcp']) ? settings['mcp'] : settings;
  const servers = settings['mcpServers'] ?? nested['servers'];
  if (!isObject(servers)) return refuse('has no section mcpServers');
  const entries = Object.entries(servers).map(([name, value]) => ({ label: `mcpServers.${shown([name])}`, value }));
  const withClient = entries.filter(
    ({ value }) => isObject(value) && (isObject(value['oauth']) || isObject(value['auth'])),
  );
  return withClient.length > 0 ? ok(withClient) : refuse('has no server with a client id: they register themselves');
}

function translate(entry: JsonObject, options: ReadingOptions): ForeignClient {
  const part = isObject(entry['oauth']) ? entry['oauth'] : entry['auth'];
  const members = membersOf(isObject(part) ? part : {});
  const isPublic = members.text('clientSecret') === undefined;
  const secret = secretOf(members, ['clientSecret'], options.authMethod ?? 'client_secret_post', isPublic);
  const port = members.seconds('callbackPort');
  const uris = members.list('redirectUris', 'redirectUri', 'callbackUrl', 'redirectUrl') ?? [];
  return {
    metadata: {
      client_id: members.text('clientId'),
      client_name: members.text('clientName'),
      // A loopback address may have any port (RFC 8252 §7.3).
      redirect_uris: uris.length === 0 && port !== undefined ? [`http://localhost:${port}/callback`] : uris,
      ...secret.metadata,
      grant_types: ['authorization_code', 'refresh_token'],
      scope: members.list('scopes', 'scope')?.join(' '),
    },
    pkce: { policy: 'S256' },
    names: {
      client_id: members.nameOf('clientId'),
      client_secret: members.nameOf('clientSecret'),
      redirect_uris: members.nameOf('callbackPort', 'redirectUris'),
    },
    mistakes: members.mistakes,
    notes: secret.notes,
  };
}
