import { hash } from 'node:crypto';
import { renderSVG } from 'uqr';
import type { Reply } from '../shared/http/reply.ts';
import { accountPage } from '../shared/pages/account-page.ts';
import { changeAccountPage } from '../shared/pages/change-account-page.ts';
import { chooseAccountPage } from '../shared/pages/choose-account-page.ts';
import { consentPage } from '../shared/pages/consent-page.ts';
import { deviceConsentPage, userCodePage } from '../shared/pages/device-page.ts';
import { errorPage } from '../shared/pages/error-page.ts';
import { askNamePage, mailCodePage, verifyPage } from '../shared/pages/forgotten-page.ts';
import { formPostPage } from '../shared/pages/form-post-page.ts';
import type { Look } from '../shared/pages/look.ts';
import { noticePage } from '../shared/pages/notice-page.ts';
import type { PageScript } from '../shared/pages/page.ts';
import { type PasskeyCeremony, passkeyForm } from '../shared/pages/passkey-form.ts';
import { passkeySetupPage } from '../shared/pages/passkey-setup-page.ts';
import { problemOf } from '../shared/pages/problem.ts';
import { profilePage } from '../shared/pages/profile-page.ts';
import { registrationPage } from '../shared/pages/registration-page.ts';
import { secondFactorPage } from '../shared/pages/second-factor-page.ts';
import { setPasswordPage } from '../shared/pages/set-password-page.ts';
import { signedInPage, signInPage } from '../shared/pages/sign-in-page.ts';
import { signedOutPage, signOutPage } from '../shared/pages/sign-out-page.ts';
import { recoveryCodesPage, totpSetupPage } from '../shared/pages/totp-setup-page.ts';

const uri = 'otpauth://totp/Pixy:ada@example.com?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Pixy';

/** Replaces the script of the pages: shows what they show where passkeys are available. */
export const sampleScript = `
for (const one of document.querySelectorAll('[data-passkey], [data-passkey-available]')) one.hidden = false;
for (const one of document.querySelectorAll('[data-passkey-unavailable]')) one.hidden = true;`;

export const samplePageScript: PageScript = {
  path: '/passkeys.js',
  integrity: `sha256-${hash('sha256', sampleScript, 'base64')}`,
};

const now = 1_767_225_600;
const day = 86_400;

/**
 * Returns every page with everything on it, made by the server's own functions, for pictures and tests. `given` transforms each
 * text that comes from a person or a client.
 */
