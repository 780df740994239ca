import { type Change, subjectOf } from '../../shared/clients/change.ts';
import type { ChangedInTable } from '../../shared/clients/changed-in-table.ts';
import { describeClient } from '../../shared/clients/client-document.ts';
import type { SeenClient } from '../../shared/clients/document-store.ts';
import { policyOf, switchesOf, waiverOf } from '../../shared/clients/present-client.ts';
import { isPublic, policySettings } from '../../shared/clients/registered-client.ts';
import { documentsOf } from '../../shared/clients/roll-back.ts';
import { type ClientWaiver, waiversOf } from '../../shared/clients/waiver.ts';
import { classFloor } from '../../shared/pkce/policy.ts';
import { modeLabel } from '../../shared/pkce/policy-label.ts';
import type { AdoptionReport } from '../../shared/reports/adoption.ts';
import { briefTime, formatTime } from '../../shared/time.ts';
import { describeChange } from '../commands/policy/log.ts';
import { answerPolicy } from '../commands/policy/show.ts';
import { plural } from '../output.ts';
import type { Place } from '../place.ts';
import { adoptionSvg } from '../report/adoption-chart.ts';
import { minuteOf } from '../report/period.ts';
import type { Section } from '../report/section.ts';
import { describeAnswers, writeAdoption } from '../report/write-adoption.ts';
import { asMarkdown } from '../report/written.ts';
import { verifySection, writeSummary } from '../verify/write-verify-report.ts';
import { type Evidence, maximumChanges } from './collect-evidence.ts';

/** Raised when a member changes its meaning or is removed. */
const evidenceVersion = 1;

/** The evidence as JSON. Client documents and the change log contain neither secrets nor their hashes. */
export function evidenceJson(evidence: Evidence): string {
  const { at, period, place, versions, policy, clients, seen, adoption, changes, changedInTable, verification } =
    evidence;
  const json = {
    evidence: evidenceVersion,
    at: formatTime(at),
    period: { since: formatTime(period.since), until: formatTime(period.until) },
    ...(issuerOf(evidence) !== undefined && { issuer: issuerOf(evidence) }),
    place: placeName(place),
    versions,
    global_policy: answerPolicy(policy.value, policy.version, policy.lastChange).json,
    clients: clients.map((client) => describeClient(client, policy.value, at)),
    seen_clients: seen.map((client) => seenJson(client, evidence)),
    adoption,
    waivers: waiversOfEvidence(evidence).map(waiverJson),
    changes: changes.map(changeJson),
    ...(changedInTable && { changed_in_table: changedInTable.map(changedInTableJson) }),
    ...(verification && { verification }),
  };
  return `${JSON.stringify(json, null, 2)}\n`;
}

/** The evidence as markdown, with the name and the digest of the JSON file, and with the chart in it. */
export async function evidenceMarkdown(evidence: Evidence, file: { name: string; sha256: string }): Promise<string> {
  const { at, period, place, versions, adoption, changes, verification } = evidence;
  const issuer = issuerOf(evidence);
  const { lines, sections } = writeAdoption(adoption);
  const commit = versions.commit === undefined ? '' : `, commit ${versions.commit}`;
  const text = asMarkdown({
    title: 'PKCE evidence',
    lines: [
      `Made on ${minuteOf(at)} UTC, for ${issuer === undefined ? '' : `${issuer}, `}${placeName(place)}.`,
      `Period: ${minuteOf(period.since)} to ${minuteOf(period.until)} UTC.`,
      `Pixy ${versions.pixy}${commit}, Node.js ${versions.node}.`,
      `SHA-256 of ${file.name}: ${file.sha256}`,
      ...lines,
      describeWaivers(evidence),
      ...describeChangedInTable(evidence),
      ...(verification ? [`Verification: ${writeSummary(verification)}`] : ['Verification: not requested.']),
      ...(changes.length === maximumChanges ? [`Only the latest ${plural(maximumChanges, 'change')} are listed.`] : []),
    ],
    sections: [
      policySection(evidence),
      clientsSection(evidence),
      seenSection(evidence),
      waiversSection(evidence),
      ...sections.map((section) => ({ ...section, title: `Audit log: ${section.title}` })),
      changesSection(evidence),
      changedInTableSection(evidence),
      ...(verification ? [verifySection(verification)] : []),
    ].filter(({ rows }) => rows.length > 0),
  });
  return `${text}\n${await chartOf(adoption)}`;
}

/** A picture within the file, so that it is kept and signed with it. Every number of it is in the tables. */
async function chartOf(adoption: AdoptionReport): Promise<string> {
  const svg = Buffer.from(await adoptionSvg(adoption)).toString('base64');
  return `## Chart\n\n![PKCE adoption by client. ${describeAnswers(adoption)}][chart]\n\n[chart]: data:image/svg+xml;base64,${svg}\n`;
}

const issuerOf = ({ place, verification }: Evidence): string | undefined =>
  ('issuer' in place ? place.issuer : undefined) ?? verification?.issuer;

function placeName(place: Place): string {
  switch (place.kind) {
    case 'local':
      return 'a local run';
    case 'stage':
      return `stage ${place.stage}`;
    case 'server':
      return `the server ${place.issuer}`;
    case 'tables':
      return 'the tables named on the command line';
  }
}

