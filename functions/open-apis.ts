import { apiReader } from '../shared/apis/api-store.ts';
import { managementApi } from '../shared/apis/management-api.ts';
import type { Runtime } from './runtime.ts';

/** The registered APIs, and where people are operators the management API: they may have tokens for it. */
export const openApis = ({ config, database, now }: Runtime) =>
  apiReader(database, config.tables.clients, now, config.operators ? [managementApi(config.issuer)] : []);
