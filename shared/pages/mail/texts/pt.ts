import type { MailTexts } from './en.ts';

export const pt: MailTexts = {
  hello: 'Olá, {account}:',
  linkBelow: 'Se o botão não funcionar, abra este endereço no seu navegador:',
  footer: 'Você recebeu este e-mail por causa de uma conta em {service}. Ninguém lê as respostas.',

  forgottenSubject: 'Nova senha para {service}',
  forgottenText:
    'Alguém pediu uma nova senha para a sua conta em {service}, a partir de um endereço que começa com {place}.',
  forgottenButton: 'Escolher uma nova senha',
  forgottenLimit: 'O link funciona uma vez, por 30 minutos, até você pedir outro.',
  forgottenNotYou: 'Se não foi você, não faça nada. A sua senha continua a mesma.',

  verifySubject: 'Confirme o seu endereço para {service}',
  verifyText: 'Confirme que {address} é o seu endereço, para poder entrar em {service} com ele e receber e-mails.',
  verifyButton: 'Confirmar o endereço',
  verifyLimit: 'O link funciona uma vez, por 24 horas.',
  verifyNotYou: 'Se você não tem uma conta em {service}, não faça nada.',

  codeSubject: 'O seu código para {service}',
  codeText: 'Alguém quer entrar em {service} com um código, a partir de um endereço que começa com {place}.',
  codeLimit: 'Digite-o no navegador em que o pediu, em até dez minutos, e não o diga a ninguém.',
  codeNotYou: 'Se não foi você, não faça nada.',

  invitationSubject: 'Convite para {service}',
  invitationText: 'Uma conta foi criada para você em {service}: {account}.',
  invitationButton: 'Configurar a conta',
  invitationLimit: 'O link funciona uma vez, até {time}. Ele faz a sua entrada: não o passe a ninguém.',

  removalSubject: 'A sua conta em {service} será excluída',
  removalText: 'A sua conta está bloqueada e será excluída em {time}. Até lá, você pode mantê-la.',
  removalButton: 'Manter a conta',
  removalNotYou: 'Se não foi você quem a excluiu, mantenha-a e escolha uma nova senha.',

  noticeSubject: 'A sua conta em {service}: {what}',
  noticeText: 'Isto aconteceu na sua conta: {what}.',
  noticeDevice: 'Dispositivo: {device}',
  noticePlace: 'De um endereço que começa com {place}',
  noticeTime: 'Hora: {time}',
  noticeFine: 'Se foi você, não é preciso fazer nada.',
  noticeButton: 'Não fui eu',
  noticeNotYou:
    'Se não foi você, use o botão em até 24 horas. Você escolherá uma nova senha, e todas as sessões da sua conta serão encerradas.',

  newDevice: 'entrada com um novo dispositivo',
  passwordChanged: 'a senha foi alterada',
  passkeyAdded: 'uma chave de acesso foi adicionada',
  passkeyRemoved: 'uma chave de acesso foi removida',
  authenticatorAdded: 'um aplicativo autenticador foi adicionado',
  authenticatorRemoved: 'o aplicativo autenticador foi removido',
  codesRenewed: 'novos códigos de recuperação foram criados',
  linkAdded: 'a entrada com outro provedor foi adicionada',
  linkRemoved: 'a entrada com outro provedor foi removida',
  addressChanged: 'o endereço de e-mail foi alterado',
};
