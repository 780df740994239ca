import { type Renewable, registrationRenewal } from '../../shared/clients/registration-renewal-store.ts';
import type { Acting } from '../../shared/grants/acting.ts';
import type { Grant } from '../../shared/grants/grant.ts';
import { toGrant } from '../../shared/grants/grant-record.ts';
import { type Current, heldGrantStore } from '../../shared/grants/held-grant-store.ts';
import { withHome } from '../../shared/home.ts';
import type { Runtime } from '../runtime.ts';

/*
 * What a region asks another one: about the grants there, which it cannot read itself, and of the first, to write what only that writes. Ids
 * of grants come and go without a letter, but for those of a list, which is put together with others.
 */

export type Question =
  | { ask: 'findGrant'; id: string }
  | { ask: 'listGrants'; sub: string; clientId?: string | undefined }
  | { ask: 'clearAway'; sub: string; current: Current }
  | { ask: 'revokeGrant'; id: string }
  | { ask: 'renewClient'; client: Renewable };

/** What each question is answered with. */
export type Answers = {
  findGrant: { grant?: Grant };
  listGrants: { grants: (Grant & { acting: Acting[] })[] };
  clearAway: Record<string, never>;
  revokeGrant: Record<string, never>;
  renewClient: Record<string, never>;
};

/** Answers a question of another region with what is in the tables of this one. */
export async function answerQuestion(
  question: Question,
  { config, database, now }: Runtime,
): Promise<Answers[Question['ask']]> {
  const table = config.tables.grants;
  const held = heldGrantStore(database, table);
  switch (question.ask) {
    case 'findGrant': {
      const [item] = await database.getTogether([{ TableName: table, Key: { id: question.id } }]);
      return item ? { grant: toGrant(item) } : {};
    }
    case 'listGrants': {
      const grants = await held.listOf(question.sub, question.clientId);
      return { grants: grants.map((grant) => ({ ...grant, id: withHome(config.home, grant.id) })) };
    }
    case 'clearAway':
      await held.clearAway(question.sub, question.current, now());
      return {};
    case 'revokeGrant':
      await held.revoke(question.id, now());
      return {};
    case 'renewClient':
      await registrationRenewal(database, config.tables.clients, config.refreshLifetime)(question.client, now());
      return {};
  }
}
