import { html } from 'hono/html';
import type { Reply } from '../http/reply.ts';
import type { Look } from './look.ts';
import { pageReply } from './page.ts';
import type { TextKey } from './texts/en.ts';

/** The notices a page can show without asking for anything. */
export type Notice = TextKey extends infer Key ? (Key extends `notice.${infer Name}Text` ? Name : never) : never;

export type NoticePage = {
  notice: Notice;
  /** @default 200; 400 for an invalid invitation or link, 410 for one that used to be valid */
  status?: number;
  /** Where the person can continue. */
  link?: { path: string; to: 'signIn' | 'account' | 'code' | 'forgotten' } | undefined;
  cookies?: readonly string[] | undefined;
};

/** Tells a person one thing. */
export function noticePage(look: Look, { notice, status = 200, link, cookies }: NoticePage): Promise<Reply> {
  const title = look.text(`notice.${notice}`);
  const content = html`<h1>${title}</h1>
<p>${look.text(`notice.${notice}Text`)}</p>
${link ? html`<p class="foot"><a href="${link.path}">${look.text(`notice.${link.to}`)}</a></p>` : ''}`;
  return pageReply(look, status, title, content, { cookies });
}
