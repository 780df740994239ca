/**
 * Whether `htu` names one of these URLs (RFC 9449 §4.3): without query and fragment, after the normalization of RFC 3986 §6.2.2 and
 * §6.2.3, so scheme and host in any case, the default port, dots in the path, and escapes that escape nothing.
 */
export function namesOneOf(htu: string, urls: readonly string[]): boolean {
  const named = normalized(htu);
  return named !== undefined && urls.some((url) => normalized(url) === named);
}

function normalized(text: string): string | undefined {
  if (!/^https?:\/\/[^\s\\]+$/i.test(text) || !URL.canParse(text)) return undefined;
  const { origin, pathname, username, password } = new URL(text);
  return username === '' && password === '' ? origin + decoded(pathname) : undefined;
}

/** API Gateway hands on some paths decoded, so both sides are compared decoded. */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
