import type { MailTexts } from './en.ts';

export const fr: MailTexts = {
  hello: 'Bonjour {account},',
  linkBelow: 'Si le bouton ne fonctionne pas, ouvrez cette adresse dans votre navigateur :',
  footer: 'Vous recevez ce message à cause d’un compte chez {service}. Personne ne lit les réponses.',

  forgottenSubject: 'Nouveau mot de passe pour {service}',
  forgottenText:
    'Un nouveau mot de passe a été demandé pour votre compte chez {service}, depuis une adresse qui commence par {place}.',
  forgottenButton: 'Choisir un nouveau mot de passe',
  forgottenLimit: 'Le lien fonctionne une seule fois, pendant 30 minutes, jusqu’à ce que vous en demandiez un autre.',
  forgottenNotYou: 'Si ce n’était pas vous, ne faites rien. Votre mot de passe reste le même.',

  verifySubject: 'Confirmez votre adresse pour {service}',
  verifyText:
    'Confirmez que {address} est votre adresse : vous pourrez alors vous connecter à {service} avec elle et recevoir des messages.',
  verifyButton: 'Confirmer l’adresse',
  verifyLimit: 'Le lien fonctionne une seule fois, pendant 24 heures.',
  verifyNotYou: 'Si vous n’avez pas de compte chez {service}, ne faites rien.',

  codeSubject: 'Votre code pour {service}',
  codeText: 'Quelqu’un veut se connecter à {service} avec un code, depuis une adresse qui commence par {place}.',
  codeLimit: 'Saisissez-le dans le navigateur où vous l’avez demandé, dans les dix minutes, et ne le dites à personne.',
  codeNotYou: 'Si ce n’était pas vous, ne faites rien.',

  invitationSubject: 'Invitation à {service}',
  invitationText: 'Un compte a été créé pour vous chez {service} : {account}.',
  invitationButton: 'Configurer le compte',
  invitationLimit:
    'Le lien fonctionne une seule fois, jusqu’au {time}. Il vous connecte : ne le transmettez à personne.',

  removalSubject: 'Votre compte chez {service} sera supprimé',
  removalText: 'Votre compte est bloqué et sera supprimé le {time}. D’ici là, vous pouvez le garder.',
  removalButton: 'Garder le compte',
  removalNotYou: 'Si ce n’est pas vous qui l’avez supprimé, gardez-le et choisissez un nouveau mot de passe.',

  noticeSubject: 'Votre compte chez {service} : {what}',
  noticeText: 'Voici ce qui s’est passé dans votre compte : {what}.',
  noticeDevice: 'Appareil : {device}',
  noticePlace: 'Depuis une adresse qui commence par {place}',
  noticeTime: 'Heure : {time}',
  noticeFine: 'Si c’était vous, il n’y a rien à faire.',
  noticeButton: 'Ce n’était pas moi',
  noticeNotYou:
    'Si ce n’était pas vous, utilisez le bouton dans les 24 heures. Vous choisirez un nouveau mot de passe, et tout le monde sera déconnecté de votre compte.',

  newDevice: 'une connexion avec un nouvel appareil',
  passwordChanged: 'le mot de passe a été changé',
  passkeyAdded: 'une clé d’accès a été ajoutée',
  passkeyRemoved: 'une clé d’accès a été supprimée',
  authenticatorAdded: 'une application d’authentification a été ajoutée',
  authenticatorRemoved: 'l’application d’authentification a été supprimée',
  codesRenewed: 'de nouveaux codes de récupération ont été créés',
  linkAdded: 'la connexion avec un autre fournisseur a été ajoutée',
  linkRemoved: 'la connexion avec un autre fournisseur a été supprimée',
  addressChanged: 'l’adresse e-mail a été changée',
};
