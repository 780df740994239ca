import { html } from 'hono/html';
import type { Change } from '../../clients/change.ts';
import type { Markup } from '../look.ts';
import { changedMeanwhile } from './change-parts.ts';
import type { ConsolePage, ConsolePlace } from './console-page.ts';
import { carried, notice, reason, type WriteForm } from './parts.ts';

/** A form that changes one thing. */
export type ChangeForm = WriteForm & {
  title: string;
  place: ConsolePlace;
  /** What it does, in a sentence or two. */
  lead: Markup | string;
  /** What else it asks for. */
  fields?: Markup | undefined;
  /** The words of its button. `isDangerous`: what it does cannot be rolled back, or takes something away. */
  button: string;
  isDangerous?: boolean;
  /** Where it leads back to. */
  back: { path: `/${string}`; words: string };
  /** What is wrong with the whole form. */
  wrong?: readonly string[] | undefined;
  /** What others changed since the page was made. */
  meanwhile?: { subject: string; changes: readonly Change[] } | undefined;
};

/** Replies with 400 for a form that is not right, and with 412 for one that came too late. */
export function formPage(form: ChangeForm): ConsolePage {
  const { title, place, lead, fields, button, isDangerous, back, wrong = [], meanwhile, problem } = form;
  const isWrong = wrong.length > 0 || problem !== undefined;
  return {
    title,
    place,
    status: meanwhile ? 412 : isWrong ? 400 : 200,
    content: html`<p class="side"><a href="${back.path}">${back.words}</a></p>
<h1>${title}</h1>
<p class="lead">${lead}</p>
${meanwhile ? changedMeanwhile(meanwhile.subject, meanwhile.changes) : ''}
${wrong.length === 0 ? '' : notice('wrong', html`${wrong.map((sentence) => html`<p>${sentence}</p>`)}`)}
<section class="card"><form method="post">${carried(form)}
${fields ?? ''}
${reason(form)}
<button${isDangerous ? html` class="danger"` : ''}>${button}</button></form></section>`,
  };
}

/** A page that says one thing, such as what was done or what is not there. */
export const sayingPage = (place: ConsolePlace, title: string, content: Markup, status: number = 200): ConsolePage => ({
  title,
  place,
  status,
  content: html`<h1>${title}</h1>\n${content}`,
});
