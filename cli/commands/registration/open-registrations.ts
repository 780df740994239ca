import { type RegistrationStore, registrationStore } from '../../../shared/clients/registration-store.ts';
import type { Context } from '../../context.ts';

export async function openRegistrations(context: Context): Promise<RegistrationStore> {
  const { database, table } = await context.open();
  return registrationStore(database, table('clients'));
}
