import { type Duration, Stack } from 'aws-cdk-lib';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { IStringParameter } from 'aws-cdk-lib/aws-ssm';
import type { Construct } from 'constructs';
import { parseProviders } from '../shared/upstream/provider.ts';
import { isKnownLater } from './known-later.ts';
import { grantReadSecret, parameterNameOf } from './secrets.ts';
import { WrongSetting } from './wrong-setting.ts';

/** An OpenID Connect provider to sign in with. Register `<issuer>/upstream/<id>/callback` there as the redirect URI. */
export interface UpstreamProviderProps {
  /** 1 to 32 of a-z, 0-9 and -. Appears in URLs, and as the value of the parameter `idp`. */
  readonly id: string;
  /** The label of the button. */
  readonly name: string;
  /** The issuer identifier. Metadata is read from `/.well-known/openid-configuration` below it. */
  readonly issuer: string;
  readonly clientId: string;
  /**
   * The client secret: a text secret of Secrets Manager, or a SecureString of Parameter Store.
   *
   * @default - none: a public client, with PKCE alone
   */
  readonly clientSecret?: ISecret | IStringParameter;
  /** @default 'client_secret_basic' */
  readonly tokenEndpointAuthMethod?: 'client_secret_basic' | 'client_secret_post';
  /** @default 'openid profile email' */
  readonly scope?: string;
  /**
   * Maps our claims to the provider's, where the names differ.
   *
   * @default - standard claims of the same name
   */
  readonly claims?: Readonly<Record<string, string>>;
  /**
   * Admits only people with a verified address in one of these domains.
   *
   * @default - everybody whom the provider lets in
   */
  readonly emailDomains?: readonly string[];
  /**
   * Believes every address that the provider calls verified: it becomes a name to sign in with and the claim `email_verified`.
   * Only for a provider that may speak for every domain.
   *
   * @default false - only addresses in `emailDomains` are believed
   */
  readonly trustEmail?: boolean;
  /**
   * Believes the provider's ID token about how somebody authenticated (`amr`), for example that there was a second factor. It then
   * decides about `acr`.
   *
   * @default false - a sign-in there counts as one factor
   */
  readonly trustAmr?: boolean;
  /**
   * `linked_only`: signing in here creates no account; people link the provider to their existing account.
   *
   * @default 'create'
   */
  readonly accounts?: 'create' | 'linked_only';
  /**
   * How long one call to the provider may take: 1 to 10 seconds.
   *
   * @default Duration.seconds(5)
   */
  readonly timeout?: Duration;
}

/** Returns the providers as `PIXY_UPSTREAMS`. Throws at synthesis for anything that would keep the function from starting. */
export function upstreamsVariable(scope: Construct, providers: readonly UpstreamProviderProps[]): string {
  const described = providers.map((provider) => ({
    id: provider.id,
    name: provider.name,
    issuer: provider.issuer,
    client_id: provider.clientId,
    token_endpoint_auth_method: provider.tokenEndpointAuthMethod,
    scope: provider.scope,
    claims: provider.claims,
    email_domains: provider.emailDomains,
    trust_email: provider.trustEmail,
    trust_amr: provider.trustAmr,
    accounts: provider.accounts,
    timeout: provider.timeout?.toSeconds(),
  }));
  const located = described.map((one, index) => {
    const secret = providers[index]?.clientSecret;
    return { ...one, ...(secret && { client_secret_parameter: parameterNameOf(secret) }) };
  });
  const parsed = parseProviders(JSON.parse(JSON.stringify(located.map(withoutTokens))));
  if (!parsed.ok) throw new WrongSetting(`upstreams: ${parsed.refusal.member} ${parsed.refusal.problem}.`);
  return Stack.of(scope).toJsonString(located);
}

/** What only the deployment knows, such as the issuer of a user pool of the same app, stands for something that could be there. */
const withoutTokens = (described: Readonly<Record<string, unknown>>): object =>
  Object.fromEntries(
    Object.entries(described).map(([member, value]) => [
      member,
      isKnownLater(value) ? (examples[member] ?? 'x') : value,
    ]),
  );

const examples: Readonly<Record<string, string>> = {
  issuer: 'https://known-later.example.com',
  scope: 'openid',
  client_secret_parameter: '/known/later',
};

/** Allows reading the client secrets of these providers, and no others. */
export function grantReadUpstreamSecrets(
  scope: Construct,
  grantee: IGrantable,
  providers: readonly UpstreamProviderProps[],
): void {
  for (const { clientSecret } of providers) if (clientSecret) grantReadSecret(scope, grantee, clientSecret);
}
