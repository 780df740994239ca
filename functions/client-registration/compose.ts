import { apiReader } from '../../shared/apis/api-store.ts';
import { registrationStore } from '../../shared/clients/registration-store.ts';
import { throttleStore } from '../../shared/people/throttle-store.ts';
import type { Runtime } from '../runtime.ts';
import { registrationHandler } from './handler.ts';

export const compose = ({ config, database, writeLine, now }: Runtime) =>
  registrationHandler({
    issuer: config.issuer,
    needsToken: config.clientRegistration !== 'open',
    registrations: registrationStore(database, config.tables.clients),
    apis: apiReader(database, config.tables.clients, now),
    throttle: throttleStore(database, config.tables.people, config.home),
    writeLine,
    now,
  });
