import { join } from 'node:path';
import { CfnOutput, CrossStackReferences, ReferenceStrength, Stack, type StackProps } from 'aws-cdk-lib';
import { EndpointType, LambdaIntegration, ResponseType, RestApi } from 'aws-cdk-lib/aws-apigateway';
import { HttpApi, HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Architecture, Runtime } from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import type { Construct } from 'constructs';
import type { AuthorizationServer } from '../../infra/authorization-server.ts';
import { ordersScope } from './orders.ts';

export interface ProtectedApiStackProps extends StackProps {
  readonly auth: AuthorizationServer;
}

/** The same function behind an HTTP API, which verifies tokens by itself, and behind a REST API, which asks for every request. */
export class ProtectedApiStack extends Stack {
  constructor(scope: Construct, id: string, props: ProtectedApiStackProps) {
    const { auth, ...stackProps } = props;
    super(scope, id, { description: 'An API that takes access tokens of Pixy', ...stackProps });
    CrossStackReferences.of(this).consume(ReferenceStrength.STRONG);

    const orders = new NodejsFunction(this, 'Orders', {
      entry: join(import.meta.dirname, 'orders.ts'),
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      bundling: { format: OutputFormat.ESM, target: 'node24' },
    });
    // The audience of tokens that were asked for without a resource. An API that is registered has one of its own.
    const audience = auth.issuer;

    const httpApi = new HttpApi(this, 'HttpApi', { description: 'Orders, as an HTTP API' });
    httpApi.addRoutes({
      path: '/orders',
      methods: [HttpMethod.GET],
      integration: new HttpLambdaIntegration('Orders', orders),
      authorizer: auth.jwtAuthorizer({ audience }),
      authorizationScopes: [ordersScope],
    });

    const restApi = new RestApi(this, 'RestApi', {
      description: 'Orders, as a REST API',
      endpointTypes: [EndpointType.REGIONAL],
    });
    restApi.root.addResource('orders').addMethod('GET', new LambdaIntegration(orders), {
      authorizer: auth.restAuthorizer(this, 'Bearer', { audience, scope: [ordersScope] }),
    });
    // RFC 6750 §3: what kind of credentials is wanted, and what is wrong with those that came.
    restApi.addGatewayResponse('Unauthorized', {
      type: ResponseType.UNAUTHORIZED,
      responseHeaders: { 'WWW-Authenticate': `'Bearer scope="${ordersScope}"'` },
    });
    restApi.addGatewayResponse('Forbidden', {
      type: ResponseType.ACCESS_DENIED,
      responseHeaders: { 'WWW-Authenticate': `'Bearer error="insufficient_scope", scope="${ordersScope}"'` },
    });

    new CfnOutput(this, 'HttpOrders', { value: `${httpApi.apiEndpoint}/orders` });
    new CfnOutput(this, 'RestOrders', { value: restApi.urlForPath('/orders') });
  }
}
