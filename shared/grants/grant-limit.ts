/*
 * An app can send somebody with a session through /authorize as often as it likes, without a page in between. A limit keeps that
 * from filling the table. Looking at every redemption would cost a read for each sign-in, so one of sixteen looks.
 */

/** How many grants with refresh tokens a person can have with one client, and some more until a redemption looks. */
export const grantLimit = 100;

/** Whether the redemption of this grant looks at the limit: by its hash, so nobody chooses. */
export const looksAtLimit = (grantId: string): boolean => /^[A-D]/.test(grantId);
