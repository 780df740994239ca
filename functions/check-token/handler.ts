import type { APIGatewayAuthorizerEvent, APIGatewayAuthorizerResult, Context } from 'aws-lambda';
import type { WriteLine } from '../../shared/audit/audit-log.ts';
import { auditLine, type Decision } from '../../shared/audit/decision.ts';
import { tokenCredentials } from '../../shared/http/bearer.ts';
import { describeCause } from '../../shared/http/endpoint.ts';
import { reasonOf } from '../../shared/outage.ts';
import { type CheckTokenDeps, checkToken } from './check-token.ts';
import { authorizationOf, readRequest } from './read-request.ts';

export type CheckTokenHandler = (
  event: APIGatewayAuthorizerEvent,
  context: Pick<Context, 'awsRequestId'>,
) => Promise<APIGatewayAuthorizerResult>;

/**
 * A Lambda authorizer for a REST API, of type REQUEST, or of type TOKEN, which sees no DPoP proof
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html).
 *
 * A token that is good gets a policy that allows, with `sub`, `client_id` and `scope` for the API's own code. RFC 6750 §3.1:
 * one that lacks scope gets a policy that denies, which becomes 403; any other is answered with 401, for which API Gateway
 * wants exactly the error `Unauthorized`. Another error, such as a database that does not answer, becomes 500: never permission.
 * Only what was refused or failed is in the audit log, so a request that is let through costs no log line.
 */
export function checkTokenHandler(deps: CheckTokenDeps & { writeLine: WriteLine }): CheckTokenHandler {
  return async (event, { awsRequestId }) => {
    const record = (decision: Omit<Decision, 'endpoint'>) =>
      deps.writeLine(auditLine(deps.now(), awsRequestId, { endpoint: 'check-token', ...decision }));
    try {
      const checked = await checkToken(tokenCredentials(authorizationOf(event)), readRequest(event, deps), deps);
      if (checked.ok) {
        const { sub, client_id, scope, authorization_details: details } = checked.value;
        return policy('Allow', event.methodArn, sub, {
          sub,
          client_id,
          ...(scope !== undefined && { scope }),
          // A context has texts only.
          ...(details !== undefined && { authorization_details: JSON.stringify(details) }),
        });
      }
      const { refusal, client } = checked.refusal;
      record({ verdict: 'refused', reason: refusal.reason, client });
      if (refusal.reason === 'scope_insufficient') return policy('Deny', event.methodArn, client ?? '', {});
    } catch (error) {
      const reason = reasonOf(error);
      record({ verdict: 'failed', reason, cause: describeCause(error) });
      throw shortError(reason);
    }
    throw shortError('Unauthorized');
  };
}

/** For the whole stage of the API, because API Gateway may use one policy for several methods when the API keeps results. */
function policy(
  Effect: 'Allow' | 'Deny',
  methodArn: string,
  principalId: string,
  context: Record<string, string>,
): APIGatewayAuthorizerResult {
  const [api, stage] = methodArn.split('/');
  return {
    principalId,
    policyDocument: {
      Version: '2012-10-17',
      Statement: [{ Action: 'execute-api:Invoke', Effect, Resource: `${api}/${stage}/*` }],
    },
    context,
  };
}

/** Lambda logs every error that a handler throws: this one says nothing more than its name. */
function shortError(message: string): Error {
  const error = new Error(message);
  error.stack = message;
  return error;
}
