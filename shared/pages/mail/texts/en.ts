/** What mails say, in English. Every other language has the same keys, and the same names in braces. */
export const en = {
  hello: 'Hello {account},',
  linkBelow: 'If the button does not work, open this address in your browser:',
  footer: 'This email was sent because of an account at {service}. Nobody reads replies to it.',

  forgottenSubject: 'Set a new password for {service}',
  forgottenText:
    'Somebody asked for a new password for your account at {service}, from an address that begins with {place}.',
  forgottenButton: 'Set a new password',
  forgottenLimit: 'The link works once, within 30 minutes, until you ask for another one.',
  forgottenNotYou: 'If it was not you, do nothing. Your password stays as it is.',

  verifySubject: 'Confirm your address for {service}',
  verifyText: 'Confirm that {address} is your address, so that you can sign in to {service} with it and receive email.',
  verifyButton: 'Confirm the address',
  verifyLimit: 'The link works once, within 24 hours.',
  verifyNotYou: 'If you have no account at {service}, do nothing.',

  codeSubject: 'Your code for {service}',
  codeText: 'Somebody wants to sign in to {service} with a code, from an address that begins with {place}.',
  codeLimit: 'Enter it in the browser in which you asked for it, within ten minutes, and tell it to nobody.',
  codeNotYou: 'If it was not you, do nothing.',

  invitationSubject: 'You are invited to {service}',
  invitationText: 'Somebody has made an account for you at {service}: {account}.',
  invitationButton: 'Set up the account',
  invitationLimit: 'The link works once, until {time}. It signs you in: pass it on to nobody.',

  removalSubject: 'Your account at {service} will be deleted',
  removalText: 'Your account is disabled, and will be deleted on {time}. Until then you can keep it.',
  removalButton: 'Keep the account',
  removalNotYou: 'If it was not you who deleted it, keep it and set a new password.',

  noticeSubject: 'Your account at {service}: {what}',
  noticeText: 'This was done in your account: {what}.',
  noticeDevice: 'Device: {device}',
  noticePlace: 'From an address that begins with {place}',
  noticeTime: 'Time: {time}',
  noticeFine: 'If it was you, there is nothing to do.',
  noticeButton: 'This was not me',
  noticeNotYou:
    'If it was not you, use the button within 24 hours. You then set a new password, and everybody is signed out of your account.',

  newDevice: 'a sign-in with a new device',
  passwordChanged: 'the password was changed',
  passkeyAdded: 'a passkey was added',
  passkeyRemoved: 'a passkey was removed',
  authenticatorAdded: 'an authenticator app was added',
  authenticatorRemoved: 'the authenticator app was removed',
  codesRenewed: 'new recovery codes were made',
  linkAdded: 'a sign-in with another provider was added',
  linkRemoved: 'the sign-in with another provider was removed',
  addressChanged: 'the email address was changed',
};

export type MailTexts = Record<keyof typeof en, string>;
