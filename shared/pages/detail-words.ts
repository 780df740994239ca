import { html } from 'hono/html';
import type { DescribedDetail } from '../apis/describe-detail.ts';
import type { Look, Markup } from './look.ts';

/**
 * Says what an element of authorization details lets a client do, in the words of its type, with the values apart from them; below it
 * everything that the words leave out. Of a type that is not registered any more, all of it.
 */
export const detailInWords = (look: Look, { type, sentence, others }: DescribedDetail): Markup =>
  html`${sentence === undefined ? look.say('scope.other', { scope: html`<code>${type}</code>` }) : sentence.map(partInWords)}${
    others.length === 0
      ? ''
      : html`
<ul class="may soft">${others.map(({ name, value }) => html`<li>${look.say('consent.detail', { name: html`<code>${name}</code>`, value: shownValue(value) })}</li>`)}</ul>`
  }`;

const partInWords = (part: string | { value: string }): Markup | string =>
  typeof part === 'string' ? part : shownValue(part.value);

const shownValue = (value: string): Markup => html`<strong><bdi>${value}</bdi></strong>`;
