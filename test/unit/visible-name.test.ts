import { expect, test } from 'vitest';
import { isVisibleName } from '../../shared/clients/visible-name.ts';

test.each([
  ['nothing', ''],
  ['spaces', '  '],
  ['spaces of other kinds', '\u00a0\u2003\u3000'],
  ['a space without width', '\u200b'],
  ['a joiner alone', '\u200d'],
  ['a letter that is blank', '\u3164'],
  ['a symbol that is blank', '\u2800'],
  ['a line break', 'Bank\nof Ada'],
  ['a line separator', 'Bank\u2028of Ada'],
  ['a control character', 'Bank\u001b[2J'],
  ['a change of direction', 'Bank\u202eknaB'],
  ['a mark of direction', 'Bank\u200f'],
  ['a space without width inside', 'Ba\u200bnk'],
  ['a soft hyphen', 'Ba\u00adnk'],
  ['letters that only programs read', 'Bank\u{e0041}'],
  ['marks over the lines around it', `Bank${'\u0301'.repeat(5)}`],
  ['such marks on a letter that has one', `\u00e9${'\u0336\u0324'.repeat(2)}`],
])('is no name that people can see: %s', (_, name) => {
  expect(isVisibleName(name)).toBe(false);
});

test.each([
  'Bank of Ada',
  "Ada's <b>notes</b>",
  '7',
  '株式会社',
  'بنك',
  'می\u200cخواهم',
  'क्\u200dष',
  '👩\u200d💻',
  '☎\ufe0f',
  'İstanbul é',
  'Tiếng Việt',
  'שָׁלוֹם',
  'ที่นี่',
])('is a name: %s', (name) => {
  expect(isVisibleName(name)).toBe(true);
});
