import { hash } from 'node:crypto';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import type { PageScript } from '../../shared/pages/page.ts';

/*
 * Runs the WebAuthn ceremony of a page, for browsers with and without the JSON methods of WebAuthn level 3. A form with
 * `data-passkey` holds the options, and its field `credential` takes the answer. Without this script the form stays hidden.
 */

export const passkeyScript = `'use strict';
(() => {
  const form = document.querySelector('form[data-passkey]');
  if (!form || !window.PublicKeyCredential || !navigator.credentials) return;

  const decode = (text) =>
    Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (character) => character.charCodeAt(0));
  const encode = (buffer) =>
    btoa(Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join(''))
      .replace(/\\+/g, '-').replace(/\\//g, '_').replace(/=+$/, '');
  const withIds = (list) => (list || []).map((one) => ({ ...one, id: decode(one.id) }));

  const given = JSON.parse(form.dataset.passkey);
  const isNew = 'user' in given;
  const publicKey = { ...given, challenge: decode(given.challenge) };
  if (isNew) {
    publicKey.user = { ...given.user, id: decode(given.user.id) };
    publicKey.excludeCredentials = withIds(given.excludeCredentials);
  } else {
    publicKey.allowCredentials = withIds(given.allowCredentials);
  }

  const written = ({ id, rawId, type, response, authenticatorAttachment }, extensions) => JSON.stringify({
    id,
    rawId: encode(rawId),
    type,
    authenticatorAttachment,
    clientExtensionResults: extensions,
    response: {
      clientDataJSON: encode(response.clientDataJSON),
      ...(response.attestationObject
        ? {
            attestationObject: encode(response.attestationObject),
            transports: response.getTransports ? response.getTransports() : [],
          }
        : {
            authenticatorData: encode(response.authenticatorData),
            signature: encode(response.signature),
            userHandle: response.userHandle ? encode(response.userHandle) : undefined,
          }),
    },
  });

  const failed = form.querySelector('[data-passkey-failed]');
  const submit = (credential) => {
    form.elements.namedItem('credential').value = written(credential, credential.getClientExtensionResults());
    const keep = document.querySelector('input[name="keep"]:checked');
    if (keep && !isNew) {
      const carried = document.createElement('input');
      Object.assign(carried, { type: 'hidden', name: 'keep', value: keep.value });
      form.append(carried);
    }
    form.submit();
  };

  let waiting;
  const offer = async () => {
    if (isNew || !PublicKeyCredential.isConditionalMediationAvailable) return;
    if (!(await PublicKeyCredential.isConditionalMediationAvailable())) return;
    const controller = new AbortController();
    waiting = controller;
    try {
      const credential = await navigator.credentials.get({ publicKey, mediation: 'conditional', signal: controller.signal });
      if (credential) submit(credential);
    } catch {
      // Stopped by the button, or nobody chose anything: the rest of the page is there.
    }
  };

  // A second click while the device asks would fail at once, and the page would say so beside what goes well.
  let isAsking = false;
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    if (isAsking) return;
    isAsking = true;
    if (waiting) waiting.abort();
    if (failed) failed.hidden = true;
    try {
      const credential = await (isNew ? navigator.credentials.create({ publicKey }) : navigator.credentials.get({ publicKey }));
      submit(credential);
    } catch {
      isAsking = false;
      if (failed) failed.hidden = false;
      offer();
    }
  });

  // A page that comes back from the cache of the browser has a challenge that was used.
  window.addEventListener('pageshow', (event) => {
    if (event.persisted) location.reload();
  });

  form.hidden = false;
  for (const one of document.querySelectorAll('[data-passkey-available]')) one.hidden = false;
  for (const one of document.querySelectorAll('[data-passkey-unavailable]')) one.hidden = true;
  offer();
})();
`;

const digest = hash('sha256', passkeyScript, 'buffer');

/** With the hash of the script in its address, so that browsers may keep it for good. */
export const passkeyPageScript: PageScript = {
  path: `${endpoints.passkeyScript}?v=${digest.toString('base64url').slice(0, 16)}`,
  integrity: `sha256-${digest.toString('base64')}`,
};
