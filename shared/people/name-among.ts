const names = ['name', 'preferred_username', 'email'] as const;

/**
 * What the person is called, with what they sign in with beside their own name: two accounts may have the same one.
 * `preferred_username` is the username of whoever has not told another.
 */
export function nameAmong(claims: Readonly<Record<string, unknown>>): string | undefined {
  const [first, other] = new Set(names.map((name) => claims[name]).filter((value) => typeof value === 'string'));
  return first === undefined || other === undefined || first !== claims['name'] ? first : `${first} (${other})`;
}
