import { Stack, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/**
 * What a server is called where names are seen by the whole account: after its stack, whose name is no one else's in the region, and not
 * after its place in the app, which may be deployed a second time. A nested stack gets its name only while it is deployed.
 */
export function serverName(scope: Construct): string {
  const stack = Stack.of(scope);
  if (Token.isUnresolved(stack.stackName)) return scope.node.path.replaceAll('/', '-');
  const below = scope.node.scopes.slice(stack.node.scopes.length).map(({ node }) => node.id);
  return [stack.stackName, ...below].join('-');
}
