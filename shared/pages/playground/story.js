import { byId, element } from './elements.js';
import { drawStep } from './story-picture.js';
import { stories } from './story-steps.js';

/** How long a step stays when nobody presses anything, in milliseconds: long enough to read it. */
const patience = 7_000;

/** Lets people step through the story with the buttons, with or without PKCE. Nothing moves before somebody presses one. */
export function tellStory() {
  /** @type {HTMLInputElement[]} */
  const choices = Array.from(document.querySelectorAll('[name=story]'));
  let steps = [];
  let at = 0;
  let clock;
  const [back, next, play] = ['story-back', 'story-next', 'story-play'].map(byId);

  const show = () => {
    const step = steps[at];
    byId('story-step').textContent = `${at + 1} of ${steps.length}: ${step.title}`;
    byId('story-text').textContent = step.text;
    for (const [index, item] of [...byId('story-steps').children].entries()) {
      item.ariaCurrent = index === at ? 'step' : null;
    }
    // Not `disabled`: whoever has just pressed the button keeps the focus on it.
    back.ariaDisabled = String(at === 0);
    next.ariaDisabled = String(at === steps.length - 1);
    drawStep(step, Object.assign({}, ...steps.slice(0, at + 1).map(({ holds }) => holds)));
  };
  const go = (to) => {
    if (to < 0 || to >= steps.length) return;
    at = to;
    show();
  };
  const stop = () => {
    clearTimeout(clock);
    clock = undefined;
    play.textContent = 'Play';
  };
  const goOn = () => {
    clock = setTimeout(() => {
      go(at + 1);
      if (at < steps.length - 1) goOn();
      else stop();
    }, patience);
  };
  const choose = (name) => {
    stop();
    steps = stories[name];
    at = 0;
    byId('story-steps').replaceChildren(...steps.map(({ title }) => element('li', {}, title)));
    show();
  };

  back.addEventListener('click', () => {
    stop();
    go(at - 1);
  });
  next.addEventListener('click', () => {
    stop();
    go(at + 1);
  });
  play.addEventListener('click', () => {
    if (clock !== undefined) return stop();
    play.textContent = 'Pause';
    go(at === steps.length - 1 ? 0 : at + 1);
    goOn();
  });
  for (const choice of choices) {
    choice.addEventListener('change', () => choose(choice.value));
  }
  choose(choices.find(({ checked }) => checked)?.value ?? 'without');
}
