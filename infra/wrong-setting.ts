/** A deployment setting that cannot work. The message is one sentence that says what to write instead. */
export class WrongSetting extends Error {
  override name = 'WrongSetting';
}
