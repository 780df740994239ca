import { createHmac, createSecretKey, hash, type KeyObject } from 'node:crypto';

/** The signed parts of a request: a POST without a query, to `/` as in all JSON protocols of AWS unless `path` says otherwise. */
export type Signable = {
  /** Lower-case name → value. All are signed. */
  headers: Readonly<Record<string, string>>;
  body: string;
  /** Like `20260130T235959Z`. */
  date: string;
  region: string;
  service: string;
  /** Percent-encoded, as sent. */
  path?: string;
};

export type Credentials = { accessKeyId: string; secretAccessKey: string; sessionToken: string | undefined };

/**
 * Returns the `Authorization` header of AWS Signature Version 4:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function authorization(request: Signable, credentials: Credentials): string {
  const { headers, body, date, region, service, path = '/' } = request;
  const names = Object.keys(headers).sort();
  const signedHeaders = names.join(';');
  let lines = '';
  for (const name of names) lines += `${name}:${singleSpaced(headers[name] ?? '')}\n`;
  const canonical = `POST\n${path.replaceAll('%', '%25')}\n\n${lines}\n${signedHeaders}\n${hash('sha256', body)}`;
  const scope = `${date.slice(0, 8)}/${region}/${service}/aws4_request`;
  const text = `AWS4-HMAC-SHA256\n${date}\n${scope}\n${hash('sha256', canonical)}`;
  const signature = createHmac('sha256', keyOf(scope, credentials)).update(text).digest('hex');
  return `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${scope}, SignedHeaders=${signedHeaders}, Signature=${signature}`;
}

const singleSpaced = (value: string): string => (value.includes('  ') ? value.replaceAll(/ {2,}/g, ' ') : value).trim();

const hmac = (key: string | Buffer | KeyObject, text: string): Buffer =>
  createHmac('sha256', key).update(text).digest();

/** Today's signing key per service: four of the five HMACs are the same for all its requests. */
const kept = new Map<string, { secret: string; key: KeyObject }>();

function keyOf(scope: string, { secretAccessKey }: Credentials): KeyObject {
  const service = scope.slice(9);
  const known = kept.get(service);
  const secret = `${scope.slice(0, 8)} ${secretAccessKey}`;
  if (known?.secret === secret) return known.key;
  // A KeyObject, because createHmac takes several times as long with bytes.
  const key = createSecretKey(scope.split('/').reduce<string | Buffer>(hmac, `AWS4${secretAccessKey}`) as Buffer);
  kept.set(service, { secret, key });
  return key;
}
