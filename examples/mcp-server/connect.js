import { once } from 'node:events';
import { createServer } from 'node:http';
import { UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

/* Connects to the MCP server as an agent does that nobody registered: it finds the authorization server and introduces itself. */

const { SERVER = 'http://localhost:8090/mcp', PORT = '8091', CLIENT_ID } = process.env;
const redirectUrl = `http://127.0.0.1:${PORT}/callback`;
// With a client id that is the address of a document, the client is known by that; without one, it registers itself (RFC 7591).
const kept = { client: CLIENT_ID === undefined ? undefined : { client_id: CLIENT_ID } };

/** What the SDK keeps and asks. A real client stores the tokens, and opens the browser itself. */
const provider = {
  redirectUrl,
  clientMetadata: {
    client_name: 'Notes on the terminal',
    redirect_uris: [redirectUrl],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
  },
  clientInformation: () => kept.client,
  saveClientInformation: (client) => Object.assign(kept, { client }),
  tokens: () => kept.tokens,
  saveTokens: (tokens) => Object.assign(kept, { tokens }),
  codeVerifier: () => kept.verifier,
  saveCodeVerifier: (verifier) => Object.assign(kept, { verifier }),
  redirectToAuthorization: (url) => console.log(`Sign in at ${url}\n`),
};

const listener = createServer().listen(Number(PORT), '127.0.0.1');
const newTransport = () => new StreamableHTTPClientTransport(new URL(SERVER), { authProvider: provider });

const first = newTransport();
await new Client({ name: 'notes-on-the-terminal', version: '1.0.0' }).connect(first).then(
  () => Promise.reject(new Error('the server asked for no sign-in')),
  (error) => (error instanceof UnauthorizedError ? undefined : Promise.reject(error)),
);
const [request, response] = await once(listener, 'request');
response.end('Signed in. Go back to the terminal.');
listener.close();
const { searchParams } = new URL(request.url, redirectUrl);
if (searchParams.has('error')) {
  console.log(`Refused: ${searchParams.get('error_description')}`);
  process.exit(1);
}
await first.finishAuth(searchParams.get('code'));

const client = new Client({ name: 'notes-on-the-terminal', version: '1.0.0' });
await client.connect(newTransport());
const call = async (name, args = {}) => (await client.callTool({ name, arguments: args })).content[0].text;
console.log(await call('add-note', { text: 'Agents can sign in.' }));
console.log(`Your notes: ${await call('list-notes')}`);
await client.close();
listener.closeAllConnections();
