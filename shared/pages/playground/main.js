import { offerBreaks, runBreak } from './break-it.js';
import { byId, onPress, showFailure } from './elements.js';
import { fillFields, renewVerifier, watchFields } from './fields.js';
import { beginAgain, exchangeCode, leave, sendRequest, showStray, signInFirst, takeAnswer } from './flow.js';
import { takeKept } from './kept.js';
import { discover, redirectUri } from './server.js';
import { tellStory } from './story.js';

/*
 * A sign-in as a public client that a person can watch, change and break, using only what browsers provide: RFC 7636 on both sides of
 * the redirect.
 */

async function start() {
  const response = new URLSearchParams(location.search);
  const cameTo = location.href;
  const { issuer } = await discover();
  // Its cookies, its redirect URI and its endpoints are all of one origin.
  if (new URL(issuer).origin !== location.origin) {
    location.replace(`${issuer}${location.pathname}${location.search}`);
    return;
  }
  await beginAgain();
  offerEverything();
  if (response.has('code') || response.has('error')) await finish(response, cameTo);
  else if (response.has('start')) await leave('all', 'replace');
}

/** Nothing can be pressed before it does something. */
function offerEverything() {
  tellStory();
  watchFields();
  offerBreaks(signInFirst);
  onPress(byId('sign-in'), async () => {
    await beginAgain();
    await leave('all');
  });
  onPress(byId('begin-again'), beginAgain);
  onPress(byId('authorize'), sendRequest);
  onPress(byId('exchange'), exchangeCode);
  onPress(byId('new-verifier'), renewVerifier);
  for (const section of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('[inert]')))
    section.inert = false;
}

async function finish(response, cameTo) {
  history.replaceState(null, '', redirectUri);
  const kept = takeKept();
  if (kept === undefined) return showStray(response);
  const { values, next, wanted } = kept;
  if (wanted !== undefined && response.has('code')) {
    await fillFields(wanted);
    return next === 'send' ? sendRequest() : runBreak(next, signInFirst);
  }
  const isAccepted = await takeAnswer(values, response, cameTo);
  if (isAccepted && next === 'all') await exchangeCode();
}

start().catch(showFailure);
