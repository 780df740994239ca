import { hash } from 'node:crypto';

/** A script in a page, and what allows it, and no other, in the Content-Security-Policy. At most one per page. */
export type InlineScript = { text: string; source: `'sha256-${string}'` };

export const inlineScript = (text: string): InlineScript => ({
  text,
  source: `'sha256-${hash('sha256', text, 'base64')}'`,
});

/**
 * Sends a form once. Whoever presses a button twice is shown the answer to the second form, and the first one has used up what both
 * need: a code, a link, the password of before. After ten seconds, or when the page comes back, they may mean it.
 */
export const once = `let again = 0;
addEventListener('submit', (event) => {
  if (event.defaultPrevented) return;
  if (event.timeStamp < again) event.preventDefault();
  else again = event.timeStamp + 10_000;
});
addEventListener('pageshow', (event) => { if (event.persisted) again = 0; });
`;

/** Lets people see the password that they type. Without it there is no button that does nothing. */
const reveal = `for (const field of document.querySelectorAll('input[data-show]')) {
  const button = document.createElement('button');
  const turn = (isShown) => {
    field.type = isShown ? 'text' : 'password';
    button.textContent = isShown ? field.dataset.hide : field.dataset.show;
  };
  Object.assign(button, { type: 'button', className: 'peek' });
  const [label] = field.labels;
  label.id = label.id || field.id + '-label';
  button.setAttribute('aria-controls', field.id);
  button.setAttribute('aria-describedby', label.id);
  button.addEventListener('click', () => turn(field.type === 'password'));
  field.form.addEventListener('submit', () => turn(false));
  turn(false);
  let last = field;
  while (['problem', field.id + '-hint'].includes(last.nextElementSibling?.id)) last = last.nextElementSibling;
  last.after(button);
}
`;

/**
 * Makes the answer to a form that was not right an address to come back to. Otherwise, going back to it or loading it again sends
 * the form once more, with or without asking: the same wrong password then counts as one more attempt.
 */
const settle = `if (document.getElementById('problem')) history.replaceState(history.state, '');
`;

/** The script of pages with a form, which also work without it. */
export const formScript = inlineScript(`{\n${once}${settle}${reveal}}`);
