/*
 * What the SDK says where it has no credentials or no region is about its own parts. People have to know what to set.
 */

/** Says in one sentence, without its full stop, why a call of AWS did not work, and what to do where that is known. */
export function awsTrouble(error: unknown, profile = process.env['AWS_PROFILE']): string {
  if (!(error instanceof Error)) return String(error);
  return adviceFor(error, profile) ?? error.message;
}

/** Undefined: the SDK says it itself, as for a profile of IAM Identity Center. */
export function adviceFor({ name, message }: Error, profile = process.env['AWS_PROFILE']): string | undefined {
  if (message === 'Region is missing') {
    return `no region is set: set AWS_REGION, or region in the profile${profile ? ` ${profile}` : ''}`;
  }
  if (message === 'Could not load credentials from any providers') {
    return profile
      ? `the profile ${profile} has no credentials that work: aws sts get-caller-identity says why, and aws configure list-profiles which profiles there are`
      : 'there are no AWS credentials: sign in with the AWS CLI, and set AWS_PROFILE if they are those of a profile';
  }
  if (
    /^(UnrecognizedClientException|InvalidClientTokenId|InvalidSignatureException|SignatureDoesNotMatch)$/.test(name)
  ) {
    return 'AWS does not know the credentials, or their secret is wrong: sign in with the AWS CLI again, and let aws sts get-caller-identity say who you are';
  }
  if (
    /^(ThrottlingException|Throttling|ProvisionedThroughputExceededException|RequestLimitExceeded|TooManyRequestsException)$/.test(
      name,
    )
  ) {
    return `AWS refuses more calls at the moment, also after several attempts: try again in a minute (${name}: ${message})`;
  }
  if (name === 'ResourceNotFoundException') {
    return `what is asked for is not in this account and region, so look at AWS_PROFILE, AWS_REGION and the name: ${message}`;
  }
  if (/^AccessDenied(Exception)?$/.test(name)) return `the AWS credentials may not do this: ${name}: ${message}`;
  if (/^(ExpiredToken|ExpiredTokenException|RequestExpired)$/.test(name)) {
    return 'the AWS credentials have expired: sign in with the AWS CLI again';
  }
  return undefined;
}
