import { waiversOf } from '../../../shared/clients/waiver.ts';
import { waiversPage } from '../../../shared/pages/console/waivers-page.ts';
import type { ShowPage } from '../visit.ts';

export const showWaivers: ShowPage = async (_, deps) => {
  const clients = await deps.allClients();
  const waivers = waiversOf(clients, deps.now());
  return { page: waiversPage(waivers) };
};
