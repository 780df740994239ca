import { copyButton } from './copy-button.js';
import { element } from './elements.js';
import { decodeJson, toBase64url, toBytes } from './encoding.js';
import { checkToken } from './verify-signature.js';

/** A token that can be edited, what it holds, and whether its signature matches. */
export async function tokenCard(title, token) {
  const id = title.toLowerCase().replaceAll(' ', '-');
  const field = element('textarea', { id, rows: 6, value: token, spellcheck: false, autocomplete: 'off' });
  const verdict = element('p', { role: 'status' });
  const parts = element('div');
  let round = 0;
  const look = async () => {
    round += 1;
    const mine = round;
    const checked = await checkToken(field.value);
    // Somebody went on typing meanwhile.
    if (mine !== round) return;
    verdict.className = checked.isGood ? 'verdict right' : 'verdict wrong';
    verdict.textContent = checked.verdict;
    parts.replaceChildren(...['header', 'claims'].flatMap((name) => decoded(name, checked[name])));
  };
  field.addEventListener('input', () => void look());
  await look();
  return element(
    'article',
    { className: 'exchange' },
    element('h4', {}, title),
    element('div', { className: 'field' }, element('label', { htmlFor: id }, `${title}, as it came`), field),
    element(
      'p',
      { className: 'actions' },
      copyButton(`the ${title}`, () => field.value),
      setter('Pretend to be somebody else', title, () => pretend(field.value), field, look),
      setter('Put it back', title, () => token, field, look),
    ),
    verdict,
    parts,
  );
}

function setter(text, title, make, field, look) {
  const button = element('button', { type: 'button', className: 'small', ariaLabel: `${text} (${title})` }, text);
  button.addEventListener('click', () => {
    field.value = make();
    void look();
  });
  return button;
}

/** The token with another subject and the old signature. */
function pretend(token) {
  try {
    const [head, payload, signature] = token.split('.');
    const claims = { ...decodeJson(payload), sub: 'somebody-else' };
    return [head, toBase64url(toBytes(JSON.stringify(claims))), signature].join('.');
  } catch {
    return `${token}x`;
  }
}

const decoded = (name, value) =>
  value === undefined
    ? []
    : [element('h5', {}, name === 'header' ? 'Header' : 'Claims'), element('pre', {}, JSON.stringify(value, null, 2))];
