import { breaks } from './breaks.js';
import { announce, byId, element, onPress } from './elements.js';
import { exchangeCard, foldedCard } from './exchange-card.js';

/** Shows the ways to break a sign-in. @param {(name: string) => Promise<void>} signInFirst leaves the page, to come back for this one */
export function offerBreaks(signInFirst) {
  byId('breaks').append(
    ...breaks.map((one) => {
      const button = element('button', { type: 'button', className: 'quiet', id: `break-${one.name}` }, one.title);
      onPress(button, () => runBreak(one.name, signInFirst));
      return element('li', {}, button, element('p', {}, one.does));
    }),
  );
}

/** @param {string} name of one of the breaks @param {(name: string) => Promise<void>} signInFirst */
export async function runBreak(name, signInFirst) {
  const chosen = breaks.find((one) => one.name === name);
  if (chosen === undefined) return;
  const place = byId('break-result');
  const heading = element('h3', { tabIndex: -1 }, chosen.title);
  place.replaceChildren(heading);
  place.ariaBusy = 'true';
  try {
    for await (const step of chosen.run()) {
      if (typeof step === 'string') {
        place.append(element('p', { className: 'verdict' }, step));
        announce(step);
        continue;
      }
      const [what, { exchange, parameters }, aside] = step;
      if (exchange.needsPerson) return await signInFirst(name);
      const card = aside === undefined ? exchangeCard : foldedCard;
      place.append(await card(what, exchange, parameters));
    }
  } finally {
    place.ariaBusy = 'false';
  }
  heading.focus();
}
