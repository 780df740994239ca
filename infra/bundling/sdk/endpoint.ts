/* Where a service of AWS is, as the SDK has it. */

/** `name`: in its host. `variable`: at the end of the environment variable that says another address. */
export type Addressed = { name: string; variable: string };

/** Of the partitions, by how the names of their regions begin: what the hosts of their services end in, and of those with IPv6. */
const partitions = [
  ['cn-', 'amazonaws.com.cn', 'api.amazonwebservices.com.cn'],
  ['eusc-', 'amazonaws.eu', 'api.amazonwebservices.eu'],
  ['us-iso-', 'c2s.ic.gov', 'api.aws.ic.gov'],
  ['us-isob-', 'sc2s.sgov.gov', 'api.aws.scloud'],
  ['us-isof-', 'csp.hci.ic.gov', 'api.aws.hci.ic.gov'],
  ['eu-isoe-', 'cloud.adc-e.uk', 'api.cloud-aws.adc-e.uk'],
  ['', 'amazonaws.com', 'api.aws'],
] as const;

/** In GovCloud, these have FIPS where they always are, and no host of that name. */
const fipsInGovCloud: readonly string[] = ['dynamodb', 'logs', 'ssm'];

/** The endpoint of a service in a region. The SDK's environment variables override it. */
export function endpointOf({ name, variable }: Addressed, region: string): URL {
  const given = process.env[`AWS_ENDPOINT_URL_${variable}`] ?? process.env['AWS_ENDPOINT_URL'];
  if (given) return new URL(given);
  const [, suffix, dualStack] = partitions.find(([prefix]) => region.startsWith(prefix)) ?? [
    '',
    'amazonaws.com',
    'api.aws',
  ];
  const isDualStack = process.env['AWS_USE_DUALSTACK_ENDPOINT'] === 'true';
  const hasFipsHost = isDualStack || !(region.startsWith('us-gov-') && fipsInGovCloud.includes(name));
  const fips = process.env['AWS_USE_FIPS_ENDPOINT'] === 'true' && hasFipsHost ? '-fips' : '';
  return new URL(`https://${name}${fips}.${region}.${isDualStack ? dualStack : suffix}`);
}
