import { askForCodes, confirmationIn, decideFor, deviceGrant, enterUserCode, poll } from '../../support/device.ts';
import { type Answer, encodeFields, type Fields, formType, send } from '../../support/http.ts';
import { userinfo } from '../../support/lifecycle.ts';
import { formTokenOf } from '../../support/person.ts';
import { pkcePair } from '../../support/pkce.ts';
import type { Attempt, Scenario } from '../scenario.ts';
import { television, type World } from '../world.ts';

const json = ({ body }: Answer) => JSON.parse(body) as Record<string, string | undefined>;

/** What a device asks, and what somebody decides for it. */
export function deviceScenarios(world: World): Scenario[] {
  const { server, signedIn, requestOf } = world;
  const { verifier, challenge } = pkcePair();
  const asked = { code_challenge: challenge, code_challenge_method: 'S256', scope: 'openid' };

  /** A device that waits. Codes of others are counted per address in ten minutes, and forgotten here. */
  async function waiting() {
    world.clock.advance(600);
    return (await askForCodes(server, television, asked)).json;
  }

  const post = (target: string, fields: Fields) => () =>
    send(world.port, target, { method: 'POST', headers: formType, body: encodeFields(fields) });

  const pollFor = (deviceCode: string | undefined) =>
    poll(server, television, deviceCode ?? '', { code_verifier: verifier });

  const pollOnce = (device_code: string) =>
    post('/token', { grant_type: deviceGrant, client_id: 'television', device_code, code_verifier: verifier });

  async function decision(decision: 'allow' | 'deny', holds: Attempt['holds'], text: string, codes: Fields) {
    const { person } = await signedIn();
    const user_code = codes['user_code'] ?? '';
    const page = await enterUserCode(person, user_code);
    const form = { form_token: formTokenOf(page), confirmation: confirmationIn(page), user_code, decision };
    return {
      send: requestOf(person, '/device', form),
      isSuccess: ({ body }: Answer) => body.includes(text),
      ...(holds && { holds }),
    };
  }

  return [
    {
      name: '/device_authorization: codes',
      route: '/device_authorization',
      prepare: async () => ({
        send: post('/device_authorization', { client_id: 'television', ...asked }),
        isSuccess: (answer) => answer.status === 200,
        holds: async (answer) => (await pollFor(json(answer)['device_code'])).json.error === 'authorization_pending',
      }),
    },
    {
      name: '/device: the page that asks',
      route: '/device',
      async prepare() {
        const { user_code } = await waiting();
        const { person } = await signedIn();
        const form_token = formTokenOf(await person.open('/device'));
        return {
          send: requestOf(person, '/device', { form_token, user_code }),
          isSuccess: ({ body }) => body.includes('value="allow"'),
        };
      },
    },
    {
      name: '/device: allowed',
      route: '/device',
      async prepare() {
        const { device_code, user_code } = await waiting();
        const holds = async () => (await pollFor(device_code)).status === 200;
        return decision('allow', holds, 'Your device is connected', { user_code });
      },
    },
    {
      name: '/device: denied',
      route: '/device',
      async prepare() {
        const { device_code, user_code } = await waiting();
        const holds = async () => (await pollFor(device_code)).json.error === 'access_denied';
        return decision('deny', holds, 'The device was not connected', { user_code });
      },
    },
    {
      name: '/token: a device code that was allowed',
      route: '/token',
      isSingle: true,
      startsAgain: { 'UpdateItem grants grant': 'done', 'GetItem people account': 'failed' },
      async prepare() {
        const { device_code, user_code } = await waiting();
        await decideFor((await signedIn()).person, user_code);
        return {
          send: pollOnce(device_code),
          isSuccess: ({ status }) => status === 200,
          holds: async (answer) => (await userinfo(server, json(answer)['access_token'])).status === 200,
        };
      },
    },
    {
      name: '/token: a device code that waits',
      route: '/token',
      async prepare() {
        const { device_code } = await waiting();
        return {
          send: pollOnce(device_code),
          isSuccess: (answer) => answer.status === 400 && json(answer)['error'] === 'authorization_pending',
        };
      },
    },
  ];
}