export function samplePages(
  look: Look,
  given: (text: string) => string = (text) => text,
): Record<string, () => Promise<Reply>> {
  const clientName = given('Harbor Photos');
  const account = given('ada@example.com');
  const form = { formToken: 'a-token', cookies: [] };
  const passkey: PasskeyCeremony = { script: samplePageScript, options: { challenge: given('AAAA') } };
  const providers = [
    { id: 'google', name: given('Google') },
    { id: 'entra', name: given('Contoso') },
  ];
  return {
    'forgotten-password': () => askNamePage(look, 'forgotten', { username: '', signInPath: '/sign-in', ...form }),
    'forgotten-password-many': () =>
      askNamePage(look, 'forgotten', {
        username: account,
        signInPath: '/sign-in',
        problem: problemOf({ reason: 'mail_throttled', retryAfter: 1_800 }, look),
        ...form,
      }),
    'mail-code': () => mailCodePage(look, { signInPath: '/sign-in', ...form }),
    'mail-code-wrong': () =>
      mailCodePage(look, { signInPath: '/sign-in', problem: problemOf({ reason: 'mail_code_wrong' }, look), ...form }),
    'verify-address': () => verifyPage(look, { address: account, ...form }),
    'mail-sent': () => noticePage(look, { notice: 'mailSent', link: { path: '/sign-in', to: 'signIn' } }),
    profile: () =>
      profilePage(look, {
        fields: ['email', 'name', 'locale'],
        values: { email: account, name: given('Ada'), locale: 'en' },
        cancelPath: '/account',
        ...form,
      }),
    'sign-in': () =>
      signInPage(look, { clientName, keep: { isChecked: false }, forgottenPath: '/forgotten-password', ...form }),
    'sign-in-wrong': () =>
      signInPage(look, {
        clientName,
        username: account,
        keep: { isChecked: true },
        refusal: { reason: 'credentials_wrong' },
        ...form,
      }),
    'sign-in-throttled': () =>
      signInPage(look, {
        clientName,
        username: account,
        refusal: { reason: 'sign_in_throttled', retryAfter: 600 },
        ...form,
      }),
    'sign-in-all-ways': () =>
      signInPage(look, {
        clientName,
        keep: { isChecked: false },
        providers,
        passkey,
        registerPath: '/register',
        ...form,
      }),
    'sign-in-without-passwords': () =>
      signInPage(look, { clientName, hasPasswords: false, providers, passkey, ...form }),
    'sign-in-needs-passkey': () =>
      signInPage(look, { clientName, hasPasswords: false, needsPasskey: true, passkey, ...form }),
    'signed-in': () => signedInPage(look, [], '/account'),
    'second-factor': () => secondFactorPage(look, { kind: 'code', account, otherPath: '?recovery', ...form }),
    'second-factor-wrong': () =>
      secondFactorPage(look, {
        kind: 'code',
        account,
        otherPath: '?recovery',
        problem: { text: look.text('problem.codeWrong'), field: 'code' },
        ...form,
      }),
    'recovery-code': () => secondFactorPage(look, { kind: 'recovery', account, otherPath: '?code', ...form }),
    consent: () =>
      consentPage(look, {
        clientName,
        redirectUri: 'https://photos.example.com/callback',
        scope: ['openid', 'profile', 'email', 'offline_access', 'albums:read', 'albums:share'],
        descriptions: { 'albums:read': given('See your albums') },
        account,
        otherAccountPath: '/choose',
        privacyUri: 'https://photos.example.com/privacy',
        termsUri: 'https://photos.example.com/terms',
        ...form,
      }),
    'consent-unverified': () =>
      consentPage(look, {
        clientName: given('Notes CLI'),
        redirectUri: 'http://127.0.0.1:8123/callback',
        scope: ['openid', given('notes:write')],
        isUnverified: true,
        clientHost: 'notes.example.com',
        isLoopbackOnly: true,
        account,
        otherAccountPath: '/choose',
        ...form,
      }),
    'consent-details': () =>
      consentPage(look, {
        clientName: given('Harbor Shop'),
        redirectUri: 'https://shop.example.com/callback',
        scope: ['openid'],
        details: [
          {
            type: 'payment',
            sentence: ['Pay ', { value: '12.50' }, ' ', { value: 'EUR' }, ' to ', { value: given('Merchant A') }],
            others: [
              { name: 'note', value: given('Order 4711, two lamps') },
              { name: 'locations', value: 'https://api.example.com/payments' },
            ],
          },
          { type: given('gone'), others: [{ name: given('member'), value: given('value') }] },
        ],
        account,
        otherAccountPath: '/choose',
        ...form,
      }),
    'user-code': () =>
      userCodePage(look, {
        userCode: given('bcd fgh jkx'),
        problem: { text: look.text('device.unknown'), field: 'user_code' },
        ...form,
      }),
    'device-consent': () =>
      deviceConsentPage(look, {
        clientName: given('Harbor Photos for television'),
        userCode: 'BCD-FGH-JKL',
        scope: ['openid', 'profile', 'albums:read'],
        descriptions: { 'albums:read': given('See your albums') },
        account,
        otherAccountPath: '/choose',
        askedFrom: '203.0',
        askedAgo: look.ago(now - 90, now),
        ...form,
      }),
    'device-allowed': () => noticePage(look, { notice: 'deviceAllowed' }),
    'choose-account': () =>
      chooseAccountPage(look, {
        clientName,
        accounts: [
          { value: 'ada', name: given('Ada Lovelace'), detail: account },
          { value: 'charles', name: given('Charles Babbage'), detail: given('charles@example.com') },
        ],
        ...form,
      }),
    'change-account': () =>
      changeAccountPage(look, {
        current: account,
        account: given('charles@example.com'),
        providerName: given('Google'),
        confirmPath: '/upstream/google/confirm',
        stayPath: '/account',
        carried: { state: 'a-state' },
        ...form,
      }),
    account: () =>
      accountPage(look, {
        account,
        now,
        done: look.text('done.passkeyAdded'),
        signOutPath: '/sign-out',
        profile: { address: account, isConfirmed: true, path: '/account/profile', exportPath: '/account/export' },
        password: { isSet: true, path: '/account/password' },
        passkeys: {
          list: [
            { id: '1', name: given('My phone'), createdAt: now - 90 * day, lastUsedAt: now - 3 * day },
            { id: '2', name: given('Key on my ring'), createdAt: now - 3_600 },
          ],
          addPath: '/account/passkeys',
        },
        totp: { isOn: true, codesLeft: 7, setupPath: '/account/totp', newCodesPath: '/account/codes' },
        sessions: [
          { id: '1', isThisDevice: true, device: given('Firefox on Linux'), signedInAt: now - 600 },
          {
            id: '2',
            isThisDevice: false,
            device: given('Safari on iPhone'),
            signedInAt: now - 5 * day,
            lastUsedAt: now - day,
          },
          { id: '3', isThisDevice: false, signedInAt: now - 20 * day },
        ],
        apps: [{ id: 'photos', clientName, allowedAt: now - 40 * day, scope: ['openid', 'email'] }],
        linked: [{ id: '1', provider: given('Google'), name: account }],
        ...form,
      }),
    'account-new': () =>
      accountPage(look, {
        account,
        now,
        signOutPath: '/sign-out',
        profile: { address: undefined, isConfirmed: false, exportPath: '/account/export' },
        password: { isSet: false, path: '/account/password' },
        passkeys: { list: [], addPath: '/account/passkeys' },
        totp: { isOn: false, codesLeft: 0, setupPath: '/account/totp', newCodesPath: '/account/codes' },
        sessions: [{ id: '1', isThisDevice: true, signedInAt: now }],
        apps: [],
        problem: problemOf({ reason: 'form_token_invalid' }, look),
        ...form,
      }),
    'totp-setup': () =>
      totpSetupPage(look, {
        secret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP',
        uri,
        qrCode: renderSVG(uri, { border: 0 }),
        cancelPath: '/account',
        ...form,
      }),
    'recovery-codes': () =>
      recoveryCodesPage(look, {
        codes: Array.from(
          { length: 10 },
          (_, index) => `${'ABCDEFGHJK'[index]}7KQ-4M${'NPQRSTVWXY'[index]}2-9XTD-5HRC-W3E8-6JZM`,
        ),
        continuePath: '/account',
      }),
    'passkey-setup': () =>
      passkeySetupPage(look, { ceremony: passkey, suggestedName: given('Linux'), skipPath: '/account', ...form }),
    'invitation-without-passwords': () =>
      passkeySetupPage(look, {
        ceremony: passkey,
        account,
        suggestedName: given('Linux'),
        unavailable: look.text('passkey.unavailableForLink'),
        ...form,
      }),
    invitation: () =>
      setPasswordPage(look, {
        purpose: 'first',
        account,
        minimumLength: 10,
        alternative: passkeyForm(look, passkey, form.formToken, look.text('passkey.submit')),
        scripts: [passkey.script],
        ...form,
      }),
    'set-password': () => setPasswordPage(look, { purpose: 'first', account, minimumLength: 10, ...form }),
    'change-password': () =>
      setPasswordPage(look, {
        purpose: 'change',
        account,
        minimumLength: 10,
        cancelPath: '/account',
        problem: { text: look.text('problem.passwordTooShort', { count: '10' }), field: 'password' },
        ...form,
      }),
    register: () =>
      registrationPage(look, {
        fields: ['username', 'email', 'name'],
        values: { username: account, email: account, name: given('Ada') },
        problem: { text: look.text('problem.usernameTaken'), field: 'username' },
        minimumLength: 10,
        signInPath: '/sign-in',
        ...form,
      }),
    'invitation-expired': () => noticePage(look, { notice: 'invitationExpired', status: 410 }),
    'sign-out': () =>
      signOutPage(look, {
        sent: { values: new Map([['state', [given('state')]]]), duplicated: new Set(), malformed: new Set() },
        isAboutSeveral: true,
        ...form,
      }),
    'signed-out': () => signedOutPage(look, []),
    'form-post': () => formPostPage(look, 'https://photos.example.com/callback', [['state', given('state')]]),
    error: () => errorPage({ reason: 'redirect_uri_not_registered' }, 'https://sign-in.example.com', look),
    'error-ours': () => errorPage({ reason: 'server_error' }, 'https://sign-in.example.com', look),
  };
}
