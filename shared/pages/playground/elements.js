/*
 * The page's elements. Everything is inserted as text, never as markup.
 */

/** @param {string} id */
export const byId = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

/** A field, a list or a text area. @param {string} id */
export const fieldOf = (id) => /** @type {HTMLInputElement} */ (byId(id));

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Partial<HTMLElementTagNameMap[Tag]>} [properties] such as `className` or `ariaLabel`
 * @param {...(Node | string)} content
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function element(tag, properties = {}, ...content) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...content);
  return made;
}

/**
 * Does something whenever a button is pressed, and says so if that fails for other reasons than the server's own.
 * @param {HTMLElement} button
 * @param {() => Promise<unknown>} act
 */
export function onPress(button, act) {
  button.addEventListener('click', () => {
    byId('failure').hidden = true;
    act().catch(showFailure);
  });
}

export function showFailure() {
  byId('failure').textContent = 'The server did not answer as expected. Is it still running?';
  byId('failure').hidden = false;
}

/** Says a sentence to screen readers. @param {string} text */
export function announce(text) {
  byId('announcement').textContent = text;
}
