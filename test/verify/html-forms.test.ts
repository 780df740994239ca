import { describe, expect, test } from 'vitest';
import { fillConsentForm, fillSignInForm, findSignInForm } from '../../cli/verify/fill-form.ts';
import { parseForms } from '../../cli/verify/html-forms.ts';

/* What is sent from a page, as a browser without scripts would send it. */

const url = 'https://auth.example/sign-in?next=1';
const credentials = { username: 'ada', password: 'p&w' };

function signInWith(html: string) {
  const form = findSignInForm(parseForms(html, url));
  return form && fillSignInForm(form, credentials);
}

describe('a sign-in form', () => {
  test('is filled in, with its hidden fields and its button', () => {
    const html = `<form method=post action="/login?a=1&amp;b=2"><input type=hidden name=csrf value='x&quot;y'>
      <input name=realm value=staff><input name=userid><input type=password name=pw><button name=act value=login>Go</button></form>`;
    expect(signInWith(html)).toEqual({
      url: 'https://auth.example/login?a=1&b=2',
      method: 'POST',
      body: 'csrf=x%22y&realm=staff&userid=ada&pw=p%26w&act=login',
    });
  });

  test('without an action goes to the page itself', () => {
    expect(signInWith('<form method="POST"><input name=u><input type=password name=p></form>')).toMatchObject({ url });
  });

  test('by GET puts the fields into the query', () => {
    const html = '<form action="/login?old=1"><input name=email><input type=password name=p></form>';
    expect(signInWith(html)).toEqual({ url: 'https://auth.example/login?email=ada&p=p%26w', method: 'GET' });
  });

  test('sends checked boxes, selected options and texts, and nothing that is disabled, unnamed or not pressed', () => {
    const html = `<form method=post action=/x>
      <input type=checkbox name=a><input type=checkbox name=b checked><input type=radio name=c value=1><input type=radio name=c value=2 checked>
      <select name=d><option value=1>one<option value=2 selected>two</select><select name=e><option>first</option></select>
      <textarea name=f>a &lt; b</textarea><input name=g disabled value=1><input value=1><input type=submit name=h value=Help>
      <input name=user><input type=password name=p><button name=i value=1>In</button></form>`;
    const { body } = signInWith(html) ?? {};
    expect(body).toBe('b=on&c=2&d=2&e=first&f=a+%3C+b&h=Help&user=ada&p=p%26w');
  });

  test('is the one that asks for one password, not for two, and not one in a comment or a script', () => {
    const html = `<!--<form><input type=password name=no></form>--><script>"<form><input type=password></form>"</script>
      <form action=/register><input name=u><input type=password name=a><input type=password name=b></form>
      <form action=/login method=post><input name=u><input type=password name=c></form>`;
    expect(signInWith(html)).toMatchObject({ url: 'https://auth.example/login' });
  });

  test('that never ends is read to the end of the page', () => {
    expect(signInWith('<form method=post><input name=u><input type=password name=p>')).toMatchObject({
      method: 'POST',
    });
  });

  test('may have attributes with > in them, and an action that is no address is left out', () => {
    expect(signInWith('<form title="a > b"><input title=">" type=password name=p></form>')).toBeDefined();
    expect(parseForms('<form action="http://[">', url)).toEqual([]);
  });
});

describe('a consent page', () => {
  test.each([
    ['<button name=x value=deny>Deny</button><button name=x value=allow>Allow</button>', 'x=allow'],
    ['<input type=submit name=no value=Cancel><input type=submit name=yes value=Continue>', 'yes=Continue'],
    ['<button name=consent value=no>No</button><button name=consent value=yes>Yes</button>', 'consent=yes'],
    ['<input type=hidden name=id value=7><button aria-label="Authorize app"></button>', 'id=7'],
  ])('%s: the button that lets the client in is pressed', (buttons, body) => {
    const forms = parseForms(`<form method=post action=/consent>${buttons}</form>`, url);
    expect(fillConsentForm(forms)).toEqual({ url: 'https://auth.example/consent', method: 'POST', body });
  });

  test('that only passes hidden fields on is sent', () => {
    const forms = parseForms('<form method=post action=/next><input type=hidden name=a value=1></form>', url);
    expect(fillConsentForm(forms)).toMatchObject({ body: 'a=1' });
  });

  test.each([
    '<form action=/logout method=post><button>Sign out and continue as another</button></form>',
    '<form method=post><input name=q><button>Search</button></form>',
    '<form method=post><input type=password name=p><button>Continue</button></form>',
    '<p>Nothing here</p>',
  ])('%s is none', (html) => {
    expect(fillConsentForm(parseForms(html, url))).toBeUndefined();
  });
});

test.each([
  '<form><input a="',
  '<form><input a=\'"',
  '<form ',
  '<form><select><option ',
  '<!--',
  '<script>',
  '<',
  '</form',
  '<button>&#x26;<',
  '<a a = ',
])('a megabyte of %s is read at all: what looks at each piece with every other takes hours', (piece) => {
  parseForms(piece.repeat(1_000_000 / piece.length), url);
  parseForms(`<form><button>${piece.repeat(1_000_000 / piece.length)}`, url);
});
