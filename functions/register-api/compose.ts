import { apiStore } from '../../shared/apis/api-store.ts';
import type { RegisteredApi } from '../../shared/apis/registered-api.ts';
import type { Runtime } from '../runtime.ts';
import { registerApiHandler } from './handler.ts';

export const compose = ({ config, database, now }: Runtime, api: RegisteredApi) =>
  registerApiHandler(api, apiStore(database, config.tables.clients, now));
