import { announce, element } from './elements.js';

/** A button that copies what `textOf` returns then. @param {string} what for its name, such as `the request` @param {() => string} textOf */
export function copyButton(what, textOf) {
  const button = element('button', { type: 'button', className: 'small', ariaLabel: `Copy ${what}` }, 'Copy');
  button.addEventListener('click', async () => {
    const isCopied = await navigator.clipboard.writeText(textOf()).then(
      () => true,
      () => false,
    );
    button.textContent = isCopied ? 'Copied' : 'Not copied';
    announce(isCopied ? `Copied ${what}` : 'The browser does not allow copying');
  });
  return button;
}

/** A heading, a button and what the button copies. `copied` is what it copies where that is not the text itself. */
export const textBlock = (title, text, copied = text) => [
  element(
    'div',
    { className: 'above-text' },
    element('h5', {}, title),
    copyButton(`the ${title.toLowerCase()}`, () => copied),
  ),
  element('pre', {}, text),
];
