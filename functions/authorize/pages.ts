import type { Reply } from '../../shared/http/reply.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import type { Parameters } from '../../shared/oauth/parameters.ts';
import type { RegisteredRedirectUri } from '../../shared/oauth/redirect-uri.ts';
import type { Refusal } from '../../shared/oauth/refusal.ts';
import type { Brand } from '../../shared/pages/brand.ts';
import { errorPage } from '../../shared/pages/error-page.ts';
import { formPostPage } from '../../shared/pages/form-post-page.ts';
import { looksOf } from '../../shared/pages/look.ts';

/** Whom a page is for: the request, and its parameters as far as they can be read. */
export type Viewer = { request: HttpRequest; parameters?: Parameters | undefined };

/** The pages of the authorization endpoint. Few requests see one, so they are a file of their own beside the bundle, read when needed. */
export type Pages = ReturnType<typeof openPages>;

export function openPages(brand: Brand, issuer: string) {
  const lookOf = looksOf(brand);
  return {
    refuse: (refusal: Refusal, { request, parameters }: Viewer): Promise<Reply> =>
      errorPage(refusal, issuer, lookOf(request, parameters)),
    /** Carries an answer to the client (Form Post Response Mode §2). */
    post: (to: RegisteredRedirectUri, response: [string, string][], { request, parameters }: Viewer): Promise<Reply> =>
      formPostPage(lookOf(request, parameters), to, response),
  };
}
