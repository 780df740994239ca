import { compose as composeAuthorize } from '../../functions/authorize/compose.ts';
import { openRuntime } from '../../functions/runtime.ts';
import { compose as composeToken } from '../../functions/token/compose.ts';
import type { HttpApiHandler } from '../../infra/local/gateway/answer-request.ts';
import { startGateway } from '../../infra/local/http-api-gateway.ts';
import { memoryDatabase } from '../memory-database.ts';
import { answerTheParent } from '../server-process.ts';
import { type Algorithm, newWrappingKey, pixyEnvironment } from './environment.ts';
import { setUp } from './set-up.ts';

/* in-memory.ts <algorithm>: runs the same handlers with a Map instead of the database. */

const [algorithm = ''] = process.argv.slice(2);
const routes = new Map<string, HttpApiHandler>();
const gateway = await startGateway({ port: 0, host: '127.0.0.1', routes });
const environment = pixyEnvironment(`http://localhost:${gateway.port}`, algorithm as Algorithm, newWrappingKey());
const database = memoryDatabase();
const [cookie = ''] = await setUp(database, environment);
const runtime = { ...openRuntime(environment), database };
routes.set('/authorize', composeAuthorize(runtime));
routes.set('/token', composeToken(runtime));
answerTheParent({ port: gateway.port, cookie });
