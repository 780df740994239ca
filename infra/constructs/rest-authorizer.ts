import { Duration } from 'aws-cdk-lib';
import { type IAuthorizer, IdentitySource, RequestAuthorizer, TokenAuthorizer } from 'aws-cdk-lib/aws-apigateway';
import { Construct } from 'constructs';
import * as v from 'valibot';
import { parseScope } from '../../shared/oauth/scope.ts';
import { checkProps, duration, isOn, knownTexts, object, text } from '../check-props.ts';
import { checkTokenDescription } from '../functions.ts';
import type { HomeProps } from '../home.ts';
import { isKnownLater } from '../known-later.ts';
import type { LogSettings } from '../logs.ts';
import { grantCallRegions } from '../other-regions.ts';
import { uses } from '../permissions/permissions.ts';
import { WrongSetting } from '../wrong-setting.ts';
import type { AuthorizationServerTables } from './authorization-server-tables.ts';
import { checkAudience } from './check-audience.ts';
import { PixyFunction } from './pixy-function.ts';

export interface RestAuthorizerProps {
  /** The audience of the API, or several. A token must be for one of them. */
  readonly audience: string | readonly string[];
  /**
   * Scope values that a token must have, all of them. Without one, the answer is 403.
   *
   * @default - none
   */
  readonly scope?: readonly string[];
  /**
   * Takes tokens that are bound to a key, each with a DPoP proof for the request (docs/dpop.md). Their answers are never reused.
   *
   * @default - tokens that are bound to a key are refused
   */
  readonly dpop?: RestDpopProps;
  /**
   * How long API Gateway reuses an answer for the same token: up to an hour. During that time, a revoked grant still has access.
   *
   * @default Duration.seconds(0), so that a revoked grant is refused from its next request on
   */
  readonly resultsCacheTtl?: Duration;
}

export interface RestDpopProps {
  /** The origin at which clients reach the API, such as https://api.example.com: what a proof names before the path. */
  readonly origin: string;
  /**
   * Refuses tokens that are not bound to a key.
   *
   * @default false
   */
  readonly required?: boolean;
}

/** What the authorizer takes from its authorization server. */
export type RestAuthorizerServer = LogSettings & {
  tables: AuthorizationServerTables;
  /** What every function reads. */
  environment: Readonly<Record<string, string>>;
  /** Which of several regions it is in. */
  home?: HomeProps | undefined;
};

/** The format that shared/http/bearer.ts reads. Anything else gets its 401 without a call of the function. */
const bearer = '^[Bb][Ee][Aa][Rr][Ee][Rr] +[-A-Za-z0-9._~+/]+=* *$';

/** The function of functions/check-token with its permissions, and the REST API authorizer that calls it. */
export class RestAuthorizer extends Construct {
  readonly authorizer: IAuthorizer;

  constructor(scope: Construct, id: string, server: RestAuthorizerServer, props: RestAuthorizerProps) {
    super(scope, id);
    checkProps(this, restAuthorizerProps, props);
    const { tables, environment, home, ...logs } = server;
    const handler = new PixyFunction(this, 'CheckToken', {
      name: 'check-token',
      ...checkTokenDescription,
      ...logs,
      environment: {
        ...environment,
        PIXY_CHECK_AUDIENCE: checkAudience(props.audience).join(' '),
        ...scopeVariable(props.scope ?? []),
        ...(props.dpop && dpopVariables(props.dpop, props.resultsCacheTtl)),
      },
    });
    for (const use of checkTokenDescription.uses) uses[use](tables, handler);
    if (home) grantCallRegions(this, handler, 'check-token', home, {});
    const resultsCacheTtl = props.resultsCacheTtl ?? Duration.seconds(0);
    // Only an authorizer of the type REQUEST sees the DPoP header, the method and the path.
    this.authorizer = props.dpop
      ? new RequestAuthorizer(this, 'Authorizer', {
          handler,
          resultsCacheTtl,
          identitySources: [IdentitySource.header('Authorization')],
        })
      : new TokenAuthorizer(this, 'Authorizer', { handler, resultsCacheTtl, validationRegex: bearer });
  }
}

const restAuthorizerProps = {
  audience: v.any(),
  scope: knownTexts,
  dpop: object({ origin: text, required: isOn }, "an object such as { origin: 'https://api.example.com' }"),
  resultsCacheTtl: duration,
} satisfies Record<keyof RestAuthorizerProps, v.GenericSchema>;

/** An answer for a token must not be reused for a request with another proof, or none. */
function dpopVariables({ origin, required }: RestDpopProps, resultsCacheTtl: Duration | undefined) {
  if (resultsCacheTtl !== undefined && resultsCacheTtl.toSeconds() > 0) {
    throw new WrongSetting(
      'resultsCacheTtl reuses answers, and with dpop every request has a proof of its own: leave out one.',
    );
  }
  if (!isKnownLater(origin) && !(URL.canParse(origin) && new URL(origin).origin === origin)) {
    throw new WrongSetting(`dpop.origin must be an origin such as https://api.example.com, but is "${origin}".`);
  }
  return { PIXY_CHECK_ORIGIN: origin, ...(required && { PIXY_CHECK_DPOP: 'required' }) };
}

function scopeVariable(scope: readonly string[]): { PIXY_CHECK_SCOPE?: string } {
  for (const value of scope) {
    const parsed = parseScope(value);
    if (parsed.ok && parsed.value.length === 1 && parsed.value[0] === value) continue;
    throw new WrongSetting(`scope must be a list of scope values such as orders:read, but has "${value}".`);
  }
  return scope.length > 0 ? { PIXY_CHECK_SCOPE: scope.join(' ') } : {};
}
