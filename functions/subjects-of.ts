import type { RegisteredClient } from '../shared/clients/registered-client.ts';
import { sectorOf } from '../shared/clients/sector.ts';
import { keyStore } from '../shared/keys/key-store.ts';
import { pairwiseKey, pairwiseSubject } from '../shared/keys/pairwise-key.ts';
import type { Refusal } from '../shared/oauth/refusal.ts';
import type { Standing } from '../shared/people/still-valid.ts';
import { ok, type Result, refuse } from '../shared/result.ts';
import { keyWrapper, type Runtime } from './runtime.ts';

/** Says what a client knows a person by; undefined where that is the subject of the account. */
type SubjectFor = (sub: string, account: Pick<Standing, 'pairwiseSubjects'>) => string | undefined;

/** Refuses a client with pairwise subjects where they are off, or that has no sector. */
export type SubjectsOf = (client: RegisteredClient) => Promise<Result<SubjectFor, Refusal>>;

/** The key is read when the first client with pairwise subjects comes, and kept. */
export function subjectsOf({ config, database }: Runtime): SubjectsOf {
  const key = config.pairwiseSubjects
    ? pairwiseKey(keyStore(database, config.tables.keys), keyWrapper(config))
    : undefined;
  return async (client) => {
    if (client.subjectType !== 'pairwise') return ok(() => undefined);
    const sector = sectorOf(client);
    if (key === undefined || sector === undefined) return refuse({ reason: 'pairwise_unavailable' });
    const opened = await key();
    // What another server called the person comes first: its clients keep their users.
    return ok((sub, { pairwiseSubjects = {} }) =>
      Object.hasOwn(pairwiseSubjects, sector) ? pairwiseSubjects[sector] : pairwiseSubject(sector, sub, opened),
    );
  };
}
