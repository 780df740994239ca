import type { Texts } from './en.ts';

export const de: Texts = {
  'common.continue': 'Weiter',
  'common.cancel': 'Abbrechen',
  'common.or': 'oder',
  'common.errorTitle': 'Fehler: {title}',

  'signIn.title': 'Anmelden',
  'signIn.titleAgain': 'Nicht angemeldet: bitte noch einmal',
  'signIn.intro': 'Geben Sie Ihren Benutzernamen und Ihr Passwort ein.',
  'signIn.introClient': 'Geben Sie Ihren Benutzernamen und Ihr Passwort ein, um zu {client} zu gelangen.',
  'signIn.introChoose': 'Wählen Sie, wie Sie sich anmelden möchten.',
  'signIn.introChooseClient': 'Wählen Sie, wie Sie sich anmelden möchten, um zu {client} zu gelangen.',
  'signIn.username': 'Benutzername',
  'signIn.usernameOrEmail': 'Benutzername oder E-Mail-Adresse',
  'signIn.password': 'Passwort',
  'signIn.showPassword': 'Passwort anzeigen',
  'signIn.hidePassword': 'Passwort verbergen',
  'signIn.keep': 'Angemeldet bleiben',
  'signIn.keepHint': 'Nur auf einem Gerät, das Ihnen allein gehört.',
  'signIn.submit': 'Anmelden',
  'signIn.passkey': 'Mit einem Passkey anmelden',
  'signIn.needsPasskey':
    'Diese App verlangt einen Passkey. Wenn Sie noch keinen haben, fügen Sie in Ihrem Konto einen hinzu, kehren Sie dann zur App zurück und melden Sie sich erneut an. {link}',
  'signIn.provider': 'Weiter mit {provider}',
  'signIn.register': 'Noch kein Konto? {link}',
  'signIn.registerLink': 'Konto anlegen',
  'signIn.forgotten': 'Passwort vergessen?',
  'signIn.mailCode': 'Mit einem Code per E-Mail anmelden',
  'signIn.confirmTitle': 'Bestätigen Sie, dass Sie es sind',
  'signIn.confirmText': 'Für den nächsten Schritt müssen Sie sich anmelden, auch wenn Sie schon angemeldet sind.',
  'signIn.confirmByCode':
    'Für den nächsten Schritt müssen Sie sich mit Ihrem Passwort und einem Code Ihrer Authenticator-App anmelden oder mit einem Passkey.',

  'signedIn.title': 'Sie sind angemeldet',
  'signedIn.text': 'Sie können diese Seite schließen oder zu der App zurückgehen, von der Sie gekommen sind.',
  'signedIn.account': 'Zu Ihrem Konto',

  'signOut.title': 'Abmelden',
  'signOut.question': 'Möchten Sie sich abmelden?',
  'signOut.text':
    'Sobald eine App Sie das nächste Mal dazu auffordert, müssen Sie sich wieder anmelden. Um angemeldet zu bleiben, schließen Sie diese Seite.',
  'signOut.several': 'Damit werden alle Konten in diesem Browser abgemeldet.',
  'signOut.submit': 'Abmelden',
  'signedOut.title': 'Sie sind abgemeldet',
  'signedOut.text':
    'Sie können diese Seite schließen. Apps, die Sie vorher benutzt haben, kennen Sie vielleicht noch, bis Sie sich auch dort abmelden.',
  'signedOut.notReturned':
    'Die App wollte Sie an eine Adresse weiterleiten, die für sie nicht registriert ist. Deshalb bleiben Sie hier.',
  'signedOut.appUnknown':
    'Die App wollte Sie auf eine andere Seite weiterleiten, hat aber nicht gesagt, welche App sie ist. Deshalb bleiben Sie hier.',

  'forgotten.title': 'Neues Passwort festlegen',
  'forgotten.text':
    'Geben Sie Ihren Benutzernamen oder Ihre E-Mail-Adresse ein. Wenn es ein Konto mit einer bekannten Adresse gibt, erhält sie eine E-Mail mit einem Link.',
  'forgotten.submit': 'E-Mail senden',
  'verify.title': 'Adresse bestätigen',
  'verify.text': 'Ist {address} Ihre Adresse, und haben Sie sie hier eingegeben?',
  'verify.submit': 'Ja, bestätigen',
  'mailCode.title': 'Mit einem Code per E-Mail anmelden',
  'mailCode.text':
    'Geben Sie Ihren Benutzernamen oder Ihre E-Mail-Adresse ein. Wenn es ein Konto mit einer bekannten Adresse gibt, erhält sie eine E-Mail mit einem Code.',
  'mailCode.submit': 'Code senden',
  'mailCode.enterTitle': 'Code eingeben',
  'mailCode.enterText':
    'Wenn es ein solches Konto gibt, ist eine E-Mail mit einem Code unterwegs. Geben Sie ihn innerhalb von zehn Minuten hier in diesem Browser ein.',
  'mailCode.again': 'Neuen Code anfordern',

  'code.title': 'Code eingeben',
  'code.intro': 'Öffnen Sie Ihre Authenticator-App und geben Sie den Code ein, den sie zeigt.',
  'code.introAccount': 'Öffnen Sie Ihre Authenticator-App und geben Sie den Code ein, den sie für {account} zeigt.',
  'code.label': 'Code',
  'code.toRecovery': 'Stattdessen einen Wiederherstellungscode verwenden',
  'recovery.title': 'Wiederherstellungscode eingeben',
  'recovery.intro':
    'Geben Sie einen der Wiederherstellungscodes ein, die Sie beim Einrichten Ihrer Authenticator-App aufgehoben haben. Jeder gilt einmal.',
  'recovery.label': 'Wiederherstellungscode',
  'recovery.toCode': 'Stattdessen die Authenticator-App verwenden',

  'totp.title': 'Authenticator-App einrichten',
  'totp.scan': 'Scannen Sie dieses Bild mit Ihrer Authenticator-App.',
  'totp.picture': 'QR-Code, der den Schlüssel darunter enthält',
  'totp.link': 'Authenticator-App auf diesem Gerät öffnen',
  'totp.byHand': 'Wenn Sie es nicht scannen können, tippen Sie diesen Schlüssel in die App:',
  'totp.code': 'Code, den die App zeigt',
  'totp.submit': 'Einschalten',
  'codes.title': 'Heben Sie Ihre Wiederherstellungscodes auf',
  'codes.intro':
    'Wenn Sie Ihr Telefon verlieren, kommen Sie mit jedem dieser Codes einmal hinein. Schreiben oder drucken Sie sie jetzt ab: Sie werden nicht noch einmal gezeigt.',
  'codes.save': 'Als Textdatei speichern',
  'codes.done': 'Ich habe sie aufgehoben',

  'passkey.title': 'Passkey hinzufügen',
  'passkey.intro':
    'Mit einem Passkey melden Sie sich mit Ihrem Fingerabdruck, Ihrem Gesicht oder der PIN Ihres Geräts an. Sie müssen sich nichts merken, und niemand kann Ihnen etwas stehlen.',
  'passkey.name': 'Name des Passkeys',
  'passkey.nameHint': 'Damit Sie ihn wiedererkennen, zum Beispiel „Mein Telefon“.',
  'passkey.submit': 'Passkey hinzufügen',
  'passkey.skip': 'Nicht jetzt',
  'passkey.unavailable': 'Dieser Browser kann keine Passkeys anlegen, oder JavaScript ist ausgeschaltet.',
  'passkey.unavailableForLink':
    'Schalten Sie JavaScript ein und laden Sie die Seite neu, oder öffnen Sie Ihren Link in einem anderen Browser oder auf Ihrem Telefon: Er ist noch nicht verbraucht.',

  'consent.title': 'Darf {client} Ihr Konto verwenden?',
  'consent.list': 'Wenn Sie es erlauben, kann {client}:',
  'consent.host': 'Danach gelangen Sie zu {host}.',
  'consent.thisDevice':
    'Danach gelangen Sie zu einem Programm auf diesem Gerät. Erlauben Sie es nur, wenn Sie dieses Programm gerade gestartet haben.',
  'consent.describedAt': 'Sie beschreibt sich unter {host}.',
  'consent.loopbackOnly':
    'Wir wissen nur, dass die App auf diesem Gerät läuft, und das kann jedes Programm hier behaupten. Erlauben Sie {client} nur, wenn Sie die App gerade selbst gestartet haben.',
  'consent.unverified':
    'Niemand hat geprüft, von wem {client} stammt. Erlauben Sie es nur, wenn Sie die App kennen und ihr vertrauen.',
  'consent.signedInAs': 'Sie sind als {account} angemeldet.',
  'consent.otherAccount': 'Anderes Konto verwenden',
  'consent.allow': 'Erlauben',
  'consent.deny': 'Nicht erlauben',
  'consent.revocable': 'Sie können das in Ihrem Konto jederzeit zurücknehmen.',
  'consent.privacy': 'Datenschutzerklärung',
  'consent.terms': 'Nutzungsbedingungen',
  'scope.openid': 'Sie anmelden und beim nächsten Mal wiedererkennen',
  'scope.profile': 'Ihren Namen und Ihr Profil sehen',
  'scope.email': 'Ihre E-Mail-Adresse sehen',
  'scope.address': 'Ihre Postanschrift sehen',
  'scope.phone': 'Ihre Telefonnummer sehen',
  'scope.offline_access': 'den Zugriff behalten, auch wenn Sie die App nicht benutzen',
  'scope.manageRead': 'die Einstellungen dieses Servers sehen: Clients, Berechtigungen und Richtlinie',
  'scope.manageWrite': 'die Einstellungen dieses Servers ändern',
  'scope.manageDelegate': 'bestimmen, welche Apps die Einstellungen dieses Servers ändern dürfen',
  'scope.other': 'die Berechtigung {scope} verwenden',
  'consent.detail': 'mit {name}: {value}',
  'consent.claim': '{claim} in Ihrem Konto sehen',

  'device.title': 'Gerät verbinden',
  'device.intro': 'Geben Sie den Code ein, den das Gerät anzeigt.',
  'device.hint': 'Neun Buchstaben. Groß- und Kleinschreibung und Bindestriche sind egal.',
  'device.check':
    'Machen Sie nur weiter, wenn Ihr Gerät den Code {code} anzeigt und Sie das dort gerade selbst begonnen haben. Verwenden Sie nie einen Code, den Ihnen jemand geschickt hat.',
  'device.asked': 'Das Gerät hat {when} gefragt, von einer Adresse, die mit {place} beginnt.',
  'device.unknown':
    'Diesen Code kennen wir nicht. Prüfen Sie ihn, oder lassen Sie das Gerät einen neuen anzeigen: Ein Code gilt zehn Minuten.',
  'device.throttled.one': 'Zu viele Codes waren falsch. Warten Sie eine Minute und versuchen Sie es dann noch einmal.',
  'device.throttled.other':
    'Zu viele Codes waren falsch. Warten Sie {count} Minuten und versuchen Sie es dann noch einmal.',

  'choose.title': 'Konto wählen',
  'choose.intro': 'Wählen Sie das Konto, mit dem Sie weitermachen möchten.',
  'choose.introClient': 'Wählen Sie das Konto, mit dem Sie zu {client} gelangen möchten.',
  'choose.new': 'Anderes Konto verwenden',

  'change.title': 'Konto wechseln?',
  'change.text': 'Sie sind als {current} angemeldet. {provider} hat Sie jetzt als {account} angemeldet.',
  'change.submit': 'Weiter als {account}',
  'change.stay': 'Als {current} angemeldet bleiben',

  'account.title': 'Ihr Konto',
  'account.signedInAs': 'Sie sind als {account} angemeldet.',
  'account.signOut': 'Abmelden',
  'account.profile': 'Über Sie',
  'account.noAddress': 'Wir kennen keine E-Mail-Adresse von Ihnen.',
  'account.address': 'Ihre E-Mail-Adresse ist {address}.',
  'account.addressUnconfirmed': 'Ihre E-Mail-Adresse ist {address}. Sie haben sie noch nicht bestätigt.',
  'account.changeProfile': 'Ändern',
  'account.export': 'Alles herunterladen, was über Sie gespeichert ist',
  'account.password': 'Passwort',
  'account.changePassword': 'Passwort ändern',
  'account.setPassword': 'Passwort festlegen',
  'account.hasPassword': 'Sie können sich mit einem Passwort anmelden.',
  'account.noPassword': 'Sie haben kein Passwort.',
  'account.sessions': 'Wo Sie angemeldet sind',
  'account.thisDevice': 'Dieses Gerät',
  'account.unknownDevice': 'Ein anderes Gerät',
  'account.signedIn': 'Angemeldet {when}',
  'account.signedInFor': 'für {app}',
  'account.signedInFrom': 'von einer Adresse, die mit {place} beginnt',
  'account.endSession': 'Abmelden',
  'account.endSessionNamed': 'Abmelden: {name}',
  'account.endOthers': 'Überall sonst abmelden',
  'account.mayEndOthers':
    'Wenn vielleicht noch jemand anders bei Ihrem Konto angemeldet ist, melden Sie sich überall sonst ab. Apps müssen Sie dann neu fragen.',
  'account.apps': 'Apps mit Zugriff',
  'account.noApps': 'Keine App hat Zugriff auf Ihr Konto.',
  'account.allowed': 'Erlaubt {when}',
  'account.acted': 'Handelte {when} für Sie',
  'account.revoke': 'Zugriff entziehen',
  'account.revokeNamed': 'Zugriff entziehen: {name}',
  'account.passkeys': 'Ihre Passkeys',
  'account.noPasskeys':
    'Sie haben keinen Passkey. Mit einem Passkey melden Sie sich ohne Passwort an, leichter und sicherer.',
  'account.added': 'Hinzugefügt {when}',
  'account.used': 'zuletzt benutzt {when}',
  'account.neverUsed': 'nie benutzt',
  'account.name': 'Bezeichnung',
  'account.rename': 'Umbenennen',
  'account.renameNamed': 'Umbenennen: {name}',
  'account.remove': 'Entfernen',
  'account.removeNamed': 'Entfernen: {name}',
  'account.addPasskey': 'Passkey hinzufügen',
  'account.totp': 'Authenticator-App',
  'account.totpOn': 'Eingeschaltet. Nach Ihrem Passwort werden Sie nach einem Code gefragt.',
  'account.totpOff': 'Ausgeschaltet. Mit ihr kann sich niemand allein mit Ihrem Passwort anmelden.',
  'account.turnOn': 'Einrichten',
  'account.turnOff': 'Ausschalten',
  'account.codesLeft.one': 'Sie haben noch {count} Wiederherstellungscode.',
  'account.codesLeft.other': 'Sie haben noch {count} Wiederherstellungscodes.',
  'account.newCodes': 'Neue Wiederherstellungscodes',
  'account.link': 'Ein Konto bei {provider} verknüpfen',
  'account.linked': 'Verknüpfte Konten',
  'account.unlink': 'Verknüpfung lösen',
  'account.unlinkNamed': 'Verknüpfung lösen: {name}',

  'profile.givenName': 'Vorname',
  'profile.familyName': 'Nachname',
  'profile.nickname': 'Spitzname',
  'profile.locale': 'Sprache',
  'profile.zoneinfo': 'Zeitzone',
  'profile.birthdate': 'Geburtsdatum',
  'profile.website': 'Webseite',
  'profile.emailHint': 'Sie erhalten dort eine E-Mail, um sie zu bestätigen.',
  'profile.submit': 'Speichern',
  'removal.title': 'Konto löschen',
  'removal.text.one':
    'Ihr Konto wird sofort gesperrt und morgen mit allem darin gelöscht. Bis dahin können Sie es mit einem Link in einer E-Mail behalten.',
  'removal.text.other':
    'Ihr Konto wird sofort gesperrt und in {count} Tagen mit allem darin gelöscht. Bis dahin können Sie es mit einem Link in einer E-Mail behalten.',
  'removal.noAddress':
    'Sie haben keine bestätigte Adresse. Deshalb erreicht Sie keine E-Mail, mit der Sie es behalten können.',
  'removal.submit': 'Löschen',
  'removal.keepTitle': 'Konto behalten',
  'removal.keepText': 'Ihr Konto soll gelöscht werden. Wenn Sie es behalten, können Sie sich wieder anmelden.',

  'done.passwordChanged': 'Ihr Passwort ist geändert.',
  'done.profileSaved': 'Ihre Änderungen sind gespeichert.',
  'done.addressAsked': 'Sehen Sie in Ihr Postfach: Die neue Adresse gilt, sobald Sie sie bestätigt haben.',
  'done.reset':
    'Alle wurden von Ihrem Konto abgemeldet. Prüfen Sie, wie man hineinkommt: Entfernen Sie jeden Passkey, jede App und jedes verknüpfte Konto, das nicht Ihres ist.',
  'done.sessionEnded': 'Das Gerät ist abgemeldet.',
  'done.sessionsEnded': 'Alle Ihre anderen Geräte sind abgemeldet.',
  'done.accessRemoved': 'Die App hat keinen Zugriff mehr.',
  'done.passkeyAdded': 'Der Passkey ist hinzugefügt.',
  'done.passkeyRenamed': 'Der Passkey hat seinen neuen Namen.',
  'done.passkeyRemoved': 'Der Passkey ist entfernt.',
  'done.totpOn': 'Die Authenticator-App ist eingerichtet.',
  'done.totpOff': 'Die Authenticator-App ist ausgeschaltet.',
  'done.codesRenewed': 'Sie haben neue Wiederherstellungscodes. Die alten gelten nicht mehr.',
  'done.linked': 'Das Konto ist verknüpft. Ab jetzt können Sie sich damit anmelden.',
  'done.unlinked': 'Das Konto ist nicht mehr verknüpft.',

  'password.choose': 'Wählen Sie ein Passwort',
  'password.chooseFor': 'Sie melden sich künftig als {account} an.',
  'password.change': 'Passwort ändern',
  'password.current': 'Bisheriges Passwort',
  'password.new': 'Neues Passwort',
  'password.rule': 'Mindestens {count} Zeichen. Mehrere Wörter hintereinander sind ein gutes Passwort.',
  'password.submit': 'Passwort speichern',
  'password.everything':
    'Dieser Link entfernt auch alle anderen Wege, sich anzumelden: Passkeys, verknüpfte Konten und die Authenticator-App mit ihren Wiederherstellungscodes.',
  'password.recent':
    'Dieser Link entfernt auch die Passkeys und verknüpften Konten, die zuletzt hinzugefügt wurden: {ways}',

  'register.title': 'Konto anlegen',
  'register.email': 'E-Mail-Adresse',
  'register.name': 'Ihr Name',
  'register.submit': 'Konto anlegen',
  'register.haveOne': 'Sie haben schon ein Konto? {link}',

  'notice.invitationUsed': 'Diese Einladung wurde schon benutzt',
  'notice.invitationUsedText':
    'Wenn Sie das waren, melden Sie sich an. Wenn nicht, sagen Sie es der Person, die Sie eingeladen hat.',
  'notice.invitationExpired': 'Diese Einladung gilt nicht mehr',
  'notice.invitationExpiredText': 'Bitten Sie die Person, die Sie eingeladen hat, um eine neue.',
  'notice.invitationUnknown': 'Diese Einladung kennen wir nicht',
  'notice.invitationUnknownText':
    'Prüfen Sie, ob Sie die ganze Adresse geöffnet haben, oder bitten Sie um eine neue Einladung.',
  'notice.passwordSet': 'Ihr Passwort ist gesetzt',
  'notice.passwordSetText':
    'Sie wurden überall abgemeldet. Geben Sie einen Code ein, um zu sehen, welche Wege in Ihr Konto es gibt, und entfernen Sie, was nicht von Ihnen ist. Wenn die Authenticator-App nicht Ihre ist, bitten Sie die Person, von der Sie den Link haben, um einen, der alles entfernt.',
  'notice.resetBroken': 'Dieser Link ist nicht mehr gültig',
  'notice.resetBrokenText':
    'Er wurde schon benutzt oder ist zu alt. Bitten Sie die Person, von der Sie ihn haben, um einen neuen.',
  'notice.mailedLinkOver': 'Dieser Link gilt nicht mehr',
  'notice.mailedLinkOverText':
    'Er wurde benutzt, ist zu alt oder wurde durch einen neueren ersetzt. Sie können einen neuen anfordern.',
  'notice.mailSent': 'Sehen Sie in Ihr Postfach',
  'notice.mailSentText':
    'Wenn es ein solches Konto gibt, ist eine E-Mail mit einem Link unterwegs. Das kann einige Minuten dauern. Wenn keine kommt, sehen Sie im Spam-Ordner nach oder fragen Sie die Betreiber dieses Dienstes.',
  'notice.mailOff': 'Hier werden keine E-Mails versendet',
  'notice.mailOffText':
    'Bitten Sie die Betreiber dieses Dienstes um einen Link, mit dem Sie ein neues Passwort festlegen oder Ihre Adresse bestätigen können.',
  'notice.verified': 'Ihre Adresse ist bestätigt',
  'notice.verifiedText': 'Sie können sich ab jetzt damit anmelden und erhalten dort E-Mails zu Ihrem Konto.',
  'notice.verifyBroken': 'Dieser Link gilt nicht mehr',
  'notice.verifyBrokenText':
    'Er wurde benutzt, ist zu alt oder wurde durch einen neueren ersetzt. Wenn Ihre Adresse noch nicht bestätigt ist, fordern Sie in Ihrem Konto eine neue E-Mail an.',
  'notice.addressTaken': 'Diese Adresse gehört zu einem anderen Konto',
  'notice.addressTakenText': 'Melden Sie sich bei jenem Konto an oder legen Sie ein neues Passwort dafür fest.',
  'notice.linkBroken': 'Diese Seite gilt nicht mehr',
  'notice.linkBrokenText': 'Gehen Sie zu der App zurück, von der Sie gekommen sind, und versuchen Sie es noch einmal.',
  'notice.noPage': 'Hier ist keine Seite',
  'notice.noPageText': 'Prüfen Sie die Adresse, oder gehen Sie zu Ihrem Konto.',
  'notice.accountRemoved': 'Ihr Konto wird gelöscht',
  'notice.accountRemovedText':
    'Sie sind überall abgemeldet. Wenn Sie es sich anders überlegen, benutzen Sie den Link in der E-Mail, die unterwegs ist.',
  'notice.accountRemovedUntold': 'Ihr Konto wird gelöscht',
  'notice.accountRemovedUntoldText':
    'Sie sind überall abgemeldet. Sie haben keine bestätigte Adresse, deshalb wird Ihnen nichts zugeschickt.',
  'notice.accountKept': 'Ihr Konto bleibt',
  'notice.accountKeptText': 'Sie können sich wieder anmelden.',
  'notice.keepOver': 'Dieses Konto kann nicht mehr behalten werden',
  'notice.keepOverText': 'Der Link ist zu alt, oder das Konto bleibt schon: Versuchen Sie, sich anzumelden.',
  'notice.deviceAllowed': 'Ihr Gerät ist verbunden',
  'notice.deviceAllowedText':
    'Sie können diese Seite schließen und zu Ihrem Gerät zurückkehren. Dort geht es gleich weiter.',
  'notice.deviceDenied': 'Das Gerät wurde nicht verbunden',
  'notice.deviceDeniedText': 'Es erhält keinen Zugriff auf Ihr Konto. Sie können diese Seite schließen.',
  'notice.deviceOff': 'Hier können Sie kein Gerät verbinden',
  'notice.deviceOffText':
    'Die Betreiber dieses Dienstes haben das nicht eingeschaltet. Melden Sie sich auf andere Weise bei der App an.',
  'notice.signIn': 'Anmelden',
  'notice.account': 'Zu Ihrem Konto',
  'notice.code': 'Code eingeben',
  'notice.forgotten': 'Neuen Link anfordern',

  'formPost.title': 'Zurück zur App',
  'formPost.text': 'Das dauert einen Augenblick. Wenn nichts geschieht, drücken Sie auf den Knopf.',

  'error.title': 'Von hier aus können Sie sich nicht anmelden',
  'error.text':
    'Die App hat uns eine Anfrage geschickt, der wir nicht trauen können. Deshalb haben wir Sie nicht angemeldet.',
  'error.advice':
    'Gehen Sie zur App zurück und versuchen Sie es noch einmal. Wenn Sie wieder hier landen, sagen Sie es denen, die die App machen.',
  'error.addressUnknown':
    'Die App hat nicht gesagt, wohin Sie danach gelangen sollen, oder eine Adresse genannt, die wir nicht kennen. Damit Ihr Konto sicher bleibt, haben wir Sie nicht angemeldet.',
  'error.clientUnknown':
    'Wir kennen die App nicht, die Sie hierher geschickt hat. Deshalb haben wir Sie nicht angemeldet.',
  'error.clientDocument':
    'Wir konnten nicht lesen, wie sich die App beschreibt, von der Sie kommen. Deshalb haben wir Sie nicht angemeldet.',
  'error.clientDisabled': 'Das Anmelden bei dieser App ist abgeschaltet.',
  'error.clientDisabledAdvice': 'Warum und wie lange, können Ihnen die sagen, die die App machen.',
  'error.oursTitle': 'Hier ist etwas schiefgegangen',
  'error.oursText': 'Weder Sie noch die App haben etwas falsch gemacht.',
  'error.oursAdvice': 'Warten Sie einen Augenblick, gehen Sie zur App zurück und versuchen Sie es noch einmal.',
  'error.formTitle': 'Bitte versuchen Sie es noch einmal',
  'error.formText':
    'Wir konnten nicht sicher sein, dass Sie dieses Formular geschickt haben. Deshalb wurde nichts geändert.',
  'error.formAdvice': 'Gehen Sie zurück, laden Sie die Seite neu und erlauben Sie ihre Cookies.',
  'error.throttledTitle': 'Bitte warten Sie ein wenig',
  'error.throttledAdvice': 'Sie müssen nichts tun als warten. Ihr Konto ist nicht gesperrt.',
  'error.registrationOff': 'Hier können Sie kein Konto anlegen',
  'error.registrationOffText': 'Konten legen die Personen an, die diesen Dienst betreiben.',
  'error.registrationOffAdvice': 'Bitten Sie sie um eine Einladung.',
  'error.providerUnknown': 'Auf diesem Weg kann man sich hier nicht anmelden.',
  'error.personAdvice': 'Gehen Sie zurück und versuchen Sie es noch einmal.',
  'error.again': 'Die Seite noch einmal öffnen',
  'error.detail': 'Für die, die die App machen',
  'error.more': 'Mehr über {reason}',

  'problem.credentialsWrong':
    'Der Benutzername oder das Passwort stimmt nicht. Prüfen Sie beides und versuchen Sie es noch einmal.',
  'problem.formToken':
    'Diese Seite war zu lange offen, oder Ihr Browser hat unser Cookie nicht behalten. Geben Sie Ihr Passwort noch einmal ein.',
  'problem.formTokenOther':
    'Diese Seite war zu lange offen, oder Ihr Browser hat unser Cookie nicht behalten. Versuchen Sie es noch einmal.',
  'problem.formUnreadable':
    'Was hierher geschickt wurde, war nicht zu lesen. Es wurde nichts geändert. Versuchen Sie es noch einmal.',
  'problem.throttled.one':
    'Es gab zu viele Versuche, sich anzumelden. Warten Sie eine Minute und versuchen Sie es dann noch einmal.',
  'problem.throttled.other':
    'Es gab zu viele Versuche, sich anzumelden. Warten Sie {count} Minuten und versuchen Sie es dann noch einmal.',
  'problem.registrations.one':
    'Von hier aus wurden zu viele Konten angefragt. Warten Sie eine Minute, und versuchen Sie es dann noch einmal.',
  'problem.registrations.other':
    'Von hier aus wurden zu viele Konten angefragt. Warten Sie {count} Minuten, und versuchen Sie es dann noch einmal.',
  'problem.regionUnavailable':
    'Apps aus einer anderen Region dieses Servers können hier fehlen. Was Sie beenden, endet auch dort.',
  'problem.mails.one':
    'Es wurden zu viele E-Mails angefordert. Warten Sie eine Minute und versuchen Sie es dann noch einmal.',
  'problem.mails.other':
    'Es wurden zu viele E-Mails angefordert. Warten Sie {count} Minuten und versuchen Sie es dann noch einmal.',
  'problem.nameMissing': 'Geben Sie Ihren Benutzernamen oder Ihre E-Mail-Adresse ein.',
  'problem.mailCodeWrong':
    'Dieser Code stimmt nicht, ist zu alt oder wurde zu oft versucht. Sehen Sie in die neueste E-Mail oder fordern Sie einen neuen Code an.',
  'problem.codeWrong': 'Dieser Code stimmt nicht, oder er ist zu alt. Geben Sie den ein, den die App jetzt zeigt.',
  'problem.codeUsed': 'Dieser Code wurde schon benutzt. Warten Sie, bis die App den nächsten zeigt.',
  'problem.recoveryCodeWrong':
    'Dieser Wiederherstellungscode stimmt nicht, oder er wurde schon benutzt. Versuchen Sie es mit einem anderen.',
  'problem.signInExpired': 'Das hat zu lange gedauert. Melden Sie sich von vorn an.',
  'problem.passkeyFailed':
    'Der Passkey hat nicht funktioniert. Versuchen Sie es noch einmal, oder melden Sie sich anders an.',
  'problem.passkeyUnknown':
    'Wir kennen diesen Passkey nicht. Versuchen Sie einen anderen, oder melden Sie sich anders an.',
  'problem.passkeyKnown': 'Dieses Gerät hat schon einen Passkey für Ihr Konto.',
  'problem.currentPasswordWrong': 'Das ist nicht Ihr bisheriges Passwort.',
  'problem.passwordChangedMeanwhile':
    'Das Passwort wurde inzwischen an anderer Stelle geändert. Melden Sie sich mit dem neuen an.',
  'problem.passwordTooShort': 'Dieses Passwort ist zu kurz. Es braucht mindestens {count} Zeichen.',
  'problem.passwordTooLong': 'Dieses Passwort ist zu lang.',
  'problem.passwordGuessable': 'Dieses Passwort ist leicht zu erraten. Wählen Sie ein anderes.',
  'problem.passwordCommon':
    'Dieses Passwort gehört zu den häufigsten, und die probieren Angreifer zuerst. Wählen Sie ein anderes.',
  'problem.usernameTaken': 'Diesen Benutzernamen gibt es schon. Wählen Sie einen anderen.',
  'problem.usernameMalformed':
    'Ein Benutzername hat höchstens 200 Buchstaben, Ziffern und Zeichen wie . und -, aber keine Leerzeichen und kein @.',
  'problem.emailMalformed': 'Das sieht nicht wie eine E-Mail-Adresse aus.',
  'problem.profileField': 'So kann das nicht gespeichert werden.',
  'problem.providerFailed':
    'Die Anmeldung mit {provider} hat nicht geklappt. Versuchen Sie es noch einmal, oder melden Sie sich anders an.',
  'problem.providerUnavailable':
    '{provider} antwortet gerade nicht. Versuchen Sie es später, oder melden Sie sich anders an.',
  'problem.providerDenied': 'Sie wurden nicht mit {provider} angemeldet, weil Sie oder {provider} abgelehnt haben.',
  'problem.providerNotFresh':
    '{provider} hat Sie nicht noch einmal gefragt, wer Sie sind. Das ist hier aber nötig. Melden Sie sich anders an.',
  'problem.providerNotLinked':
    'Mit diesem Konto bei {provider} ist hier keines verknüpft. Melden Sie sich anders an und verknüpfen Sie es in Ihrem Konto.',
  'problem.providerAddress':
    'Mit {provider} können sich hier nur bestätigte Adressen bestimmter Organisationen anmelden. Nehmen Sie dort ein anderes Konto, oder melden Sie sich anders an.',
  'problem.providerLinkedElsewhere':
    'Dieses Konto bei {provider} ist hier mit einem anderen Konto verknüpft. Lösen Sie die Verknüpfung zuerst dort.',
  'problem.lastWayIn': 'Anders können Sie sich nicht anmelden. Richten Sie zuerst einen zweiten Weg ein.',
};
