import { byId } from './elements.js';

/*
 * The picture beside the story. It shows nothing that the text does not say, so it is hidden from screen readers.
 */

/** Where a message starts and ends at whoever sends or takes it, in units of the picture. */
const places = {
  app: { browser: [96, 236] },
  browser: { app: [140, 178], server: [168, 130], other: [222, 178] },
  server: { browser: [192, 68], other: [255, 44] },
  other: { browser: [262, 236], server: [332, 236] },
};

/** Milliseconds for each part of the way. */
const pace = 900;

const prefersStillness = matchMedia('(prefers-reduced-motion: reduce)');

/**
 * @param {import('./story-steps.js').Step} step
 * @param {Record<string, string>} held what everybody has by now
 */
export function drawStep({ way = [], message = '', end }, held) {
  const picture = byId('story-picture');
  /** @returns {Iterable<SVGElement>} */
  const all = (selector) => picture.querySelectorAll(selector);
  const points = pointsOf(way);
  const bubble = /** @type {SVGGElement} */ (picture.querySelector('[data-message]'));
  picture.querySelector('[data-way]')?.setAttribute('points', points.map((point) => point.join(',')).join(' '));
  bubble.querySelector('text')?.replaceChildren(message);
  bubble.classList.toggle('absent', message === '');
  for (const label of all('[data-holding]')) label.textContent = held[label.dataset['holding'] ?? ''] ?? '';
  for (const actor of all('[data-actor]')) {
    const name = /** @type {import('./story-steps.js').Actor} */ (actor.dataset.actor);
    actor.classList.toggle('active', way.includes(name));
    actor.classList.toggle('lost', end === 'lost' && name === 'other');
    actor.classList.toggle('safe', end === 'safe' && name === 'app');
  }
  if (points.length > 0) move(bubble, points);
}

/** From one place to the next; at a place in the middle, in at one point and out at another. */
const pointsOf = (way) =>
  way.slice(1).flatMap((to, index) => {
    const from = way[index];
    return [places[from][to], places[to][from] ?? places[from][to]];
  });

/** Puts the message at the end of its way. Whoever likes movement sees it go there. */
function move(bubble, points) {
  const keyframes = points.map(([x, y]) => ({ transform: `translate(${x}px, ${y}px)` }));
  // Rests in the middle of the last part, where it covers nobody.
  const [from, to] = points.slice(-2);
  const rest = { transform: `translate(${(from[0] + to[0]) / 2}px, ${(from[1] + to[1]) / 2}px)` };
  for (const animation of bubble.getAnimations()) animation.cancel();
  bubble.style.transform = rest.transform;
  if (prefersStillness.matches) return;
  bubble.animate([...keyframes.slice(0, -1), rest], { duration: (pace * points.length) / 2, easing: 'ease-in-out' });
}
