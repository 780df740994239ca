import { parseQuery } from '../../../functions/admin/query.ts';
import { type AskedExplanation, askedExplanation } from '../../../functions/admin/schemas.ts';
import { openApis } from '../../../functions/open-apis.ts';
import { openClients } from '../../../functions/open-clients.ts';
import type { Runtime } from '../../../functions/runtime.ts';
import { explainScope, scopeDocument } from '../../../shared/apis/explain-scope.ts';
import { explainClient, explanationDocument } from '../../../shared/clients/explain-client.ts';
import { ok, type Result, refuse } from '../../../shared/result.ts';

/**
 * What `pixy policy explain` prints with `--json`, by the query of the same operation of the management API. Reads the client and
 * the policy afresh. Refuses with the status of the answer: 400 for a query that cannot be read, 404 for an unknown client.
 */
export async function explainRequest(rawQuery: string, runtime: Runtime): Promise<Result<object, 400 | 404>> {
  const query = parseQuery(rawQuery, askedExplanation);
  if (!query.ok) return refuse(400);
  const asked = query.value as AskedExplanation;
  const clients = openClients(runtime);
  const client = await clients.find(asked.client_id);
  if (client === undefined) return refuse(404);
  const challenge = asked.no_challenge ? false : asked.code_challenge;
  const method = asked.no_method ? false : asked.code_challenge_method;
  const global = await clients.globalPolicy();
  const explanation = explainClient(client, { challenge, method }, global, asked.at ?? runtime.now());
  const scope = explainScope(client, asked.scope, await openApis(runtime).list());
  return ok({ ...explanationDocument(explanation), scope: scopeDocument(scope) });
}
