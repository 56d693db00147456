/** The same fields, without those that would be undefined. */
export type GivenFields<Fields> = {
  [Name in keyof Fields as undefined extends Fields[Name] ? never : Name]: Fields[Name];
} & { [Name in keyof Fields as undefined extends Fields[Name] ? Name : never]?: Exclude<Fields[Name], undefined> };

/** Takes out the fields that are present and undefined: they would hide a default, or stand for a value. */
export function selectGiven<Fields extends object>(fields: Fields): GivenFields<Fields> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as GivenFields<Fields>;
}
