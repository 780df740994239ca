import type { Texts } from './en.ts';

export const fr: Texts = {
  'common.continue': 'Continuer',
  'common.cancel': 'Annuler',
  'common.or': 'ou',
  'common.errorTitle': 'Erreur : {title}',

  'signIn.title': 'Se connecter',
  'signIn.titleAgain': 'Connexion impossible : réessayez',
  'signIn.intro': 'Saisissez votre nom d’utilisateur et votre mot de passe.',
  'signIn.introClient': 'Saisissez votre nom d’utilisateur et votre mot de passe pour accéder à {client}.',
  'signIn.introChoose': 'Choisissez comment vous voulez vous connecter.',
  'signIn.introChooseClient': 'Choisissez comment vous voulez vous connecter pour accéder à {client}.',
  'signIn.username': 'Nom d’utilisateur',
  'signIn.usernameOrEmail': 'Nom d’utilisateur ou adresse e-mail',
  'signIn.password': 'Mot de passe',
  'signIn.keep': 'Rester connecté',
  'signIn.keepHint': 'Uniquement sur un appareil que vous êtes seul à utiliser.',
  'signIn.submit': 'Se connecter',
  'signIn.passkey': 'Se connecter avec une clé d’accès',
  'signIn.provider': 'Continuer avec {provider}',
  'signIn.register': 'Pas encore de compte ? {link}',
  'signIn.registerLink': 'Créer un compte',
  'signIn.forgotten': 'Mot de passe oublié ?',
  'signIn.confirmTitle': 'Confirmez que c’est bien vous',
  'signIn.confirmText': 'L’étape suivante doit s’assurer que c’est bien vous, même si vous êtes déjà connecté.',

  'signedIn.title': 'Vous êtes connecté',
  'signedIn.text': 'Vous pouvez fermer cette page ou revenir à l’application d’où vous venez.',
  'signedIn.account': 'Accéder à votre compte',

  'signOut.title': 'Se déconnecter',
  'signOut.question': 'Voulez-vous vous déconnecter ?',
  'signOut.text':
    'Vous devrez saisir votre mot de passe la prochaine fois qu’une application vous demandera de vous connecter. Pour rester connecté, fermez cette page.',
  'signOut.submit': 'Se déconnecter',
  'signedOut.title': 'Vous êtes déconnecté',
  'signedOut.text':
    'Vous pouvez fermer cette page. Les applications que vous avez utilisées vous reconnaissent peut-être encore, jusqu’à ce que vous vous en déconnectiez aussi.',
  'signedOut.notReturned':
    'L’application voulait vous envoyer à une adresse qui n’est pas enregistrée pour elle ; vous restez donc ici.',

  'forgotten.title': 'Choisir un nouveau mot de passe',
  'forgotten.text':
    'Saisissez votre nom d’utilisateur ou votre adresse e-mail. S’il existe un compte avec une adresse connue, un e-mail avec un lien y est envoyé.',
  'forgotten.submit': 'Envoyer l’e-mail',
  'verify.title': 'Confirmer votre adresse',
  'verify.text': '{address} est-elle votre adresse, et l’avez-vous saisie ici ?',
  'verify.submit': 'Oui, confirmer',

  'code.title': 'Saisissez votre code',
  'code.intro': 'Ouvrez votre application d’authentification et saisissez le code qu’elle affiche.',
  'code.introAccount':
    'Ouvrez votre application d’authentification et saisissez le code qu’elle affiche pour {account}.',
  'code.label': 'Code',
  'code.toRecovery': 'Utiliser plutôt un code de secours',
  'recovery.title': 'Saisissez un code de secours',
  'recovery.intro':
    'Saisissez un des codes de secours que vous avez gardés en configurant votre application d’authentification. Chacun ne sert qu’une fois.',
  'recovery.label': 'Code de secours',
  'recovery.toCode': 'Utiliser plutôt l’application d’authentification',

  'totp.title': 'Configurer une application d’authentification',
  'totp.scan': 'Scannez cette image avec votre application d’authentification.',
  'totp.picture': 'Code QR contenant la clé ci-dessous',
  'totp.link': 'Ouvrir l’application d’authentification sur cet appareil',
  'totp.byHand': 'Si vous ne pouvez pas la scanner, saisissez cette clé dans l’application :',
  'totp.code': 'Code affiché par l’application',
  'totp.submit': 'Activer',
  'codes.title': 'Gardez vos codes de secours',
  'codes.intro':
    'Si vous perdez votre téléphone, chacun de ces codes vous permet d’entrer une fois. Notez-les ou imprimez-les maintenant : ils ne seront plus affichés.',
  'codes.save': 'Enregistrer dans un fichier texte',
  'codes.done': 'Je les ai gardés',

  'passkey.title': 'Ajouter une clé d’accès',
  'passkey.intro':
    'Une clé d’accès vous connecte avec votre empreinte, votre visage ou le code PIN de votre appareil. Il n’y a rien à retenir, et rien que l’on puisse vous voler.',
  'passkey.name': 'Nom de la clé d’accès',
  'passkey.nameHint': 'Pour la reconnaître plus tard, par exemple « Mon téléphone ».',
  'passkey.submit': 'Ajouter une clé d’accès',
  'passkey.skip': 'Pas maintenant',
  'passkey.unavailable': 'Ce navigateur ne peut pas créer de clé d’accès, ou JavaScript est désactivé.',
  'passkey.unavailableForLink':
    'Activez JavaScript et rechargez cette page, ou ouvrez votre lien dans un autre navigateur ou sur votre téléphone : il n’a pas encore servi.',

  'consent.title': 'Autoriser {client} à utiliser votre compte ?',
  'consent.list': 'Si vous l’autorisez, {client} pourra :',
  'consent.host': 'Ensuite, vous irez sur {host}.',
  'consent.thisDevice':
    'Ensuite, vous irez dans un programme de cet appareil. Ne l’autorisez que si vous venez de lancer ce programme.',
  'consent.describedAt': 'Elle se décrit sur {host}.',
  'consent.loopbackOnly':
    'Nous savons seulement qu’elle s’exécute sur cet appareil, et n’importe quel programme ici peut en dire autant. N’autorisez {client} que si vous venez de la lancer vous-même.',
  'consent.unverified':
    'Personne n’a vérifié qui édite {client}. Ne l’autorisez que si vous connaissez cette application et lui faites confiance.',
  'consent.signedInAs': 'Vous êtes connecté en tant que {account}.',
  'consent.otherAccount': 'Utiliser un autre compte',
  'consent.allow': 'Autoriser',
  'consent.deny': 'Refuser',
  'consent.revocable': 'Vous pouvez revenir sur ce choix à tout moment dans votre compte.',
  'consent.privacy': 'Politique de confidentialité',
  'consent.terms': 'Conditions d’utilisation',
  'scope.openid': 'Vous connecter et vous reconnaître la prochaine fois',
  'scope.profile': 'Voir votre nom et votre profil',
  'scope.email': 'Voir votre adresse e-mail',
  'scope.address': 'Voir votre adresse postale',
  'scope.phone': 'Voir votre numéro de téléphone',
  'scope.offline_access': 'Garder son accès quand vous ne l’utilisez pas',
  'scope.manageRead': 'Voir les réglages de ce serveur : clients, autorisations et politique',
  'scope.manageWrite': 'Modifier les réglages de ce serveur',
  'scope.manageDelegate': 'Décider quelles applications peuvent modifier les réglages de ce serveur',
  'scope.other': 'Utiliser l’autorisation {scope}',
  'consent.claim': 'Voir {claim} dans votre compte',

  'device.title': 'Connecter un appareil',
  'device.intro': 'Saisissez le code affiché par l’appareil.',
  'device.hint': 'Neuf lettres. Les majuscules et les tirets n’ont pas d’importance.',
  'device.check':
    'Ne continuez que si votre appareil affiche le code {code} et que vous venez d’y lancer cette demande. N’utilisez jamais un code que quelqu’un vous a envoyé.',
  'device.asked': 'L’appareil a fait cette demande {when}, depuis une adresse qui commence par {place}.',
  'device.unknown':
    'Nous ne connaissons pas ce code. Vérifiez-le, ou faites afficher un nouveau code par l’appareil : un code est valable dix minutes.',
  'device.throttled.one': 'Trop de codes étaient faux. Attendez une minute, puis réessayez.',
  'device.throttled.other': 'Trop de codes étaient faux. Attendez {count} minutes, puis réessayez.',

  'choose.title': 'Choisissez un compte',
  'choose.intro': 'Choisissez le compte avec lequel vous voulez continuer.',
  'choose.introClient': 'Choisissez le compte avec lequel vous voulez accéder à {client}.',
  'choose.new': 'Utiliser un autre compte',

  'change.title': 'Changer de compte ?',
  'change.text':
    'Vous êtes connecté en tant que {current}. {provider} vous a maintenant connecté en tant que {account}.',
  'change.submit': 'Continuer en tant que {account}',
  'change.stay': 'Rester connecté en tant que {current}',

  'account.title': 'Votre compte',
  'account.signedInAs': 'Vous êtes connecté en tant que {account}.',
  'account.signOut': 'Se déconnecter',
  'account.password': 'Mot de passe',
  'account.changePassword': 'Changer le mot de passe',
  'account.setPassword': 'Définir un mot de passe',
  'account.hasPassword': 'Vous pouvez vous connecter avec un mot de passe.',
  'account.noPassword': 'Vous n’avez pas de mot de passe.',
  'account.sessions': 'Où vous êtes connecté',
  'account.thisDevice': 'Cet appareil',
  'account.unknownDevice': 'Un autre appareil',
  'account.signedIn': 'Connecté {when}',
  'account.endSession': 'Déconnecter',
  'account.endSessionNamed': 'Déconnecter : {name}',
  'account.endOthers': 'Déconnecter partout ailleurs',
  'account.mayEndOthers':
    'Si quelqu’un d’autre est peut-être connecté à votre compte, déconnectez tous les autres appareils. Les applications devront alors vous redemander votre accord.',
  'account.apps': 'Applications autorisées',
  'account.noApps': 'Aucune application n’a accès à votre compte.',
  'account.allowed': 'Autorisée {when}',
  'account.acted': 'A agi pour vous {when}',
  'account.revoke': 'Retirer l’accès',
  'account.revokeNamed': 'Retirer l’accès : {name}',
  'account.passkeys': 'Clés d’accès',
  'account.noPasskeys':
    'Vous n’avez pas de clé d’accès. Avec elle, vous vous connectez sans mot de passe, plus facilement et plus sûrement.',
  'account.added': 'Ajoutée {when}',
  'account.used': 'dernière utilisation {when}',
  'account.neverUsed': 'jamais utilisée',
  'account.name': 'Nom',
  'account.rename': 'Renommer',
  'account.renameNamed': 'Renommer : {name}',
  'account.remove': 'Supprimer',
  'account.removeNamed': 'Supprimer : {name}',
  'account.addPasskey': 'Ajouter une clé d’accès',
  'account.totp': 'Application d’authentification',
  'account.totpOn': 'Activée. Un code vous est demandé après votre mot de passe.',
  'account.totpOff': 'Désactivée. Avec elle, personne ne peut se connecter avec votre seul mot de passe.',
  'account.turnOn': 'Configurer',
  'account.turnOff': 'Désactiver',
  'account.codesLeft.one': 'Il vous reste {count} code de secours.',
  'account.codesLeft.other': 'Il vous reste {count} codes de secours.',
  'account.newCodes': 'Créer de nouveaux codes de secours',
  'account.link': 'Lier un compte chez {provider}',
  'account.linked': 'Comptes liés',
  'account.unlink': 'Dissocier',
  'account.unlinkNamed': 'Dissocier : {name}',

  'done.passwordChanged': 'Votre mot de passe est changé.',
  'done.reset':
    'Tout le monde a été déconnecté de votre compte. Vérifiez comment on peut y entrer : retirez toute clé d’accès, application ou compte lié qui n’est pas à vous.',
  'done.sessionEnded': 'Cet appareil est déconnecté.',
  'done.sessionsEnded': 'Tous vos autres appareils sont déconnectés.',
  'done.accessRemoved': 'L’application n’a plus accès à votre compte.',
  'done.passkeyAdded': 'La clé d’accès est ajoutée.',
  'done.passkeyRenamed': 'La clé d’accès a son nouveau nom.',
  'done.passkeyRemoved': 'La clé d’accès est supprimée.',
  'done.totpOn': 'L’application d’authentification est configurée.',
  'done.totpOff': 'L’application d’authentification est désactivée.',
  'done.codesRenewed': 'Vous avez de nouveaux codes de secours. Les anciens ne fonctionnent plus.',
  'done.linked': 'Le compte est lié. Vous pouvez désormais vous connecter avec lui.',
  'done.unlinked': 'Le compte n’est plus lié.',

  'password.choose': 'Choisissez un mot de passe',
  'password.chooseFor': 'Vous vous connecterez en tant que {account}.',
  'password.change': 'Changez votre mot de passe',
  'password.current': 'Mot de passe actuel',
  'password.new': 'Nouveau mot de passe',
  'password.rule': 'Au moins {count} caractères. Plusieurs mots à la suite font un bon mot de passe.',
  'password.submit': 'Enregistrer le mot de passe',
  'password.everything':
    'Ce lien retire aussi toutes les autres façons de se connecter : clés d’accès, comptes liés et application d’authentification avec ses codes de récupération.',

  'register.title': 'Créer un compte',
  'register.email': 'Adresse e-mail',
  'register.name': 'Votre nom',
  'register.submit': 'Créer le compte',
  'register.haveOne': 'Vous avez un compte ? {link}',

  'notice.invitationUsed': 'Cette invitation a déjà servi',
  'notice.invitationUsedText': 'Si c’était vous, connectez-vous. Sinon, prévenez la personne qui vous a invité.',
  'notice.invitationExpired': 'Cette invitation n’est plus valable',
  'notice.invitationExpiredText': 'Demandez-en une nouvelle à la personne qui vous a invité.',
  'notice.invitationUnknown': 'Nous ne connaissons pas cette invitation',
  'notice.invitationUnknownText':
    'Vérifiez que vous avez ouvert l’adresse entière, ou demandez une nouvelle invitation.',
  'notice.registered': 'Votre compte est prêt',
  'notice.registeredText': 'Vous pouvez maintenant vous connecter.',
  'notice.passwordSet': 'Votre mot de passe est enregistré',
  'notice.passwordSetText':
    'Vous avez été déconnecté partout. Saisissez un code pour voir de quelles façons on peut entrer dans votre compte et retirez ce qui n’est pas à vous. Si l’application d’authentification n’est pas la vôtre, demandez à la personne qui vous a donné le lien un lien qui retire tout.',
  'notice.resetBroken': 'Ce lien n’est plus valable',
  'notice.resetBrokenText':
    'Il a déjà été utilisé, ou il est trop ancien. Demandez-en un nouveau à la personne qui vous l’a donné.',
  'notice.mailedLinkOver': 'Ce lien n’est plus valable',
  'notice.mailedLinkOverText':
    'Il a été utilisé, il est trop ancien, ou un autre l’a remplacé. Vous pouvez en demander un autre.',
  'notice.mailSent': 'Consultez votre boîte aux lettres',
  'notice.mailSentText':
    'S’il existe un tel compte, un e-mail avec un lien est en route. Cela peut prendre quelques minutes. S’il n’arrive pas, regardez dans les indésirables ou adressez-vous aux responsables de ce service.',
  'notice.mailOff': 'Aucun e-mail n’est envoyé ici',
  'notice.mailOffText':
    'Demandez aux responsables de ce service un lien pour choisir un nouveau mot de passe ou confirmer votre adresse.',
  'notice.verified': 'Votre adresse est confirmée',
  'notice.verifiedText':
    'Vous pouvez désormais vous connecter avec elle, et les e-mails sur votre compte y sont envoyés.',
  'notice.verifyBroken': 'Ce lien n’est plus valable',
  'notice.verifyBrokenText':
    'Il a été utilisé, il est trop ancien, ou un autre l’a remplacé. Si votre adresse n’est pas encore confirmée, demandez un nouvel e-mail dans votre compte.',
  'notice.addressTaken': 'Cette adresse appartient à un autre compte',
  'notice.addressTakenText': 'Connectez-vous à ce compte, ou choisissez un nouveau mot de passe pour lui.',
  'notice.linkBroken': 'Cette page n’est plus valable',
  'notice.linkBrokenText': 'Revenez à l’application d’où vous venez et réessayez.',
  'notice.deviceAllowed': 'Votre appareil est connecté',
  'notice.deviceAllowedText':
    'Vous pouvez fermer cette page et revenir à votre appareil. Il continuera dans un instant.',
  'notice.deviceDenied': 'L’appareil n’a pas été connecté',
  'notice.deviceDeniedText': 'Il n’a pas accès à votre compte. Vous pouvez fermer cette page.',
  'notice.deviceOff': 'Vous ne pouvez pas connecter d’appareil ici',
  'notice.deviceOffText':
    'Les responsables de ce service n’ont pas activé cette possibilité. Connectez-vous à l’application d’une autre façon.',
  'notice.signIn': 'Se connecter',
  'notice.account': 'Accéder à votre compte',
  'notice.code': 'Saisir le code',
  'notice.forgotten': 'Demander un autre lien',

  'formPost.title': 'Retour à l’application',
  'formPost.text': 'Cela prend un instant. S’il ne se passe rien, appuyez sur le bouton.',

  'error.title': 'Vous ne pouvez pas vous connecter d’ici',
  'error.text':
    'L’application nous a envoyé une demande à laquelle nous ne pouvons pas faire confiance. Nous ne vous avons donc pas connecté.',
  'error.advice':
    'Revenez à l’application et réessayez. Si vous arrivez de nouveau ici, prévenez les personnes qui l’éditent.',
  'error.addressUnknown':
    'L’application n’a pas dit où vous envoyer ensuite, ou a donné une adresse que nous ne connaissons pas. Pour protéger votre compte, nous ne vous avons pas connecté.',
  'error.clientUnknown':
    'Nous ne connaissons pas l’application qui vous a envoyé ici. Nous ne vous avons donc pas connecté.',
  'error.clientDocument':
    'Nous n’avons pas pu lire la description de l’application qui vous a envoyé ici, et ne vous avons donc pas connecté.',
  'error.clientDisabled': 'La connexion à cette application est désactivée.',
  'error.clientDisabledAdvice': 'Les personnes qui l’éditent peuvent vous dire pourquoi, et pour combien de temps.',
  'error.oursTitle': 'Une erreur s’est produite ici',
  'error.oursText': 'Ni vous ni l’application n’avez fait d’erreur.',
  'error.oursAdvice': 'Attendez un instant, puis revenez à l’application et réessayez.',
  'error.formTitle': 'Veuillez réessayer',
  'error.formText': 'Nous n’avons pas pu vérifier que ce formulaire venait de vous. Rien n’a donc été modifié.',
  'error.formAdvice': 'Revenez en arrière, rechargez la page et autorisez ses cookies.',
  'error.throttledTitle': 'Veuillez patienter un peu',
  'error.throttledAdvice': 'Il vous suffit d’attendre. Votre compte n’est pas bloqué.',
  'error.registrationOff': 'Vous ne pouvez pas créer de compte ici',
  'error.registrationOffText': 'Les comptes sont créés par les personnes qui gèrent ce service.',
  'error.registrationOffAdvice': 'Demandez-leur une invitation.',
  'error.providerUnknown': 'Ce moyen de connexion n’existe pas ici.',
  'error.personAdvice': 'Revenez en arrière et réessayez.',
  'error.detail': 'Pour les personnes qui éditent l’application',
  'error.more': 'En savoir plus sur {reason}',

  'problem.credentialsWrong': 'Le nom d’utilisateur ou le mot de passe est incorrect. Vérifiez les deux et réessayez.',
  'problem.formToken':
    'Cette page est restée ouverte trop longtemps, ou votre navigateur n’a pas gardé notre cookie. Saisissez de nouveau votre mot de passe.',
  'problem.formTokenOther':
    'Cette page est restée ouverte trop longtemps, ou votre navigateur n’a pas gardé notre cookie. Réessayez.',
  'problem.throttled.one': 'Il y a eu trop de tentatives de connexion. Attendez une minute, puis réessayez.',
  'problem.throttled.other': 'Il y a eu trop de tentatives de connexion. Attendez {count} minutes, puis réessayez.',
  'problem.registrations.one': 'Trop de comptes ont été demandés d’ici. Attendez une minute, puis réessayez.',
  'problem.registrations.other': 'Trop de comptes ont été demandés d’ici. Attendez {count} minutes, puis réessayez.',
  'problem.mails.one': 'Trop d’e-mails ont été demandés. Attendez une minute, puis réessayez.',
  'problem.mails.other': 'Trop d’e-mails ont été demandés. Attendez {count} minutes, puis réessayez.',
  'problem.nameMissing': 'Saisissez votre nom d’utilisateur ou votre adresse e-mail.',
  'problem.codeWrong': 'Ce code est incorrect ou trop ancien. Saisissez celui que l’application affiche maintenant.',
  'problem.codeUsed': 'Ce code a déjà servi. Attendez que l’application affiche le suivant.',
  'problem.recoveryCodeWrong': 'Ce code de secours est incorrect ou a déjà servi. Essayez-en un autre.',
  'problem.signInExpired': 'Cela a pris trop de temps. Recommencez la connexion depuis le début.',
  'problem.passkeyFailed': 'La clé d’accès n’a pas fonctionné. Réessayez, ou connectez-vous autrement.',
  'problem.passkeyUnknown':
    'Nous ne connaissons pas cette clé d’accès. Essayez-en une autre, ou connectez-vous autrement.',
  'problem.passkeyKnown': 'Cet appareil a déjà une clé d’accès pour votre compte.',
  'problem.currentPasswordWrong': 'Ce n’est pas votre mot de passe actuel.',
  'problem.passwordChangedMeanwhile':
    'Le mot de passe a été modifié ailleurs entre-temps. Connectez-vous avec le nouveau.',
  'problem.passwordTooShort': 'Ce mot de passe est trop court. Il lui faut au moins {count} caractères.',
  'problem.passwordTooLong': 'Ce mot de passe est trop long.',
  'problem.passwordGuessable': 'Ce mot de passe est facile à deviner. Choisissez-en un autre.',
  'problem.passwordCommon':
    'Ce mot de passe est l’un des plus courants, que les attaquants essaient en premier. Choisissez-en un autre.',
  'problem.usernameTaken': 'Ce nom d’utilisateur est déjà pris. Choisissez-en un autre.',
  'problem.usernameMalformed':
    'Un nom d’utilisateur a au plus 200 lettres, chiffres et caractères comme . et -, mais pas d’espace ni de @.',
  'problem.emailMalformed': 'Cela ne ressemble pas à une adresse e-mail.',
  'problem.providerFailed': 'La connexion avec {provider} n’a pas fonctionné. Réessayez, ou connectez-vous autrement.',
  'problem.providerUnavailable':
    '{provider} ne répond pas pour le moment. Réessayez plus tard, ou connectez-vous autrement.',
  'problem.providerDenied': 'Vous n’avez pas été connecté avec {provider}, car vous ou {provider} avez refusé.',
  'problem.providerNotFresh':
    '{provider} ne vous a pas redemandé qui vous êtes, ce qui est nécessaire ici. Connectez-vous autrement.',
  'problem.providerNotLinked':
    'Aucun compte d’ici n’est lié à ce compte chez {provider}. Connectez-vous autrement, puis liez-le dans votre compte.',
  'problem.providerAddress':
    'Avec {provider}, seules les adresses vérifiées de certaines organisations peuvent se connecter ici. Utilisez un autre compte là-bas, ou connectez-vous autrement.',
  'problem.providerLinkedElsewhere':
    'Ce compte chez {provider} est déjà lié à un autre compte d’ici. Retirez d’abord ce lien de l’autre compte.',
  'problem.lastWayIn': 'C’est votre seul moyen de vous connecter. Ajoutez-en d’abord un autre.',
};
