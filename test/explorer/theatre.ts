import { actorStates } from './actor-states.ts';
import type { Credential } from './credentials.ts';
import { type Explored, explore, type Mutation } from './explore.ts';
import { livesOf } from './lives.ts';
import { type InHand, type Script, scriptsFor } from './plays.ts';
import { promisesOf } from './promises.ts';
import { type Person, requestsTo, type Told } from './requests.ts';
import { buildWorld, clients, noon } from './world.ts';

const withGrants = ['app', 'other', 'keeper', 'brief'] as const;
type Client = (typeof withGrants)[number];

/** Everything that plays need, made once: the world, what there is in it at noon, and what is known of actors already. */
export async function openTheatre() {
  const world = await buildWorld();
  const { stage } = world;
  const requests = requestsTo(world);
  const states = actorStates<Told>(stage);
  const held: Partial<Record<'code' | Client, Credential[]>> = {};

  const tables = await stage.prepare(world.tables, noon, async () => {
    const code = async (name: Client) => mustGain(await requests.authorize(rehearsing, clients[name], world.laptop));
    held.code = await code('app');
    for (const name of withGrants) {
      const [first] = await code(name);
      held[name] = mustGain(await requests.redeem(rehearsing, clients[name], first as Credential));
    }
  });

  const { code = [], app = [], other = [], keeper = [], brief = [] } = held;
  const has: InHand = {
    code,
    ofApp: app,
    ofOther: other,
    ofKeeper: keeper,
    ofBrief: brief,
    code0: code[0] as Credential,
    app0: app[0] as Credential,
    other0: other[0] as Credential,
    keeper0: keeper[0] as Credential,
    brief0: brief[0] as Credential,
  };

  /** Without the grants that a play is not about. */
  const tablesFor = ({ inHand }: Script) => {
    const isMeant = (item: string) => inHand.some(({ grantId }) => item.includes(`"id":{"S":"${grantId}"}`));
    return new Map([...tables].filter(([, item]) => !item.includes('"redirectUri"') || isMeant(item)));
  };

  return {
    scripts: scriptsFor(world, requests, has),

    /** What is in the tables when a play begins. */
    tablesFor,

    /** Plays a script in every way, with at most so many faults. */
    async explore(script: Script, faults: number, mutate?: Mutation, deepFirst = false): Promise<Explored> {
      const end = stage.steady();
      try {
        const { at = [0], overAt } = script;
        const clock = at.map((seconds) => noon + seconds) as [number, ...number[]];
        const promises = { ...script, ...(overAt !== undefined && { overAt: noon + overAt }) };
        return await explore(
          { start: tablesFor(script), parts: script.parts, clock, faults, deepFirst },
          states,
          promisesOf(promises, livesOf(requests, states, mutate), faults),
          mutate,
        );
      } finally {
        end();
      }
    },
  };
}

/** Acts at once. */
const rehearsing: Person = { act: async (_, work, describe) => describe(await work(), []) };

function mustGain({ what, gained, reasons }: Told): Credential[] {
  if (gained.length === 0) throw new Error(`nothing came of it: ${what}, ${reasons.join(', ')}`);
  return [...gained];
}
