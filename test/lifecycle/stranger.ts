import { generateKeyPair } from 'jose';

/** The keys of somebody who signs tokens of their own, with the algorithm of the server. */
export const stranger = await generateKeyPair('RS256', { extractable: true });
