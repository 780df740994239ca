import { type KeyCustody, type KeyPlace, placeOf } from './signing-key.ts';

/**
 * Makes keys in `place`, and uses and destroys each key where it is, so that after a change of the setting the existing keys go
 * on signing until their successor takes over.
 */
export function eitherCustody(place: KeyPlace, custodies: Readonly<Record<KeyPlace, KeyCustody>>): KeyCustody {
  return {
    place,
    generate: (...given) => custodies[place].generate(...given),
    open: (stored) => custodies[placeOf(stored)].open(stored),
    destroy: (stored) => custodies[placeOf(stored)].destroy(stored),
  };
}
