import type { MailTexts } from './en.ts';

export const de: MailTexts = {
  hello: 'Hallo {account},',
  linkBelow: 'Wenn die Schaltfläche nicht funktioniert, öffnen Sie diese Adresse im Browser:',
  footer: 'Sie erhalten diese E-Mail wegen eines Kontos bei {service}. Antworten darauf liest niemand.',

  forgottenSubject: 'Neues Passwort für {service}',
  forgottenText:
    'Für Ihr Konto bei {service} wurde ein neues Passwort angefordert, von einer Adresse, die mit {place} beginnt.',
  forgottenButton: 'Neues Passwort festlegen',
  forgottenLimit: 'Der Link gilt einmal, 30 Minuten lang und bis Sie einen neuen anfordern.',
  forgottenNotYou: 'Wenn Sie das nicht waren, brauchen Sie nichts zu tun. Ihr Passwort bleibt, wie es ist.',

  verifySubject: 'Bestätigen Sie Ihre Adresse für {service}',
  verifyText:
    'Bestätigen Sie, dass {address} Ihre Adresse ist. Dann können Sie sich damit bei {service} anmelden und E-Mails erhalten.',
  verifyButton: 'Adresse bestätigen',
  verifyLimit: 'Der Link gilt einmal und 24 Stunden lang.',
  verifyNotYou: 'Wenn Sie kein Konto bei {service} haben, brauchen Sie nichts zu tun.',

  codeSubject: 'Ihr Code für {service}',
  codeText: 'Jemand möchte sich bei {service} mit einem Code anmelden, von einer Adresse, die mit {place} beginnt.',
  codeLimit:
    'Geben Sie ihn innerhalb von zehn Minuten in dem Browser ein, in dem Sie ihn angefordert haben, und sagen Sie ihn niemandem.',
  codeNotYou: 'Wenn Sie das nicht waren, brauchen Sie nichts zu tun.',

  invitationSubject: 'Einladung zu {service}',
  invitationText: 'Für Sie wurde ein Konto bei {service} angelegt: {account}.',
  invitationButton: 'Konto einrichten',
  invitationLimit: 'Der Link gilt einmal, bis {time}. Er meldet Sie an: Geben Sie ihn nicht weiter.',

  removalSubject: 'Ihr Konto bei {service} wird gelöscht',
  removalText: 'Ihr Konto ist gesperrt und wird am {time} gelöscht. Bis dahin können Sie es behalten.',
  removalButton: 'Konto behalten',
  removalNotYou: 'Wenn Sie es nicht selbst gelöscht haben, behalten Sie es und legen Sie ein neues Passwort fest.',

  noticeSubject: 'Ihr Konto bei {service}: {what}',
  noticeText: 'In Ihrem Konto ist Folgendes geschehen: {what}.',
  noticeDevice: 'Gerät: {device}',
  noticePlace: 'Von einer Adresse, die mit {place} beginnt',
  noticeTime: 'Zeit: {time}',
  noticeFine: 'Wenn Sie das waren, brauchen Sie nichts zu tun.',
  noticeButton: 'Das war ich nicht',
  noticeNotYou:
    'Wenn Sie das nicht waren, benutzen Sie innerhalb von 24 Stunden die Schaltfläche. Sie legen dann ein neues Passwort fest, und alle anderen werden abgemeldet.',

  newDevice: 'Anmeldung mit einem neuen Gerät',
  passwordChanged: 'Passwort geändert',
  passkeyAdded: 'Passkey hinzugefügt',
  passkeyRemoved: 'Passkey entfernt',
  authenticatorAdded: 'Authenticator-App hinzugefügt',
  authenticatorRemoved: 'Authenticator-App entfernt',
  codesRenewed: 'Neue Wiederherstellungscodes erstellt',
  linkAdded: 'Anmeldung über einen anderen Anbieter hinzugefügt',
  linkRemoved: 'Anmeldung über einen anderen Anbieter entfernt',
  addressChanged: 'E-Mail-Adresse geändert',
};
