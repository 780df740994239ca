/*
 * An app can send somebody with a session through /authorize as often as it likes, without a page in between. A limit keeps that
 * from filling the table. Looking at every redemption would cost a read for each sign-in, so one of sixteen looks.
 */

/** When somebody has more than `most` grants with refresh tokens with one client, all but the newest `keep` end. */
export const grantLimit = { most: 200, keep: 100 };

/** Whether the redemption of this grant looks at the limit: by its hash, so nobody chooses. */
export const looksAtLimit = (grantId: string): boolean => /^[A-D]/.test(grantId);
