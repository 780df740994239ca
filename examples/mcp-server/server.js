import { InvalidTokenError } from '@modelcontextprotocol/sdk/server/auth/errors.js';
import { requireBearerAuth } from '@modelcontextprotocol/sdk/server/auth/middleware/bearerAuth.js';
import { getOAuthProtectedResourceMetadataUrl } from '@modelcontextprotocol/sdk/server/auth/router.js';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import express from 'express';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { z } from 'zod';

/* An MCP server with two tools, for people who sign in at Pixy. It takes access tokens for its own address only. */

const { ISSUER = 'http://localhost:3000', PORT = '8090' } = process.env;
const resource = new URL(`http://localhost:${PORT}/mcp`);
const scopes = ['notes'];
const metadataUrl = getOAuthProtectedResourceMetadataUrl(resource);

/** Notes per person. A real server has a database. */
const notes = new Map();

function toolsFor({ extra }) {
  const server = new McpServer({ name: 'notes', version: '1.0.0' });
  const mine = () => notes.get(extra.sub) ?? [];
  server.registerTool('list-notes', { description: 'Lists your notes.' }, async () => answer(mine().join('\n')));
  server.registerTool(
    'add-note',
    { description: 'Adds a note.', inputSchema: { text: z.string().max(1_000) } },
    async ({ text }) => {
      notes.set(extra.sub, [...mine(), text]);
      return answer(`You have ${mine().length} notes.`);
    },
  );
  return server;
}

const answer = (text) => ({ content: [{ type: 'text', text }] });

const keys = createRemoteJWKSet(new URL(`${ISSUER}/jwks`));

/** RFC 9068 §4: the signature, the issuer, this server as audience, and the type. */
async function verifyAccessToken(token) {
  const rules = { issuer: ISSUER, audience: resource.href, typ: 'at+jwt' };
  const { payload } = await jwtVerify(token, keys, rules).catch(() => {
    throw new InvalidTokenError('The access token is not valid here.');
  });
  const { client_id: clientId, scope, exp: expiresAt, sub } = payload;
  return { token, clientId, scopes: scope.split(' '), expiresAt, extra: { sub } };
}

const app = express();

// RFC 9728: where clients learn which authorization server to ask, and for what.
app.get(new URL(metadataUrl).pathname, (_request, response) => {
  response.json({ resource: resource.href, authorization_servers: [ISSUER], scopes_supported: scopes });
});

const isAllowed = requireBearerAuth({
  verifier: { verifyAccessToken },
  requiredScopes: scopes,
  resourceMetadataUrl: metadataUrl,
});
app.post(resource.pathname, isAllowed, express.json(), async (request, response) => {
  const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined, enableJsonResponse: true });
  await toolsFor(request.auth).connect(transport);
  await transport.handleRequest(request, response, request.body);
});
app.all(resource.pathname, (_request, response) => response.sendStatus(405));

app.listen(Number(PORT), 'localhost', () => console.log(`${resource} takes tokens of ${ISSUER}`));