function policySection({ policy: { value, version, lastChange } }: Evidence): Section {
  return {
    title: 'Global policy',
    columns: ['Default', 'Floor', 'URL clients', 'Dynamic clients', 'Mode', 'Version', 'Changed'].map((title) => ({
      title,
    })),
    rows: [
      [
        value.default,
        value.floor,
        classFloor('url', value),
        classFloor('dynamic', value),
        value.mode,
        version === 0 ? '0 (as shipped)' : String(version),
        lastChange === undefined ? '' : `${briefTime(lastChange.at)} by ${lastChange.by}`,
      ],
    ],
  };
}

const clientsSection = ({ clients, policy, at }: Evidence): Section => ({
  title: 'Clients and their effective policies',
  columns: ['Client', 'Type', 'Effective policy', 'Mode', 'Waiver', 'Switches', 'State'].map((title) => ({ title })),
  rows: clients.map(({ value: client }) => [
    client.clientId,
    isPublic(client) ? 'public' : 'confidential',
    policyOf(client, policy.value, at),
    modeLabel(policySettings(client), policy.value, at),
    waiverOf(client.pkce.waiver, at),
    switchesOf(client),
    client.disabled ? 'disabled' : '',
  ]),
});

/** By host, so that an auditor sees who describes itself where. */
const seenSection = ({ seen, policy, at }: Evidence): Section => ({
  title: 'Clients by metadata document',
  columns: ['Host', 'Client', 'Type', 'Effective policy', 'First seen', 'Last seen'].map((title) => ({ title })),
  rows: seen
    .map(({ client, since, seenAt }) => [
      new URL(client.clientId).host,
      client.clientId,
      isPublic(client) ? 'public' : 'confidential',
      policyOf(client, policy.value, at),
      briefTime(since),
      briefTime(seenAt),
    ])
    .toSorted(([one = ''], [other = '']) => (one < other ? -1 : 1)),
});

function seenJson({ client, since, seenAt }: SeenClient, { policy, at }: Evidence): object {
  const { version: _, ...document } = describeClient({ value: client, version: 0 }, policy.value, at);
  const seen = { first_seen: formatTime(since), last_seen: formatTime(seenAt) };
  return { host: new URL(client.clientId).host, ...document, ...seen };
}

const waiversOfEvidence = ({ clients, at }: Evidence): ClientWaiver[] =>
  waiversOf(
    clients.map(({ value }) => value),
    at,
  );

function describeWaivers(evidence: Evidence): string {
  const waivers = waiversOfEvidence(evidence);
  const soon = waivers.filter(({ state }) => state === 'ending soon').length;
  return `${plural(waivers.length, 'waiver')}${waivers.length === 0 ? '' : `, ${soon} ending within 14 days`}.`;
}

const waiversSection = (evidence: Evidence): Section => ({
  title: 'Waivers',
  columns: ['Client', 'Until', 'Days left', 'State', 'Owner', 'Reason'].map((title) => ({ title })),
  rows: waiversOfEvidence(evidence).map(({ client, waiver, daysLeft, state }) => [
    client.clientId,
    briefTime(waiver.until),
    String(daysLeft),
    state,
    waiver.owner,
    waiver.reason,
  ]),
});

const waiverJson = ({ client, waiver, daysLeft, state }: ClientWaiver): object => ({
  client_id: client.clientId,
  owner: waiver.owner,
  reason: waiver.reason,
  until: formatTime(waiver.until),
  days_left: daysLeft,
  state: state.replaceAll(' ', '_'),
});

const changesSection = ({ changes }: Evidence): Section => ({
  title: 'Changes in the period',
  columns: ['Change', 'Time', 'By', 'Client', 'What', 'Why'].map((title) => ({ title })),
  rows: changes.map((change) => [
    change.id,
    briefTime(change.at),
    change.by,
    subjectOf(change),
    describeChange(change),
    change.why,
  ]),
});

function describeChangedInTable({ changedInTable }: Evidence): string[] {
  if (changedInTable === undefined) return [];
  const [record, say] = changedInTable.length === 1 ? ['record', 'says'] : ['records', 'say'];
  return changedInTable.length === 0
    ? ['Every record says what its last change wrote.']
    : [
        `Changed in the table itself: ${changedInTable.length} ${record}, which ${say} something else than the change log.`,
      ];
}

const changedInTableSection = ({ changedInTable = [] }: Evidence): Section => ({
  title: 'Changed in the table itself',
  columns: ['Record', 'Last change by Pixy', 'Time', 'By'].map((title) => ({ title })),
  rows: changedInTable.map(({ client = '(global policy)', lastChange }) => [
    client,
    lastChange.id,
    briefTime(lastChange.at),
    lastChange.by,
  ]),
});

const changedInTableJson = ({ client, lastChange }: ChangedInTable): object => ({
  ...(client !== undefined && { client }),
  last_change: lastChange.id,
});

function changeJson(change: Change): object {
  const { id, at, by, why, client, importId } = change;
  const of = { ...(client !== undefined && { client }), ...(importId !== undefined && { import: importId }) };
  return { id, at: formatTime(at), by, why, ...of, ...documentsOf(change) };
}
