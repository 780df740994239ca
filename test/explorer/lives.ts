import type { ActorState, ActorStates } from './actor-states.ts';
import type { Credential } from './credentials.ts';
import type { Mutation } from './explore.ts';
import type { NamedTables } from './moment.ts';
import type { Requests, Told } from './requests.ts';
import type { CallOutcome, Part } from './stage.ts';
import { answerCall, type Tables } from './tables-in-memory.ts';
import { ada, clients } from './world.ts';

/** The texts of those credentials that would be accepted at a moment. */
export type Living = (credentials: readonly Credential[], tables: NamedTables, now: number) => Promise<Set<string>>;

/** A promise that was broken by trying. */
export class TrialFailed extends Error {
  override name = 'TrialFailed';
}

/**
 * Finds out by trying, on tables that are thrown away after it: a code is redeemed, a refresh token is used, an access token is
 * introspected and shown to userinfo. Whatever that needs to know is in the item of the grant and in the account, so the same two
 * are tried once.
 */
export function livesOf(requests: Requests, states: ActorStates<Told>, mutate: Mutation = answerCall): Living {
  const trials = new Map<string, Part<Told>>();
  const byItems = new Map<string, boolean>();
  const byTables = new Map<string, Map<string, boolean>>();

  function trialOf(credential: Credential): Part<Told> {
    const existing = trials.get(credential.text);
    if (existing) return existing;
    const fresh = { name: `trial of ${credential.text}`, play: trial(credential, requests) };
    trials.set(credential.text, fresh);
    return fresh;
  }

  async function isAlive(credential: Credential, tables: Tables, now: number): Promise<boolean> {
    const { grantId, text, kind } = credential;
    const items = [...tables]
      .filter(([, item]) => item.includes(`"id":{"S":"${grantId}"}`) || item.includes(`"pk":{"S":"account#${ada}"}`))
      .map(([place, item]) => [place, item.replace(lastWriter, '')] as const);
    const key = [now, text, ...items.map(([, item]) => item)].join('\n');
    const known = byItems.get(key);
    if (known !== undefined) return known;
    const told = await tryOut(trialOf(credential), new Map(items), now);
    const accepted = told.filter(({ isDone }) => isDone).length;
    if (told.some(({ isDone }) => isDone === undefined))
      throw new TrialFailed(`whoever tries the ${kind} gets an answer`);
    if (accepted !== 0 && accepted !== told.length) throw new TrialFailed('introspection and userinfo say the same');
    byItems.set(key, accepted > 0);
    return accepted > 0;
  }

  async function tryOut(part: Part<Told>, items: Tables, now: number): Promise<readonly Told[]> {
    let tables = items;
    let state: ActorState<Told> = await states.begin(part);
    while (!state.isDone) {
      const [call] = state.waiting;
      if (call === undefined) throw new Error('the trial waits for nothing');
      let outcome: CallOutcome = 'go';
      if (call.operation !== 'turn') {
        const answered = mutate(tables, call);
        tables = answered.tables;
        outcome = answered.reply;
      }
      ({ state } = await states.go(state, { callId: call.id, outcome, clock: now }));
    }
    return state.told;
  }

  return async (credentials, { id, tables }, now) => {
    const place = `${id} ${now}`;
    const known = byTables.get(place) ?? new Map<string, boolean>();
    byTables.set(place, known);
    for (const one of credentials) if (!known.has(one.text)) known.set(one.text, await isAlive(one, tables, now));
    return new Set(credentials.flatMap(({ text }) => (known.get(text) ? text : [])));
  };
}

/** Whoever wrote last matters to nobody but themselves. */
const lastWriter = /"attempt":\{"S":"[^"]*"\},/;

const trial =
  (credential: Credential, requests: Requests): Part<Told>['play'] =>
  async (me) => {
    const client = Object.values(clients).find(({ client_id }) => client_id === credential.clientId);
    if (client === undefined) throw new Error(`there is no client ${credential.clientId}`);
    if (credential.kind === 'code') await requests.redeem(me, client, credential);
    else if (credential.kind === 'refresh token') await requests.refresh(me, client, credential);
    else {
      await requests.introspect(me, credential);
      await requests.userinfo(me, credential);
    }
  };
