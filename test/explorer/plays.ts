import { listedIdOf } from '../../shared/people/session-store.ts';
import type { FullClient } from '../support/lifecycle.ts';
import type { Credential } from './credentials.ts';
import type { PlayPromises } from './promises.ts';
import type { Person, Requests, Told } from './requests.ts';
import type { Part } from './stage.ts';
import { briefLifetime, clients, refreshGrace, type World } from './world.ts';

const { app, other, keeper, brief } = clients;

/** What there is at noon: of each client a grant that was redeemed a moment ago, and of the app a code that was not. */
export type InHand = Record<'code' | 'ofApp' | 'ofOther' | 'ofKeeper' | 'ofBrief', readonly Credential[]> & {
  /** The refresh tokens. */
  app0: Credential;
  other0: Credential;
  keeper0: Credential;
  brief0: Credential;
  code0: Credential;
};

/** What happens in a play, and what it promises besides what every play promises. */
export type Script = Omit<PlayPromises, 'inHand'> & {
  title: string;
  /** Who takes part, and what they do if nobody comes between. */
  parts: readonly Part<Told>[];
  inHand: PlayPromises['inHand'];
  /** Seconds after noon at which something may happen; without it, all happens at noon. */
  at?: readonly [number, ...number[]];
  /** How many calls go wrong in `npm test`, if the play is in it, and in `npm run test:deep`. */
  faults: { usual?: number; deep: number };
};

/** Seconds: how long a code lives, how long a replaced refresh token works after the use of its successor, how long an unused one. */
const lifetimes = { code: 60, grace: refreshGrace, idle: 1_209_600, most: 7_776_000 };

