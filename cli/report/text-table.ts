import { visible } from '../output.ts';
import type { Section } from './section.ts';

const gap = 2;

/** No column of text gets narrower, unless it needs less. */
const narrowest = 12;

/**
 * Formats a section as aligned columns of at most `width` characters: headings break first, then the longest texts, at words where that
 * is possible. Nothing is cut off. Numbers never break: where they leave no room for the rest, each row is a list instead.
 */
export function textTable({ columns, rows }: Section, width: number): string[] {
  const headings = columns.map(({ title }) => title.toUpperCase());
  const cells = rows.map((row) => row.map(visible));
  const widths = widthsOf(columns, headings, cells, width);
  if (sum(widths) + gap * (columns.length - 1) > width) return cells.flatMap((row) => list(headings, row, width));
  const write = (row: readonly string[]): string[] => {
    const wrapped = widths.map((wide, index) => wrap(row[index] ?? '', wide));
    const height = Math.max(...wrapped.map((lines) => lines.length));
    return Array.from({ length: height }, (_, at) =>
      widths
        .map((wide, index) => {
          const text = wrapped[index]?.[at] ?? '';
          return columns[index]?.numeric ? text.padStart(wide) : text.padEnd(wide);
        })
        .join(' '.repeat(gap))
        .trimEnd(),
    );
  };
  return [headings, ...cells].flatMap(write);
}

/** Writes a row as a list of headings and cells, with an empty line behind it. */
function list(headings: readonly string[], row: readonly string[], width: number): string[] {
  const indent = Math.max(...headings.map((heading) => heading.length)) + gap;
  const lines = headings.flatMap((heading, index) =>
    wrap(row[index] ?? '', width - indent).map((text, at) =>
      `${(at === 0 ? heading : '').padEnd(indent)}${text}`.trimEnd(),
    ),
  );
  return [...lines, ''];
}

function widthsOf(
  columns: Section['columns'],
  headings: readonly string[],
  cells: readonly (readonly string[])[],
  width: number,
): number[] {
  const content = columns.map((_, index) => Math.max(0, ...cells.map((row) => row[index]?.length ?? 0)));
  const whole = content.map((wide, index) => Math.max(wide, headings[index]?.length ?? 0));
  const room = width - gap * (columns.length - 1);
  if (sum(whole) <= room) return whole;
  const widths = content.map((wide, index) => Math.max(wide, longestWord(headings[index] ?? '')));
  for (let excess = sum(widths) - room; excess > 0; excess -= 1) {
    const widest = columns
      .flatMap(({ numeric, unbroken }, index) => (numeric || unbroken ? [] : [index]))
      .toSorted((one, other) => (widths[other] ?? 0) - (widths[one] ?? 0))[0];
    if (widest === undefined || (widths[widest] ?? 0) <= narrowest) return widths;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);

const longestWord = (text: string): number => Math.max(...text.split(' ').map((word) => word.length));

/** Breaks a text into lines of at most `width` characters: at spaces, and within a word that is longer than a line. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [''];
  for (const word of text.split(' ').flatMap((one) => partsOf(one, width))) {
    const line = lines.at(-1) ?? '';
    if (line === '') lines[lines.length - 1] = word;
    else if (line.length + 1 + word.length <= width) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines;
}

function partsOf(word: string, width: number): string[] {
  if (word.length <= width) return [word];
  const characters = Array.from(word);
  return Array.from({ length: Math.ceil(characters.length / width) }, (_, index) =>
    characters.slice(index * width, (index + 1) * width).join(''),
  );
}
