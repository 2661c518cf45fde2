/** The same value; use cases promise not to change what they give, which the types of a reply have no word for. */
export type Answered<T> = T extends readonly (infer Member)[]
  ? Answered<Member>[]
  : T extends object
    ? { -readonly [Key in keyof T]: Answered<T[Key]> }
    : T;

export function answered<T>(value: T): Answered<T> {
  return value as Answered<T>;
}
