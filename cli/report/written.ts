import type { Unreadable } from '../../shared/audit/audit-entry.ts';
import { visible } from '../output.ts';

/*
 * The content of a report, independent of its format: terminal, markdown and HTML show the same tables.
 */

type Column = { title: string; numeric?: boolean };
export type Section = { title: string; columns: readonly Column[]; rows: readonly (readonly string[])[] };
export type Written = {
  title: string;
  lines: readonly string[];
  sections: readonly Section[];
  /** The last line. */
  summary?: string;
};

export const number = (count: number): string => count.toLocaleString('en-US');

/** Formats a count: `1 code`, `2 codes`. */
export const plural = (count: number, noun: string): string => `${number(count)} ${noun}${count === 1 ? '' : 's'}`;

/** Reports the lines of the log that could not be counted. */
export function describeUnreadable({ broken, other_version }: Readonly<Record<Unreadable, number>>): string[] {
  const parts = [
    ...(broken > 0 ? [plural(broken, 'broken line')] : []),
    ...(other_version > 0 ? [`${plural(other_version, 'line')} of another version`] : []),
  ];
  return parts.length === 0 ? [] : [`Not counted, because they could not be read: ${parts.join(', ')}.`];
}

/** Formats for a terminal, in aligned columns. */
export function asText({ title, lines, sections, summary }: Written): string {
  const parts = sections.flatMap((section) => ['', section.title, ...textTable(section)]);
  const last = summary === undefined ? [] : ['', summary];
  return `${[title, ...lines, ...parts, ...last].map(visible).join('\n')}\n`;
}

function textTable({ columns, rows }: Section): string[] {
  const cells = rows.map((row) => row.map(visible));
  const widths = columns.map(({ title }, index) =>
    Math.max(title.length, ...cells.map((row) => row[index]?.length ?? 0)),
  );
  const line = (row: readonly string[]) =>
    columns
      .map(({ numeric }, index) => {
        const cell = row[index] ?? '';
        return numeric ? cell.padStart(widths[index] ?? 0) : cell.padEnd(widths[index] ?? 0);
      })
      .join('  ')
      .trimEnd();
  return [line(columns.map(({ title }) => title.toUpperCase())), ...cells.map(line)];
}

/** Formats as markdown with GitHub's tables, for a pull request or a wiki. */
export function asMarkdown({ title, lines, sections, summary }: Written): string {
  const parts = sections.flatMap((section) => [`## ${escapeMarkdown(section.title)}`, markdownTable(section)]);
  const last = summary === undefined ? [] : [escapeMarkdown(summary)];
  return `${[`# ${escapeMarkdown(title)}`, ...lines.map(escapeMarkdown), ...parts, ...last].join('\n\n')}\n`;
}

function markdownTable({ columns, rows }: Section): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [
    line(columns.map((column) => column.title)),
    line(columns.map(({ numeric }) => (numeric ? '---:' : '---'))),
    ...rows.map((row) => line(row.map(escapeMarkdown))),
  ].join('\n');
}

const escapeMarkdown = (text: string): string =>
  visible(text)
    .replace(/[\\`*|[\]]/g, '\\$&')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;');
