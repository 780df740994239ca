/** What the person is called; `preferred_username` is the username of whoever has not told another. */
export const nameAmong = (claims: Readonly<Record<string, unknown>>): string | undefined =>
  ['name', 'preferred_username', 'email'].map((name) => claims[name]).find((value) => typeof value === 'string');
