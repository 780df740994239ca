import { html } from 'hono/html';
import type { Reply } from '../http/reply.ts';
import { formTokenField, hidden } from './field.ts';
import { formScript } from './inline-script.ts';
import type { Look, Markup } from './look.ts';
import { type PageExtras, pageReply } from './page.ts';
import type { Problem } from './problem.ts';

/** The input of every page with a form. */
export type FormPage = {
  /** Sent with the form; a cookie holds the same value. */
  formToken: string;
  cookies: readonly string[];
  problem?: Problem | undefined;
  /** @default 200, or 400 with a problem */
  status?: number | undefined;
  headers?: Record<string, string> | undefined;
  /** Hidden fields that the form sends back unchanged. */
  carried?: Readonly<Record<string, string>> | undefined;
};

/** Replies with the page. Its title says so when something went wrong. */
export const formReply = (
  look: Look,
  page: FormPage,
  title: string,
  content: Markup,
  extras: PageExtras = {},
): Promise<Reply> =>
  pageReply(look, page.status ?? (page.problem ? 400 : 200), title, content, {
    cookies: page.cookies,
    headers: page.headers,
    isError: page.problem !== undefined,
    inlineScript: formScript,
    ...extras,
  });

export const hiddenFields = ({ formToken, carried = {} }: Pick<FormPage, 'formToken' | 'carried'>): Markup =>
  html`${formTokenField(formToken)}${Object.entries(carried).map(([name, value]) => hidden(name, value))}`;
