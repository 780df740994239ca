import type { IHostedZone } from 'aws-cdk-lib/aws-route53';
import { isKnownLater } from './known-later.ts';
import { WrongSetting } from './wrong-setting.ts';

/** Throws {@link WrongSetting} unless the name, which `prop` gives, can be an issuer's and have a record in the zone, where there is one. */
export function checkHostName(prop: string, name: string, hostedZone: IHostedZone | undefined): void {
  if (isKnownLater(name)) return;
  if (!/^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/.test(name)) {
    throw new WrongSetting(
      `${prop} must be a host name in lower case such as sign-in.example.com, without https://, port or path, but is "${name}".`,
    );
  }
  const zone = hostedZone?.zoneName.replace(/\.$/, '');
  if (zone === undefined || isKnownLater(zone)) return;
  if (name !== zone && !name.endsWith(`.${zone}`)) {
    throw new WrongSetting(`The hosted zone ${zone} cannot hold a record for ${name}: the name must end in .${zone}.`);
  }
}
