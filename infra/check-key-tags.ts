import { Token } from 'aws-cdk-lib';
import { kmsKeyTag } from '../shared/keys/kms-key-tag.ts';
import { WrongSetting } from './wrong-setting.ts';

/** AWS takes fifty tags, and one is the server's own. */
const mostTags = 49;

/** Throws {@link WrongSetting} for tags with which KMS would refuse to make a key, which would show only at the next rotation. */
export function checkKeyTags(tags: Readonly<Record<string, string>> | undefined): void {
  const all = Object.entries(tags ?? {});
  if (all.length > mostTags)
    throw new WrongSetting(`keyTags has ${all.length} tags, and KMS takes ${mostTags} of yours.`);
  for (const [name, value] of all) {
    if (name === kmsKeyTag) throw new WrongSetting(`keyTags: ${name} is the tag of the server itself.`);
    if (!isText(name, 1, 128) || /^aws:/i.test(name) || !isText(value, 0, 256)) {
      throw new WrongSetting(
        `keyTags: KMS takes no tag "${name}" with the value "${value}": names have 1 to 128 letters, digits, spaces and _.:/=+-@ and do not begin with aws:, values have up to 256.`,
      );
    }
  }
}

const isText = (text: string, least: number, most: number): boolean =>
  Token.isUnresolved(text) ||
  (text.length >= least && text.length <= most && /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u.test(text));
