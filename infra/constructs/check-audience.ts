import { Token } from 'aws-cdk-lib';
import { WrongSetting } from '../wrong-setting.ts';

/** Returns the audiences of an API as a list. Throws when it is empty or has an invalid identifier. */
export function checkAudience(audience: string | readonly string[]): string[] {
  const audiences = [audience].flat();
  if (audiences.length === 0) throw new WrongSetting('audience must name an API at least, but is an empty list.');
  for (const one of audiences) {
    // The types say that it is a text, but not every app has types.
    if (Token.isUnresolved(one) || (typeof one === 'string' && /^[\x21-\x7e]+$/.test(one))) continue;
    throw new WrongSetting(
      `audience must be the identifier of an API such as https://api.example.com, but is "${one}".`,
    );
  }
  return audiences;
}
