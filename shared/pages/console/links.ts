import { html } from 'hono/html';
import { pathSegment } from '../../http/path-segment.ts';
import { endpoints } from '../../oauth/endpoints.ts';
import { encodePairs } from '../../oauth/parameters.ts';
import type { Markup } from '../look.ts';

/* Paths of the console, and links to them. */

const path = (rest: string): `/${string}` => `${endpoints.console}${rest}` as `/${string}`;

export const clientPath = (clientId: string, act = ''): `/${string}` =>
  path(`/clients/${pathSegment(clientId)}${act === '' ? '' : `/${act}`}`);

export const changePath = (id: string): `/${string}` => path(`/changes/${id}`);

export const personPath = (sub: string, act = ''): `/${string}` =>
  path(`/people/${pathSegment(sub)}${act === '' ? '' : `/${act}`}`);

/** A page with a question in its address; leaves out what is empty. */
export function asked(page: string, question: Readonly<Record<string, string | undefined>>): `/${string}` {
  const pairs = Object.entries(question).flatMap(([name, value]) => (value ? [[name, value] as const] : []));
  return path(`/${page}${pairs.length === 0 ? '' : `?${encodePairs(pairs)}`}`);
}

export const clientLink = (clientId: string): Markup => html`<a href="${clientPath(clientId)}">${clientId}</a>`;

/** A reason with the page that explains it. */
export const reasonLink = (reason: string): Markup =>
  html`<a href="${endpoints.errors}#${reason}"><code>${reason}</code></a>`;
