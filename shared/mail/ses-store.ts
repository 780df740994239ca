import { SESv2Client, SendEmailCommand } from '@aws-sdk/client-sesv2';
import { headerForm, sendableForm } from './address.ts';
import type { Send } from './send.ts';

/** Seconds that SES may take. Lambda tries again. */
const longest = 5;

/** Sends through SES, from an address whose identity it knows. Throws what SES answers. */
export function sendBySes({ from, configurationSet }: { from: string; configurationSet?: string | undefined }): Send {
  const client = new SESv2Client({ maxAttempts: 1 });
  const said = (Data: string) => ({ Data, Charset: 'UTF-8' });
  return async ({ to, subject, text, html }) => {
    const Simple = {
      Subject: said(subject),
      Body: { Text: said(text), Html: said(html) },
      // RFC 3834 §5: nothing that answers by itself is to answer.
      Headers: [{ Name: 'Auto-Submitted', Value: 'auto-generated' }],
    };
    const command = new SendEmailCommand({
      FromEmailAddress: headerForm(from),
      Destination: { ToAddresses: [sendableForm(to) ?? to] },
      Content: { Simple },
      ConfigurationSetName: configurationSet,
    });
    await client.send(command, { abortSignal: AbortSignal.timeout(longest * 1_000) });
  };
}
