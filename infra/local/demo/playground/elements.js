/*
 * The page's elements. Everything is inserted as text, never as markup.
 */

/** @param {string} id */
export const byId = (id) => document.getElementById(id);

/**
 * @param {string} tag
 * @param {object} [properties] as of the element's interface, such as `className` or `ariaLabel`
 * @param {...(Node | string)} content
 */
export function element(tag, properties = {}, ...content) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...content);
  return made;
}

/** Says a sentence to screen readers. @param {string} text */
export function announce(text) {
  byId('announcement').textContent = text;
}
