import type { Mistake } from '../mistake.ts';

/*
 * Clients that the server registers itself when somebody first needs them. Nobody else makes a client of such an id, by whatever way:
 * it would get what people give to the server's own pages.
 */

export const consoleClientId = 'pixy-console';
export const playgroundClientId = 'pixy-playground';

const reserved: readonly unknown[] = [consoleClientId, playgroundClientId];

export const isReserved = (clientId: unknown): boolean => reserved.includes(clientId);

/** What is wrong with the id of a new client that is not the server's own. */
export const reservedMistakes = ({ client_id: clientId }: Readonly<Record<string, unknown>>): Mistake[] =>
  isReserved(clientId)
    ? [
        {
          member: 'client_id',
          problem: 'is one that the server keeps for itself: it registers that client when it is first needed',
        },
      ]
    : [];

/** Whether an id is one of those that clients get who register themselves. */
export const isSelfRegistered = (clientId: string): boolean => clientId.startsWith('dcr-');

/** Whether an id may be that of a client by its metadata document, which needs no registration. */
export const isDocumentId = (clientId: string): boolean => /^https?:\/\//.test(clientId);
