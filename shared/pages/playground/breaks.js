import { askForCode, askForPerson, askForTokens } from './exchange.js';
import { authorizationParameters, freshValues, tokenParameters } from './requests.js';
import { schemeRedirectUri } from './server.js';

/*
 * The ways to break a sign-in. `run` sends real requests. It yields each exchange with its title, and with the authorization request
 * that it goes back to, and `aside` where it only leads up to the next. Then comes a sentence about what came of it.
 */

/** Asks for a code as an app does that makes no mistake, except for `changes`. */
async function begin(changes = {}, method = 'S256') {
  const values = { ...(await freshValues(method)), ...changes };
  const parameters = authorizationParameters(values);
  return { values, parameters, exchange: await askForCode(parameters) };
}

const redeem = ({ values, exchange }, verifier) =>
  askForTokens(tokenParameters({ ...values, code: exchange.said.code ?? '', code_verifier: verifier }));

const letThrough = 'The server let it through: the policy of this client allows it. The rule above says which one.';

const outcome = ({ said, answered }, refused) =>
  said.error === undefined && answered.status < 400 ? letThrough : refused;

export const breaks = [
  {
    name: 'no-challenge',
    title: 'Send no challenge',
    does: 'The app asks for a code as if there was no PKCE.',
    async *run() {
      const asked = await begin({ code_challenge: '', code_challenge_method: '' });
      yield ['A request without a challenge', asked];
      yield outcome(asked.exchange, 'There is no code at all. Refused here, a developer sees it at the first try.');
    },
  },
  {
    name: 'wrong-verifier',
    title: 'Send a wrong verifier',
    does: 'The code is right, the verifier is a guess.',
    async *run() {
      const asked = await begin();
      yield ['A request as it should be', asked, 'aside'];
      const guess = await redeem(asked, (await freshValues()).code_verifier);
      yield ['The code with a guessed verifier', { ...asked, exchange: guess }];
      yield outcome(guess, 'There are no tokens, and the code is spent: nobody gets a second guess.');
    },
  },
  {
    name: 'other-tab',
    title: 'Send the verifier of another tab',
    does: 'Two tabs sign in at once, and the app keeps one verifier for both. The second overwrites the first.',
    async *run() {
      const first = await begin();
      yield ['The first tab', first, 'aside'];
      const second = await begin();
      yield ['The second tab', second, 'aside'];
      const mixed = await redeem(first, second.values.code_verifier);
      yield ["The first tab's code with the second tab's verifier", { ...first, exchange: mixed }];
      yield outcome(
        mixed,
        'An app keeps the verifier of each request with its state, and takes the one that belongs to the answer.',
      );
    },
  },
  {
    name: 'plain',
    title: 'Use plain instead of S256',
    does: 'The challenge is the verifier itself. Whoever sees the request can redeem the code.',
    async *run() {
      const asked = await begin({}, 'plain');
      yield ['A request with the method plain', asked];
      yield outcome(asked.exchange, 'The client is held to S256, so there is no code.');
    },
  },
  {
    name: 'replay',
    title: 'Use the code twice',
    does: 'Somebody who has seen the whole exchange sends it again.',
    async *run() {
      const asked = await begin();
      yield ['A request as it should be', asked, 'aside'];
      const { code_verifier: verifier } = asked.values;
      const once = await redeem(asked, verifier);
      yield ['The code, for the first time', { ...asked, exchange: once }, 'aside'];
      const twice = await redeem(asked, verifier);
      yield ['The same code again', { ...asked, exchange: twice }];
      const person = await askForPerson(once.said.access_token);
      yield ['The access token of the first time', { ...asked, exchange: person }];
      yield outcome(
        person,
        'One of the two was not the app, and the server cannot know which. It takes back what both have.',
      );
    },
  },
  {
    name: 'no-state',
    title: 'Leave out the state',
    does: 'The app asks without a state, so nothing in the answer names the request that it belongs to.',
    async *run() {
      const asked = await begin({ state: '' });
      yield ['A request without a state', asked];
      yield 'The server answers: the state is a check of the app (RFC 6749 §10.12). This page refuses an answer without the state that it sent. PKCE helps an app that does not look: a code from a request of somebody else fails with its own verifier (RFC 9700 §4.7.1).';
    },
  },
  {
    name: 'stolen-code',
    title: 'Let another app take the code',
    does: schemeRedirectUri
      ? `A second app has registered ${schemeRedirectUri} too, and the phone hands the answer to it.`
      : 'Something on the way reads the answer, as a second app on a phone does that has registered the same address.',
    async *run() {
      const asked = await begin(schemeRedirectUri ? { redirect_uri: schemeRedirectUri } : {});
      yield ['A request of your app', asked, 'aside'];
      const thief = await redeem(asked, '');
      yield ['The other app with the code, without the verifier', { ...asked, exchange: thief }];
      const owner = await redeem(asked, asked.values.code_verifier);
      yield ['Your app, too late', { ...asked, exchange: owner }];
      yield outcome(
        thief,
        'The other app gets nothing. The code is spent, so your app has to ask again, but nobody else has tokens.',
      );
    },
  },
];
