import type { HttpRequest } from '../../shared/http/request.ts';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import type { AdmittedRequest } from './admit-request.ts';
import type { AuthorizeDeps } from './authorize-deps.ts';

/**
 * The address that answers this request instead, if there is one. The hybrid flow goes to the function that can sign. A POST comes
 * again as a GET: the session cookie does not come along with a form from another site.
 */
export function answersElsewhere(
  request: HttpRequest,
  { responseType }: AdmittedRequest,
  query: string,
  { idTokenMinter }: Pick<AuthorizeDeps, 'idTokenMinter'>,
): `/${string}` | undefined {
  if (responseType === 'code id_token' && !idTokenMinter) return `${endpoints.authorizeHybrid}?${query}`;
  return request.method === 'POST' ? `${endpoints.authorize}?${query}` : undefined;
}
