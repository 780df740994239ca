import { type Database, type Item, projectionOf, type ReadItem, type Reading } from '../aws/dynamodb.ts';
import { type Consent, consentAttributes, consentKey, toConsent } from './consent.ts';
import { isAlive, type Session, sessionAttributes } from './session.ts';
import { keyOf, subjectOf, toSession } from './session-store.ts';
import { accountKey, toStanding } from './standing-store.ts';
import { clientEpochOf, judgeEpoch, type Standing, standingAttributes } from './still-valid.ts';

/** Somebody who is signed in, and what they are to one client. */
export type SignedIn = {
  session: Session;
  /** What a grant to this client is made under. */
  clientEpoch: number;
  /** What another server called them, by sector. */
  pairwiseSubjects: Standing['pairwiseSubjects'];
  /** What they allowed the client, where that was asked for. */
  consent: Consent | undefined;
};

export type SignedInStore = ReturnType<typeof signedInStore>;

/** Sessions together with whether their person's account still stands by them. */
export function signedInStore(database: Database, table: string) {
  const readingOf = (
    { sessionId, clientId, withConsent = false }: Wanted,
    isConsistent: boolean,
  ): Reading | undefined => {
    const key = keyOf(sessionId);
    const sub = subjectOf(sessionId);
    return (
      key && {
        table,
        keys: [key, accountKey(sub), ...(withConsent ? [consentKey(sub, clientId)] : [])],
        projection: withConsent ? sessionWithConsent : sessionAlone,
        isConsistent,
      }
    );
  };

  async function read(wanted: Wanted, isConsistent: boolean): Promise<SignedIn | undefined> {
    const reading = readingOf(wanted, isConsistent);
    return reading && judge(wanted, (await database.getAcross([reading]))[0] ?? []);
  }

  return {
    /** In one consistent call: for answers that nobody checks again, and for what was written a moment ago. */
    find: (wanted: Wanted): Promise<SignedIn | undefined> => read(wanted, true),

    /**
     * The same at half the price, for codes: whoever redeems one has the account compared again. Only when an eventually consistent
     * call finds nobody, as in the moment after signing in, a consistent one follows.
     */
    async findForCode(wanted: Wanted): Promise<SignedIn | undefined> {
      return (await read(wanted, false)) ?? read(wanted, true);
    },

    /** One eventually consistent call, or a consistent one, which reads an item of another table as well, consistently. */
    async findBeside(
      wanted: Wanted,
      isConsistent: boolean,
      { table: other, key, projection }: Parameters<ReadItem>[0],
    ): Promise<{ found: SignedIn | undefined; item: Item | undefined }> {
      const reading = readingOf(wanted, isConsistent);
      const beside = { table: other, keys: [key], projection, isConsistent: true };
      const [[item] = [], people = []] = await database.getAcross([beside, ...(reading ? [reading] : [])]);
      return { found: judge(wanted, people), item };
    },
  };
}

/** Whether a session is in force and its account stands by it. */
function judge(
  { sessionId, clientId, now }: Wanted,
  [sessionItem, account, consentItem]: readonly (Item | undefined)[],
): SignedIn | undefined {
  const session = sessionItem && toSession(sessionItem);
  const standing = account && toStanding(account);
  if (!session || !isAlive(now)(session) || !standing) return undefined;
  if (judgeEpoch(standing, { epoch: session.epoch, sid: keyOf(sessionId)?.sk ?? '' })) return undefined;
  const clientEpoch = clientEpochOf(standing, clientId);
  const consent = consentItem && toConsent(consentItem);
  const { pairwiseSubjects } = standing;
  return {
    session,
    clientEpoch,
    pairwiseSubjects,
    // What was allowed before the person took it back is no consent any more, whether it is deleted yet or not.
    consent: consent?.clientEpoch === clientEpoch ? consent : undefined,
  };
}

type Wanted = { sessionId: string; clientId: string; now: number; withConsent?: boolean };

/** Words of DynamoDB among the names of our attributes, or close to one: a name that is no such word may be written like one. */
const reserved = ['sub', ...consentAttributes];

/** Neither names nor the password hash of the account, which may not be read here. */
const attributes = [...new Set([...sessionAttributes, ...standingAttributes])];
const sessionAlone = projectionOf(attributes, reserved);
const sessionWithConsent = projectionOf([...new Set([...attributes, ...consentAttributes])], reserved);
