/**
 * Returns what kind of JWT one says it is: `typ` of its header, in lower case and without `application/` (RFC 7515 §4.1.9), or `jwt`
 * where it says nothing. What is no text is no kind. Whoever takes one kind has to compare it, because one key signs several (RFC 8725
 * §3.11).
 */
export function jwtTypeOf(typ: unknown): string {
  if (typ === undefined) return 'jwt';
  return typeof typ === 'string' ? typ.toLowerCase().replace(/^application\//, '') : '';
}
