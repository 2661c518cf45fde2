import { type Static, Type } from 'typebox';
import {
  Code,
  Cursor,
  Key,
  Limit,
  Made,
  Name,
  orNull,
  pageSchema,
  ShownName,
  Uuid,
  Version,
} from '../service/schema.ts';

export const NewAxis = Type.Object({ code: Code, name_source: Type.Optional(orNull(Name)) });
export type NewAxis = Static<typeof NewAxis>;

export const AxisChange = Type.Object(
  {
    name_source: Type.Optional(orNull(Name)),
    is_active: Type.Optional(Type.Boolean({ description: 'False deactivates: postings stay, new ones are refused' })),
  },
  { minProperties: 1 },
);
export type AxisChange = Static<typeof AxisChange>;

export const Axis = Type.Object({
  id: Uuid,
  code: Code,
  name_i18n_key: Key,
  name_source: orNull(Type.String()),
  name: ShownName,
  is_active: Type.Boolean(),
  version: Version,
  ...Made,
});
export type Axis = Static<typeof Axis>;

export const AxisPage = pageSchema(Axis);
export const AxisQuery = Type.Object({
  is_active: Type.Optional(Type.Boolean()),
  code: Type.Optional(Code),
  after: Cursor,
  limit: Limit,
});
export type AxisQuery = Static<typeof AxisQuery>;
