/*
 * What happens to a code when two apps have registered the same private-use URI scheme (RFC 7636 §1), without PKCE and with it. `way`:
 * whom the message goes through; `holds`: what each has in the end, besides what it had before.
 */

/**
 * @typedef {'app' | 'other' | 'browser' | 'server'} Actor
 * @typedef {{ title: string, text: string, way?: Actor[], message?: string, holds?: Partial<Record<Actor, string>>, end?: 'lost' | 'safe' }} Step
 */

/** @type {Step} */
const twoApps = {
  title: 'Two apps, one address',
  text: 'Your app has told the phone that it takes com.example.demo:, so that a browser can hand it an answer. Nothing keeps another app from saying the same.',
};

/** @type {Step} */
const handedOver = {
  title: 'The phone chooses an app',
  text: 'The browser asks the phone who takes com.example.demo:. The phone does not know which app asked, and hands the code to the other one.',
  way: ['browser', 'other'],
  message: 'code',
  holds: { other: 'code' },
};

/** @returns {Step} */
const backWithCode = (holds) => ({
  title: 'The server answers with a code',
  text: 'The person signs in at the server, in the browser, and does nothing wrong. The server sends the browser to com.example.demo: with a code.',
  way: ['server', 'browser'],
  message: 'code',
  holds,
});

/** @type {Record<string, Step[]>} */
export const stories = {
  without: [
    twoApps,
    {
      title: 'Your app asks for a code',
      text: 'It opens the browser with an authorization request. All that is in it, the client id too, is the same for every copy of the app.',
      way: ['app', 'browser', 'server'],
      message: 'request',
    },
    backWithCode({}),
    handedOver,
    {
      title: 'The other app exchanges the code',
      text: 'It sends the code and the client id of your app. There is no secret to send: an app that everybody can install cannot have one.',
      way: ['other', 'server'],
      message: 'code',
    },
    {
      title: 'The other app has the tokens',
      text: 'To the server, this request looks like one of your app. The other app now reads whatever the person allowed yours to read.',
      way: ['server', 'other'],
      message: 'tokens',
      holds: { other: 'tokens' },
      end: 'lost',
    },
  ],
  with: [
    twoApps,
    {
      title: 'Your app makes a verifier',
      text: 'It makes 256 random bits for this one sign-in, and tells them to nobody. Their SHA-256 is the challenge.',
      holds: { app: 'verifier' },
    },
    {
      title: 'Your app asks for a code',
      text: 'The challenge goes along in the request. Whoever reads it learns nothing: the way back from a hash to the verifier would take longer than anybody has.',
      way: ['app', 'browser', 'server'],
      message: 'challenge',
      holds: { server: 'challenge' },
    },
    backWithCode({ server: 'challenge + code' }),
    handedOver,
    {
      title: 'The other app tries the code',
      text: 'It sends the code and the client id, but it has no verifier. It can leave it out, or guess.',
      way: ['other', 'server'],
      message: 'code, a guess',
    },
    {
      title: 'The server refuses',
      text: 'The hash of the guess is not the challenge of this code: invalid_grant, and the code is spent. The other app has a code that is good for nothing, and your app can ask again.',
      way: ['server', 'other'],
      message: 'refused',
      holds: { other: 'a useless code' },
      end: 'safe',
    },
  ],
};