export function scriptsFor({ laptop, phone }: World, requests: Requests, has: InHand): Script[] {
  const { authorize, redeem, refresh, revoke, removeApp, endOthers, endSession, purge, reset, disable, enable } =
    requests;

  const redeems = async (me: Person, client: FullClient, code: Credential, times = 0) => {
    const token = refreshTokenIn(await redeem(me, client, code));
    if (token) await refreshes(me, client, token, times);
  };

  /** Uses the newest token, `times` times. Tries again with the same one when there is no answer. */
  const refreshes = async (me: Person, client: FullClient, first: Credential, times: number, tries = 1) => {
    let token: Credential | undefined = first;
    for (let time = 0; time < times && token; time += 1) {
      let told = await refresh(me, client, token);
      for (let more = 1; more < tries && told.isDone === undefined; more += 1) told = await refresh(me, client, token);
      token = refreshTokenIn(told);
    }
  };

  const signsInWith = async (me: Person, client: FullClient, session: string, times = 0) => {
    const [code] = (await authorize(me, client, session)).gained;
    if (code) await redeems(me, client, code, times);
  };

  return [
    {
      title: 'a code and its verifier were stolen, and both redeem it',
      inHand: has.code,
      parts: [
        { name: 'owner', play: (me) => redeems(me, app, has.code0, 1) },
        { name: 'thief', play: (me) => redeems(me, app, has.code0, 1) },
      ],
      at: [0, lifetimes.code],
      faults: { usual: 0, deep: 2 },
    },
    {
      title: 'another client tries a code, and what came of it',
      inHand: [...has.code, ...has.ofApp],
      parts: [
        { name: 'owner', play: (me) => redeems(me, app, has.code0, 1) },
        {
          name: 'stranger',
          play: async (me) => {
            await redeem(me, other, has.code0);
            await refresh(me, other, has.app0);
            await revoke(me, other, has.app0);
          },
        },
      ],
      strangers: ['stranger'],
      honest: ['owner'],
      survivors: ['owner'],
      faults: { usual: 0, deep: 0 },
    },
    {
      title: 'a code is redeemed, and the reply to a call is lost once',
      inHand: has.code,
      parts: [{ name: 'owner', play: (me) => redeems(me, app, has.code0, 1) }],
      honest: ['owner'],
      survivors: ['owner'],
      faults: { usual: 1, deep: 2 },
    },
    {
      title: 'a code that is too old',
      inHand: has.code,
      parts: [{ name: 'owner', play: (me) => redeems(me, app, has.code0) }],
      at: [lifetimes.code],
      overAt: lifetimes.code,
      faults: { usual: 1, deep: 2 },
    },
    {
      title: 'a refresh token was stolen, and both use what they have',
      inHand: has.ofApp,
      parts: [
        { name: 'owner', play: (me) => refreshes(me, app, has.app0, 2) },
        { name: 'thief', play: (me) => refreshes(me, app, has.app0, 2) },
      ],
      at: [0, lifetimes.grace + 1, 2 * lifetimes.grace + 2],
      faults: { deep: 1 },
    },
    {
      title: 'a client refreshes, loses replies, and tries again ten minutes later',
      inHand: has.ofApp,
      parts: [{ name: 'owner', play: (me) => refreshes(me, app, has.app0, 3, 3) }],
      at: [0, 600, 1_200],
      triesAgain: true,
      honest: ['owner'],
      survivors: ['owner'],
      faults: { deep: 2 },
    },
    {
      title: 'two tabs of one client refresh at the same time',
      inHand: has.ofApp,
      parts: [
        { name: 'one tab', play: (me) => refreshes(me, app, has.app0, 2, 3) },
        { name: 'other tab', play: (me) => refreshes(me, app, has.app0, 2, 3) },
      ],
      at: [0, lifetimes.grace],
      honest: ['one tab', 'other tab'],
      survivors: ['one tab', 'other tab'],
      triesAgain: true,
      faults: { deep: 1 },
    },
    {
      title: 'two tabs of a client that keeps its refresh token',
      inHand: has.ofKeeper,
      parts: [
        { name: 'one tab', play: (me) => refreshes(me, keeper, has.keeper0, 2, 3) },
        { name: 'other tab', play: (me) => refreshes(me, keeper, has.keeper0, 2, 3) },
      ],
      at: [0, 600],
      honest: ['one tab', 'other tab'],
      survivors: ['one tab', 'other tab'],
      triesAgain: true,
      faults: { deep: 1 },
    },
    {
      title: 'a refresh token that nobody has used for too long',
      inHand: has.ofApp,
      parts: [
        { name: 'one tab', play: (me) => refreshes(me, app, has.app0, 1) },
        { name: 'other tab', play: (me) => refreshes(me, app, has.app0, 1) },
      ],
      at: [lifetimes.idle],
      overAt: lifetimes.idle,
      faults: { usual: 0, deep: 2 },
    },
    {
      title: 'refresh tokens that are used until their grants end',
      inHand: [...has.ofBrief, ...has.ofKeeper],
      parts: [
        { name: 'brief', play: (me) => refreshes(me, brief, has.brief0, 2) },
        { name: 'keeper', play: (me) => refreshes(me, keeper, has.keeper0, 2) },
      ],
      at: [briefLifetime - 1, briefLifetime],
      overAt: briefLifetime,
      faults: { usual: 0, deep: 1 },
    },
    {
      title: 'a token is revoked while it is used',
      inHand: has.ofApp,
      parts: [
        { name: 'owner', play: (me) => revoke(me, app, has.app0).then(() => {}) },
        { name: 'app', play: (me) => refreshes(me, app, has.app0, 2) },
      ],
      at: [0, lifetimes.grace + 1],
      faults: { usual: 0, deep: 2 },
    },
    {
      title: 'the password is reset while a code is issued and redeemed',
      inHand: has.ofApp,
      parts: [
        { name: 'person', play: (me) => reset(me, 'another hash').then(() => {}) },
        { name: 'browser', play: (me) => signsInWith(me, app, laptop, 1) },
      ],
      faults: { deep: 1 },
    },
    {
      title: 'the password is reset while codes are issued and redeemed, and tokens are used',
      inHand: [...has.code, ...has.ofApp],
      parts: [
        { name: 'person', play: (me) => reset(me, 'another hash').then(() => {}) },
        { name: 'browser', play: (me) => signsInWith(me, app, laptop) },
        { name: 'app', play: (me) => refreshes(me, app, has.app0, 1) },
      ],
      faults: { deep: 0 },
    },
    {
      title: 'a link for a new password is used twice',
      inHand: has.ofApp,
      parts: [
        { name: 'person', play: (me) => reset(me, 'a hash of the person').then(() => {}) },
        { name: 'thief', play: (me) => reset(me, 'a hash of the thief').then(() => {}) },
      ],
      faults: { deep: 1 },
    },
    {
      title: 'an account is disabled and enabled again while a code is redeemed and a token is used',
      inHand: [...has.code, ...has.ofApp],
      parts: [
        {
          name: 'operator',
          play: async (me) => {
            if ((await disable(me)).isDone) await enable(me);
          },
        },
        { name: 'owner', play: (me) => redeems(me, app, has.code0, 1) },
        { name: 'app', play: (me) => refreshes(me, app, has.app0, 1) },
      ],
      faults: { usual: 0, deep: 1 },
    },
    {
      title: 'an app is removed while it gets a new code and refreshes, and another one goes on',
      inHand: [...has.ofApp, ...has.ofOther],
      parts: [
        { name: 'person', play: (me) => removeApp(me, phone, app).then(() => {}) },
        { name: 'browser', play: (me) => signsInWith(me, app, laptop) },
        { name: 'app', play: (me) => refreshes(me, app, has.app0, 1) },
        { name: 'other app', play: (me) => refreshes(me, other, has.other0, 1, 2) },
      ],
      honest: ['other app'],
      survivors: ['other app'],
      triesAgain: true,
      keepsLater: true,
      faults: { deep: 1 },
    },
    {
      title: 'two sessions end all others at the same time, and the one that stays goes on',
      inHand: has.ofApp,
      parts: [
        { name: 'laptop', play: (me) => endsOthersAndGoesOn(me, laptop) },
        { name: 'phone', play: (me) => endsOthersAndGoesOn(me, phone) },
      ],
      oneSurvives: ['laptop', 'phone'],
      faults: { usual: 0, deep: 1 },
    },
    {
      title: 'a session ends all others while its other tab gets a code, and somebody ends it, too',
      inHand: has.ofApp,
      parts: [
        { name: 'laptop', play: (me) => endOthers(me, laptop).then(() => {}) },
        { name: 'other tab', play: (me) => signsInWith(me, app, laptop, 1) },
        { name: 'phone', play: (me) => endSession(me, phone, listedIdOf(laptop)).then(() => {}) },
      ],
      keepsLater: true,
      faults: { deep: 1 },
    },
    {
      title: 'a grant is purged while it is revoked and used',
      inHand: has.ofApp,
      parts: [
        { name: 'owner', play: (me) => revoke(me, app, has.app0).then(() => {}) },
        { name: 'app', play: (me) => refreshes(me, app, has.app0, 1) },
        { name: 'the database', play: (me) => purge(me, has.app0).then(() => {}) },
      ],
      at: [lifetimes.most],
      overAt: lifetimes.most,
      faults: { usual: 0, deep: 1 },
    },
  ];

  async function endsOthersAndGoesOn(me: Person, session: string) {
    if ((await endOthers(me, session)).isDone) await signsInWith(me, app, session);
  }
}

const refreshTokenIn = ({ gained }: Told): Credential | undefined =>
  gained.find(({ kind }) => kind === 'refresh token');
