import type { Answer } from '../support/http.ts';
import { type FaultKind, internals } from './fault-kinds.ts';
import type { Call } from './fault-proxy.ts';
import { type Attempt, type Scenario, wait } from './scenario.ts';
import { cookieIn, type World } from './world.ts';

/** One cell of the matrix: this call of this scenario fails in this way. */
export type Case = { scenario: Scenario; call: Call; kind: FaultKind };

const labelOf = ({ name, nth }: Call): string => (nth === 1 ? name : `${name} #${nth}`);

async function prepare(scenario: Scenario, world: World): Promise<Attempt> {
  const attempt = await scenario.prepare();
  world.clock.advance(wait);
  return attempt;
}

/** The calls of a clean run, which has to succeed. */
export async function callsOf(scenario: Scenario, world: World): Promise<Call[]> {
  const attempt = await prepare(scenario, world);
  let answer: Answer | undefined;
  const calls = await world.faults.callsDuring(async () => {
    answer = await attempt.send();
  });
  if (!answer || !attempt.isSuccess(answer) || !(await holds(attempt, answer))) {
    throw new Error(`${scenario.name} does not succeed: ${describe(answer)}`);
  }
  return calls;
}

export const casesOf = (scenario: Scenario, calls: readonly Call[], kinds: readonly FaultKind[]): Case[] =>
  calls.flatMap((call) => kinds.map((kind) => ({ scenario, call, kind })));

const holds = async (attempt: Attempt, answer: Answer): Promise<boolean> => (await attempt.holds?.(answer)) ?? true;

/** What is wrong with how the server behaves in this case. */
export async function flawsOf({ scenario, call, kind }: Case, world: World): Promise<string[]> {
  world.renew();
  const attempt = await prepare(scenario, world);
  const before = world.server.auditLines.length;
  const failing = () => world.faults.during(call, kind, attempt.send);
  const { value: answer, hits } = await (kind.reply === 'silence' ? world.impatiently(failing) : failing());
  const lines = world.server.auditLines.slice(before);

  const flaws: string[] = [];
  const note = (flaw: string | false | undefined) => flaw && flaws.push(flaw);
  note(hits === 0 && 'the call was not made');
  note(tells(answer) && `it tells ${tells(answer)}`);
  note(lines.some((line) => tells({ body: line, headers: {} })) && 'the audit line tells too much');

  const isSpared = scenario.spares?.[labelOf(call)] !== undefined || lines.some(isTidyUp);
  if (attempt.isSuccess(answer)) {
    note(!kind.isPassing && !isSpared && 'it succeeds though the call failed');
    note(!kind.isPassing && !hasFailedLine(lines) && 'no audit line says that it failed, and why');
    note(!(await holds(attempt, answer)) && 'it says what did not happen');
    note(kind.isPassing && scenario.triesOnce?.[call.name] !== undefined && 'it was tried again');
  } else {
    for (const flaw of flawsOfOutage(answer, lines, scenario)) note(flaw);
    note(
      kind.isPassing &&
        scenario.triesOnce?.[call.name] === undefined &&
        'a lost reply is an outage though the next attempt got through',
    );
    for (const flaw of await flawsOfNextTry({ scenario, call, kind }, attempt, world)) note(flaw);
  }
  if (scenario.isSingle && flaws.length === 0 && attempt.isSuccess(await attempt.send())) {
    note('it succeeds twice');
  }
  return flaws;
}

function flawsOfOutage(
  answer: Answer,
  lines: readonly string[],
  { isOutage, writesNoLine }: Scenario,
): (string | false)[] {
  const isExpected = isOutage ? isOutage(answer) : answer.status === 503;
  return [
    !isExpected && `it is no outage: ${describe(answer)}`,
    isExpected && !isOutage && !/^\d+$/.test(answer.headers['retry-after'] ?? '') && 'there is no Retry-After',
    grants(answer) && `an outage grants something: ${describe(answer)}`,
    !writesNoLine && !hasFailedLine(lines) && 'no audit line says that it failed, and why',
  ];
}

const hasFailedLine = (lines: readonly string[]): boolean =>
  lines
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .some(({ verdict, reason }) => verdict === 'failed' && reason === 'store_unavailable');

/** What only tidies up after a write that has decided may fail: `holds` says whether what was taken back is worth nothing. */
const isTidyUp = (line: string): boolean => (JSON.parse(line) as { endpoint?: string }).endpoint === 'tidy-up';

/** Somebody who was told to try again in a moment does. */
async function flawsOfNextTry(
  { scenario, call, kind }: Case,
  attempt: Attempt,
  world: World,
): Promise<(string | false)[]> {
  const again = await attempt.send();
  if (attempt.isSuccess(again)) return [!(await holds(attempt, again)) && 'the next try says what did not happen'];
  const when = scenario.startsAgain?.[labelOf(call)] ?? scenario.startsAgain?.[call.name];
  const mayStartAgain = when === 'failed' || (when === 'done' && kind.isDone);
  if (!mayStartAgain) return [`the next try fails: ${describe(again)}`];
  const fresh = await prepare(scenario, world);
  const answer = await fresh.send();
  const works = fresh.isSuccess(answer) && (await holds(fresh, answer));
  return [
    again.status >= 500 && `the next try fails: ${describe(again)}`,
    grants(again) && `a refusal grants something: ${describe(again)}`,
    !works && `a fresh start fails: ${describe(answer)}`,
  ];
}

/** Whether an answer has anything in it that somebody can use. */
const grants = (answer: Answer): boolean =>
  /"(access|refresh|id)_token"|"active":true|"Allow"/.test(answer.body) ||
  /[?&#](code|id_token)=/.test(answer.headers.location ?? '') ||
  Boolean(cookieIn(answer, 'pixy_session')) ||
  Boolean(cookieIn(answer, 'pixy_pending'));

const telling = new RegExp(
  [
    internals.requestId,
    internals.message.slice(0, 20),
    'dynamodb\\.|amazonaws|x-amz|com\\.amazon',
    'pixy-(grants|clients|people|keys)',
    'node_modules|\\.ts:\\d|at .*\\(file:',
    'ECONN|ProvisionedThroughput|InternalServerError|AccessDenied|ResourceNotFound|ValidationException|SyntaxError',
  ].join('|'),
);

/** The first thing in an answer that is nobody's business; audit lines may name the classes of errors. */
function tells({ body, headers }: Pick<Answer, 'body' | 'headers'>): string | undefined {
  const isLine = Object.keys(headers).length === 0;
  const text = isLine ? body.replace(/"cause":"[^"]*"/, '') : `${body}\n${JSON.stringify(headers)}`;
  return telling.exec(text)?.[0];
}

const describe = (answer: Answer | undefined): string =>
  answer === undefined ? 'nothing' : `${answer.status} ${answer.headers.location ?? ''} ${answer.body.slice(0, 300)}`;

/** What is said about a cell whose flaws there are. */
export const sentenceOf = ({ scenario, call, kind }: Case, flaws: readonly string[]): string =>
  `${scenario.name}, ${labelOf(call)}, ${kind.name}: ${flaws.join('; ')}`;
