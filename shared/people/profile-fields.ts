/*
 * What people may change about themselves. An operator lists it; nothing is in the list by default, because some accounts come from
 * elsewhere.
 */

/** Claims that somebody may say about themselves, and `email`, which has to be confirmed. */
export const profileFields = [
  'email',
  'name',
  'given_name',
  'family_name',
  'nickname',
  'locale',
  'zoneinfo',
  'birthdate',
  'website',
] as const;
export type ProfileField = (typeof profileFields)[number];
export type ProfileClaim = Exclude<ProfileField, 'email'>;
