import type { Reply } from '../../shared/http/reply.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import { encodeParameters, type Parameters, single } from '../../shared/oauth/parameters.ts';
import { noticePage } from '../../shared/pages/notice-page.ts';
import { signedInPage } from '../../shared/pages/sign-in-page.ts';
import type { InvitationDeps } from './invitation-deps.ts';

/** The page after a link was spent: somebody new is signed in, somebody with a new password and an app enters a code. Otherwise undefined. */
export function showDone(query: Parameters, request: HttpRequest, deps: InvitationDeps): Promise<Reply> | undefined {
  const look = deps.lookOf(request);
  const done = single(query, 'done');
  if (done === 'invitation') return signedInPage(look, [], endpoints.account);
  if (done !== 'reset') return undefined;
  const values = new Map([...query.values].filter(([name]) => name !== 'done'));
  const interrupted = encodeParameters({ ...query, values });
  const path = interrupted === '' ? endpoints.signInCode : `${endpoints.signInCode}?${interrupted}`;
  return noticePage(look, { notice: 'passwordSet', link: { path, to: 'code' } });
}
