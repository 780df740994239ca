import { html, raw } from 'hono/html';
import type { Message } from '../../mail/send.ts';
import type { Palette } from '../style.ts';
import type { MailLook } from './mail-look.ts';

/** What a mail says, in the order in which it is read. */
export type Letter = {
  subject: string;
  /** Paragraphs above and below the button. */
  above: readonly string[];
  button?: { label: string; url: string } | undefined;
  /** To be typed, and shown large. */
  code?: string | undefined;
  below: readonly string[];
};

/** Writes a letter as plain text and as HTML that says the same, in the brand's colors, in light and dark. */
export async function composeMail(look: MailLook, letter: Letter): Promise<Omit<Message, 'to'>> {
  const subject = letter.subject.replaceAll(/\p{Cc}+/gu, ' ');
  return { subject, text: asText(look, letter), html: (await asHtml(look, subject, letter)).toString() };
}

function asText(look: MailLook, { above, button, code, below }: Letter): string {
  const parts = [
    ...above,
    ...(code === undefined ? [] : [code]),
    ...(button ? [`${button.label}:\n${button.url}`] : []),
    ...below,
  ];
  return `${[...parts, `-- \n${look.text('footer')}`].join('\n\n')}\n`;
}

/*
 * Mail programs know little CSS: everything stands in attributes, and the colors for the dark in the only style sheet. Nothing is loaded
 * from anywhere, so opening a mail tells nobody.
 */
function asHtml(look: MailLook, subject: string, { above, button, code, below }: Letter) {
  const { light, dark } = look.dress.colors;
  const paragraphs = (texts: readonly string[]) => texts.map((text) => html`<p style="margin:0 0 16px">${text}</p>\n`);
  const action = button
    ? html`<p style="margin:24px 0"><a class="button" href="${button.url}" style="${raw(`display:inline-block;padding:12px 20px;border-radius:10px;background:${light.accent};color:${light.onAccent};font-weight:600;text-decoration:none`)}">${button.label}</a></p>
<p class="soft" style="${raw(`margin:0 0 16px;color:${light.soft};font-size:14px`)}">${look.text('linkBelow')}<br><a class="link" href="${button.url}" style="${raw(`color:${light.accent};word-break:break-all`)}">${button.url}</a></p>
`
    : '';
  return html`<!doctype html>
<html lang="${look.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${subject}</title>
<style>${raw(darkStyle(dark))}</style>
</head>
<body class="ground" style="${raw(`margin:0;padding:24px 12px;background:${light.ground};color:${light.ink};font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,sans-serif`)}">
<div class="paper" style="${raw(`max-width:520px;margin:0 auto;padding:32px 24px;border:1px solid ${light.edge};border-radius:16px;background:${light.paper};word-break:break-word`)}">
<p style="margin:0 0 24px;font-weight:700">${look.service}</p>
${paragraphs(above)}${
  code === undefined
    ? ''
    : html`<p style="margin:24px 0;font:700 32px/1.2 ui-monospace,Menlo,Consolas,monospace;letter-spacing:6px">${code}</p>
`
}${action}${paragraphs(below)}<p class="soft foot" style="${raw(`margin:24px 0 0;padding-top:16px;border-top:1px solid ${light.edge};color:${light.soft};font-size:14px`)}">${look.text('footer')}</p>
</div>
</body>
</html>
`;
}

const darkStyle = ({ ground, ink, paper, edge, soft, accent, onAccent }: Palette): string =>
  `:root { color-scheme: light dark; }
@media (prefers-color-scheme: dark) {
  .ground { background: ${ground} !important; color: ${ink} !important; }
  .paper { background: ${paper} !important; border-color: ${edge} !important; }
  .soft { color: ${soft} !important; }
  .foot { border-color: ${edge} !important; }
  .link { color: ${accent} !important; }
  .button { background: ${accent} !important; color: ${onAccent} !important; }
}`;
