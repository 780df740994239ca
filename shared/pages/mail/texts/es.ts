import type { MailTexts } from './en.ts';

export const es: MailTexts = {
  hello: 'Hola, {account}:',
  linkBelow: 'Si el botón no funciona, abra esta dirección en su navegador:',
  footer: 'Recibe este correo por una cuenta en {service}. Nadie lee las respuestas.',

  forgottenSubject: 'Nueva contraseña para {service}',
  forgottenText:
    'Alguien pidió una nueva contraseña para su cuenta en {service}, desde una dirección que empieza por {place}.',
  forgottenButton: 'Elegir una nueva contraseña',
  forgottenLimit: 'El enlace funciona una vez, durante 30 minutos, hasta que pida otro.',
  forgottenNotYou: 'Si no fue usted, no haga nada. Su contraseña sigue siendo la misma.',

  verifySubject: 'Confirme su dirección para {service}',
  verifyText:
    'Confirme que {address} es su dirección, para poder iniciar sesión en {service} con ella y recibir correo.',
  verifyButton: 'Confirmar la dirección',
  verifyLimit: 'El enlace funciona una vez, durante 24 horas.',
  verifyNotYou: 'Si no tiene una cuenta en {service}, no haga nada.',

  codeSubject: 'Su código para {service}',
  codeText: 'Alguien quiere entrar en {service} con un código, desde una dirección que empieza por {place}.',
  codeLimit: 'Escríbalo en el navegador en el que lo pidió, en los próximos diez minutos, y no se lo diga a nadie.',
  codeNotYou: 'Si no fue usted, no haga nada.',

  invitationSubject: 'Invitación a {service}',
  invitationText: 'Se ha creado una cuenta para usted en {service}: {account}.',
  invitationButton: 'Configurar la cuenta',
  invitationLimit: 'El enlace funciona una vez, hasta {time}. Inicia su sesión: no se lo dé a nadie.',

  removalSubject: 'Su cuenta en {service} se eliminará',
  removalText: 'Su cuenta está bloqueada y se eliminará el {time}. Hasta entonces puede conservarla.',
  removalButton: 'Conservar la cuenta',
  removalNotYou: 'Si no la eliminó usted, consérvela y elija una nueva contraseña.',

  noticeSubject: 'Su cuenta en {service}: {what}',
  noticeText: 'Esto ha ocurrido en su cuenta: {what}.',
  noticeDevice: 'Dispositivo: {device}',
  noticePlace: 'Desde una dirección que empieza por {place}',
  noticeTime: 'Hora: {time}',
  noticeFine: 'Si fue usted, no tiene que hacer nada.',
  noticeButton: 'No fui yo',
  noticeNotYou:
    'Si no fue usted, use el botón en las próximas 24 horas. Elegirá una nueva contraseña y se cerrarán todas las sesiones de su cuenta.',

  newDevice: 'inicio de sesión con un dispositivo nuevo',
  passwordChanged: 'se cambió la contraseña',
  passkeyAdded: 'se añadió una llave de acceso',
  passkeyRemoved: 'se eliminó una llave de acceso',
  authenticatorAdded: 'se añadió una aplicación de autenticación',
  authenticatorRemoved: 'se eliminó la aplicación de autenticación',
  codesRenewed: 'se crearon nuevos códigos de recuperación',
  linkAdded: 'se añadió el inicio de sesión con otro proveedor',
  linkRemoved: 'se eliminó el inicio de sesión con otro proveedor',
  addressChanged: 'se cambió la dirección de correo',
};
