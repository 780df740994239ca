import { Duration, type RemovalPolicy } from 'aws-cdk-lib';
import { TokenAuthorizer } from 'aws-cdk-lib/aws-apigateway';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { parseScope } from '../../shared/oauth/scope.ts';
import type { PixyEnvironment } from '../environment.ts';
import { checkTokenDescription } from '../functions.ts';
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
   * How long API Gateway reuses an answer for the same token: up to an hour. During that time, a revoked grant still has access.
   *
   * @default Duration.seconds(0), so that a revoked grant is refused from its next request on
   */
  readonly resultsCacheTtl?: Duration;
}

/** What the authorizer takes from its authorization server. */
export type RestAuthorizerServer = {
  tables: AuthorizationServerTables;
  environment: PixyEnvironment;
  logRetention: RetentionDays;
  logRemovalPolicy: RemovalPolicy;
};

/** The format that shared/http/bearer.ts reads. Anything else gets its 401 without a call of the function. */
const bearer = '^[Bb][Ee][Aa][Rr][Ee][Rr] +[-A-Za-z0-9._~+/]+=* *$';

/** The function of functions/check-token with its permissions, and the REST API authorizer that calls it. */
export class RestAuthorizer extends Construct {
  readonly authorizer: TokenAuthorizer;

  constructor(scope: Construct, id: string, server: RestAuthorizerServer, props: RestAuthorizerProps) {
    super(scope, id);
    const { tables, environment, ...logs } = server;
    const handler = new PixyFunction(this, 'CheckToken', {
      name: 'check-token',
      ...checkTokenDescription,
      ...logs,
      environment: {
        ...environment,
        PIXY_CHECK_AUDIENCE: checkAudience(props.audience).join(' '),
        ...scopeVariable(props.scope ?? []),
      },
    });
    for (const use of checkTokenDescription.uses) uses[use](tables, handler);
    this.authorizer = new TokenAuthorizer(this, 'Authorizer', {
      handler,
      resultsCacheTtl: props.resultsCacheTtl ?? Duration.seconds(0),
      validationRegex: bearer,
    });
  }
}

function scopeVariable(scope: readonly string[]): { PIXY_CHECK_SCOPE?: string } {
  for (const value of scope) {
    const parsed = parseScope(value);
    if (parsed.ok && parsed.value.length === 1 && parsed.value[0] === value) continue;
    throw new WrongSetting(`scope must be a list of scope values such as orders:read, but has "${value}".`);
  }
  return scope.length > 0 ? { PIXY_CHECK_SCOPE: scope.join(' ') } : {};
}
