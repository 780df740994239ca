import { visible } from '../output.ts';
import type { Section } from '../report/written.ts';
import { plural } from '../report/written.ts';
import { checks } from './checks/index.ts';
import type { CheckResult, VerifyReport } from './verify.ts';

const widths = {
  id: Math.max(...checks.map(({ id }) => id.length)),
  section: Math.max(...checks.map(({ section }) => section.length)),
};

const marks: Record<CheckResult['verdict'], string> = { passed: 'passed ', failed: 'FAILED ', skipped: 'skipped' };

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
  `${summary.passed} passed, ${summary.failed} failed, ${summary.skipped} skipped; ${plural(requests, 'request')}, ${plural(signIns, 'sign-in')}.`;

/** Returns ` with client spa (public)`, or nothing when no client was needed. */
export const withClient = ({ client_id: id, client_type: type }: Pick<VerifyReport, 'client_id' | 'client_type'>) =>
  id === undefined ? '' : ` with client ${id} (${type})`;

/** Formats the report for a document. */
export const verifySection = (report: VerifyReport): Section => ({
  title: `Verification of ${report.issuer}${withClient(report)}`,
  columns: [{ title: 'Check' }, { title: 'Section' }, { title: 'Sent' }, { title: 'Accepted' }, { title: 'Verdict' }],
  rows: report.checks.map((result) => [
    result.id,
    result.section,
    result.sends,
    result.accepts,
    'because' in result ? `${result.verdict}: ${result.because}` : result.verdict,
  ]),
});
