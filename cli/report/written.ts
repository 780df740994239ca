import type { Unreadable } from '../../shared/audit/audit-entry.ts';
import { plural, visible } from '../output.ts';
import { type Section, withoutEmptyColumns } from './section.ts';
import { textTable, wrap } from './text-table.ts';

/*
 * The content of a report, independent of its format: terminal, markdown and HTML show the same tables.
 */

export type Written = {
  title: string;
  lines: readonly string[];
  sections: readonly Section[];
  /** The last line. */
  summary?: string;
};

/** Reports the lines of the log that could not be counted. */
export function describeUnreadable({ broken, other_version }: Readonly<Record<Unreadable, number>>): string[] {
  const parts = [
    ...(broken > 0 ? [plural(broken, 'broken line')] : []),
    ...(other_version > 0
      ? [`${plural(other_version, 'line')} of a later version, which this pixy does not know`]
      : []),
  ];
  return parts.length === 0 ? [] : [`Not counted, because they could not be read: ${parts.join(', ')}.`];
}

/** What a terminal shows without a break of its own. */
const terminalWidth = 100;

/** Formats for a terminal, in aligned columns; `wide`: as long as they are. */
export function asText(
  { title, lines, sections, summary }: Written,
  { wide = false }: { wide?: boolean | undefined } = {},
): string {
  const width = wide ? Number.POSITIVE_INFINITY : terminalWidth;
  const parts = sections.flatMap((section) => ['', section.title, ...textTable(withoutEmptyColumns(section), width)]);
  const last = summary === undefined ? [] : ['', ...wrap(visible(summary), width)];
  const first = [title, ...lines].flatMap((line) => wrap(visible(line), width));
  return `${[...first, ...parts.map(visible), ...last].join('\n')}\n`;
}

/** Formats as markdown with GitHub's tables, for a pull request or a wiki. */
export function asMarkdown({ title, lines, sections, summary }: Written): string {
  const parts = sections.flatMap((section) => [`## ${escapeMarkdown(section.title)}`, markdownTable(section)]);
  const last = summary === undefined ? [] : [escapeMarkdown(summary)];
  return `${[`# ${escapeMarkdown(title)}`, ...lines.map(escapeMarkdown), ...parts, ...last].join('\n\n')}\n`;
}

function markdownTable(section: Section): string {
  const { columns, rows } = withoutEmptyColumns(section);
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
