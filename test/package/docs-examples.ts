import { globSync, readFileSync } from 'node:fs';

/* The TypeScript of the documents, as modules that a compiler takes. Recipes (docs/clients) are files of examples/clients, where they run. */

const aroundConstructs = `
import { App, Duration, type Stack } from 'aws-cdk-lib';
import { AuthorizationServer, MultiRegionAuthorizationServer } from 'pixy';
declare const app: App;
declare const auth: AuthorizationServer;
declare const httpApi: import('aws-cdk-lib/aws-apigatewayv2').HttpApi;
declare const restApi: import('aws-cdk-lib/aws-apigateway').RestApi;
declare const integration: import('aws-cdk-lib/aws-apigatewayv2').HttpRouteIntegration & import('aws-cdk-lib/aws-apigateway').Integration;
declare const certificate: import('aws-cdk-lib/aws-certificatemanager').ICertificate;
declare const hostedZone: import('aws-cdk-lib/aws-route53').IHostedZone;
declare const secret: import('aws-cdk-lib/aws-secretsmanager').ISecret;
export async function example(this: Stack) {
`;

const aroundClients = `
import { JwtVerifier } from 'aws-jwt-verify';
import { UserManager } from 'oidc-client-ts';
import * as client from 'openid-client';
declare const verifier: string, secret: string, accessToken: string;
declare const currentUrl: URL;
declare const config: client.Configuration;
declare const parameters: URLSearchParams;
declare const signingKey: CryptoKey;
export async function example() {
`;

/** What the modules of `docsExamples` import besides the package and its peers. */
export const packagesOfExamples = ['aws-jwt-verify', 'jose', 'oauth4webapi', 'oidc-client-ts', 'openid-client'];

/** Returns the modules by file name, each with what its page says in words: what is declared around the lines. */
export function docsExamples(): Record<string, string> {
  return Object.fromEntries(
    globSync(['README.md', 'docs/*.md']).flatMap((page) =>
      [...readFileSync(page, 'utf8').matchAll(/^```ts\n([\s\S]*?)^```$/gm)]
        .map(([, code = '']) => code)
        .filter((code) => !isHead(code))
        .map((code, index) => [`${page.replaceAll(/\W/g, '-')}-${index + 1}.mts`, moduleOf(code)]),
    ),
  );
}

/** docs/api.md has the first line of every declaration. */
const isHead = (code: string): boolean => /^(?:class|interface|function|type) .*\n$/.test(code);

function moduleOf(code: string): string {
  if (code.startsWith('import ')) return `declare const issuer: string;\n${code}`;
  const isOfClient = /\b(?:client\.|UserManager|JwtVerifier)/.test(code);
  return `${isOfClient ? aroundClients : aroundConstructs}${code}}\n`;
}
