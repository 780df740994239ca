import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { HttpApiHandler } from '../../infra/local/gateway/answer-request.ts';
import { startGateway } from '../../infra/local/http-api-gateway.ts';
import { answerTheParent } from '../server-process.ts';
import { type Algorithm, pixyEnvironment } from './environment.ts';

/* bundles.ts <folder of the bundles> <algorithm> <wrapping key>: runs the functions exactly as deployed, behind the local gateway. */

const [folder = '', algorithm = '', wrappingKey = ''] = process.argv.slice(2);
const routes = new Map<string, HttpApiHandler>();
const gateway = await startGateway({ port: 0, host: '127.0.0.1', routes });
Object.assign(process.env, pixyEnvironment(`http://localhost:${gateway.port}`, algorithm as Algorithm, wrappingKey));
for (const name of ['authorize', 'token']) {
  const bundle = (await import(pathToFileURL(join(folder, name, 'index.mjs')).href)) as { handler: HttpApiHandler };
  routes.set(`/${name}`, bundle.handler);
}
answerTheParent({ port: gateway.port });
