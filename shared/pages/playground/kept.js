/*
 * What the page has to know when the browser comes back: of this tab alone.
 */

const name = 'pixy-playground';

/**
 * @param {{ values: object, next: string, wanted?: object }} leaving what was in the fields of the request, and what comes next: `step`
 * shows the answer, `all` takes every other step as well, `send` sends what was `wanted`, and the name of a mistake makes it
 */
export const keep = (leaving) => sessionStorage.setItem(name, JSON.stringify(leaving));

/** Once: an answer that comes a second time belongs to no request. */
export function takeKept() {
  const text = sessionStorage.getItem(name);
  sessionStorage.removeItem(name);
  return text === null ? undefined : JSON.parse(text);
}
