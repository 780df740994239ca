/*
 * Takes the place of @aws-sdk/credential-provider-node in the bundles. That package looks for credentials in profiles, SSO,
 * web identities and metadata services, 130 kB of code; Lambda always passes those of the function's role in the environment.
 */

type Credentials = { accessKeyId: string; secretAccessKey: string; sessionToken: string | undefined };

/** The default credential provider of the SDK clients in a function. */
export const defaultProvider = () => async (): Promise<Credentials> => {
  const accessKeyId = process.env['AWS_ACCESS_KEY_ID'];
  const secretAccessKey = process.env['AWS_SECRET_ACCESS_KEY'];
  if (!accessKeyId || !secretAccessKey) throw new Error('there are no AWS credentials in the environment');
  return { accessKeyId, secretAccessKey, sessionToken: process.env['AWS_SESSION_TOKEN'] };
};
