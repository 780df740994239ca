import { App, CfnOutput, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { HttpApi, HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Architecture, Code, Function as Lambda, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { AuthorizationServer } from 'pixy';

/** An authorization server, and an API that takes its access tokens. */
class SignInStack extends Stack {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    const auth = new AuthorizationServer(this, 'Auth', {
      // `pixy --stage example` manages it.
      stage: 'example',
      // It is only an example: nothing outlives the stack but a KMS key, for 30 days.
      protection: false,
      accessTokenLifetime: Duration.minutes(30),
      brand: { name: 'Example' },
    });

    const orders = new Lambda(this, 'Orders', {
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: 'index.handler',
      // Without it, Lambda makes one that stays.
      logGroup: new LogGroup(this, 'OrdersLogs', {
        retention: RetentionDays.ONE_WEEK,
        removalPolicy: RemovalPolicy.DESTROY,
      }),
      code: Code.fromInline(
        'exports.handler = async ({ requestContext }) => ({ sub: requestContext.authorizer.jwt.claims.sub, orders: [] });',
      ),
    });
    const api = new HttpApi(this, 'Api');
    api.addRoutes({
      path: '/orders',
      methods: [HttpMethod.GET],
      integration: new HttpLambdaIntegration('Orders', orders),
      authorizer: auth.jwtAuthorizer({ audience: auth.issuer }),
    });

    new CfnOutput(this, 'Issuer', { value: auth.issuer });
    new CfnOutput(this, 'OrdersUrl', { value: `${api.apiEndpoint}/orders` });
  }
}

new SignInStack(new App(), 'SignIn');
