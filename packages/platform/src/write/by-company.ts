import { NIL_UUID } from '../identity/uuid.ts';

/** The legal entity that rows of a scope carry. */
export function ownerOf({ legalEntityId }: { readonly legalEntityId?: string | undefined }): string {
  return legalEntityId ?? NIL_UUID;
}

/**
 * Where the rows of each legal entity end in a list that goes through them in the given order, as the functions for several of them take
 * it: `legalEntities` A, B, C and `owners` A, A, C give 2, 2, 3.
 */
export function endsOf(legalEntities: readonly string[], owners: readonly string[]): number[] {
  let end = 0;
  return legalEntities.map((one) => {
    while (owners[end] === one) end += 1;
    return end;
  });
}
