import type { HandOver } from '../../shared/mail/hand-over.ts';
import type { ProfileField } from '../../shared/people/profile-fields.ts';

/**
 * What somebody may change here. An address only where mail is sent, to confirm it; then also where people register, because whoever
 * mistyped theirs could not confirm it otherwise.
 */
export function profileFieldsOf({
  profileFields,
  registration,
  handOver,
}: {
  profileFields: readonly ProfileField[];
  registration: boolean;
  handOver: HandOver | undefined;
}): readonly ProfileField[] {
  const others = profileFields.filter((name) => name !== 'email');
  const hasAddress = handOver !== undefined && (registration || profileFields.includes('email'));
  return hasAddress ? ['email', ...others] : others;
}
