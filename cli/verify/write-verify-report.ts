import { plural, visible } from '../output.ts';
import type { Section } from '../report/section.ts';
import { asMarkdown } from '../report/written.ts';
import { profiles } from './profiles/index.ts';
import type { CheckResult, VerifyReport } from './verify.ts';

export const reportFormats = ['text', 'junit', 'json', 'md'] as const;

const checks = Object.values(profiles).flat();
const widths = {
  id: Math.max(...checks.map(({ id }) => id.length)),
  section: Math.max(...checks.map(({ section }) => section.length)),
};

const marks: Record<CheckResult['verdict'], string> = {
  passed: 'passed ',
  failed: 'FAILED ',
  warning: 'warning',
  skipped: 'skipped',
};

/** Formats one check in one line. */
export const writeResult = (result: CheckResult): string =>
  visible(
    [
      marks[result.verdict],
      result.id.padEnd(widths.id),
      result.section.padEnd(widths.section),
      'because' in result ? `${result.sends}: ${result.because}` : result.sends,
    ].join('  '),
  );

export const writeSummary = ({ summary, requests, sign_ins: signIns }: Omit<VerifyReport, 'checks'>): string =>
  `${summary.passed} passed, ${summary.failed} failed, ${plural(summary.warning, 'warning')}, ${summary.skipped} skipped; ${plural(requests, 'request')}, ${plural(signIns, 'sign-in')}.`;

/** Returns ` with client spa (public)`, or nothing when no client was needed. */
const withClient = ({ client_id: id, client_type: type }: Pick<VerifyReport, 'client_id' | 'client_type'>) =>
  id === undefined ? '' : ` with client ${id} (${type})`;

const title = (report: VerifyReport): string => `${report.issuer}${withClient(report)}, profile ${report.profile}`;

/** What is left to do, failures first. */
const openResults = ({ checks: results }: VerifyReport): CheckResult[] =>
  (['failed', 'warning'] as const).flatMap((verdict) => results.filter((result) => result.verdict === verdict));

/** Formats what comes after the last check: what did not pass and what to do about it, and the counts. */
export function writeEnd(report: VerifyReport): string {
  const open = openResults(report).map((result) => {
    const because = 'because' in result ? result.because : '';
    return `${marks[result.verdict]}  ${result.id} (${result.section}): ${because}. ${result.fix}`;
  });
  const lines = ['', ...(open.length > 0 ? [...open, ''] : []), `${title(report)}: ${writeSummary(report)}`];
  return `${lines.map(visible).join('\n')}\n`;
}

/** Formats the whole report for another program or a document. */
export function writeReport(report: VerifyReport, format: 'junit' | 'json' | 'md'): string {
  switch (format) {
    case 'json':
      return `${JSON.stringify(report, null, 2)}\n`;
    case 'junit':
      return asJunit(report);
    case 'md':
      return asMarkdown({
        title: `Verification of ${title(report)}`,
        lines: [report.at, ...openResults(report).map((result) => `${result.id}: ${result.fix}`)],
        sections: [verifySection(report)],
        summary: writeSummary(report),
      });
  }
}

/** Formats the report for a document. */
export const verifySection = (report: VerifyReport): Section => ({
  title: `Verification of ${title(report)}`,
  columns: [{ title: 'Check' }, { title: 'Section' }, { title: 'Sent' }, { title: 'Accepted' }, { title: 'Verdict' }],
  rows: report.checks.map((result) => [
    result.id,
    result.section,
    result.sends,
    result.accepts,
    'because' in result ? `${result.verdict}: ${result.because}` : result.verdict,
  ]),
});

/** A test suite with one case per check. Warnings pass, with their sentence as output. */
function asJunit(report: VerifyReport): string {
  const { summary, checks: results, at } = report;
  const cases = results.map((result) => {
    const head = `    <testcase classname=${quoted(result.section)} name=${quoted(`${result.id}: ${result.sends}`)}`;
    if (!('because' in result)) return `${head}/>`;
    const said = `${result.because}. ${result.fix ?? ''}`.trim();
    const inner = {
      failed: `<failure message=${quoted(result.because)}>${escaped(said)}</failure>`,
      warning: `<system-out>${escaped(`warning: ${said}`)}</system-out>`,
      skipped: `<skipped message=${quoted(result.because)}/>`,
    }[result.verdict];
    return `${head}>${inner}</testcase>`;
  });
  const counts = `tests="${results.length}" failures="${summary.failed}" skipped="${summary.skipped}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${counts}>`,
    `  <testsuite name=${quoted(title(report))} timestamp=${quoted(at)} ${counts} errors="0">`,
    ...cases,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

const escaped = (text: string): string =>
  visible(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const quoted = (text: string): string => `"${escaped(text)}"`;
