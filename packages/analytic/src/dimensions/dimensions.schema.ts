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

const Parent = orNull(Type.String({ format: 'uuid', description: 'The dimension above it; null for a root' }));

export const NewDimension = Type.Object({
  axis_id: Uuid,
  code: Code,
  name_source: Type.Optional(orNull(Name)),
  parent_id: Type.Optional(Parent),
});
export type NewDimension = Static<typeof NewDimension>;

export const DimensionChange = Type.Object(
  {
    name_source: Type.Optional(orNull(Name)),
    parent_id: Type.Optional(Parent),
    is_active: Type.Optional(Type.Boolean({ description: 'False deactivates: postings stay, new ones are refused' })),
  },
  { minProperties: 1 },
);
export type DimensionChange = Static<typeof DimensionChange>;

export const Dimension = Type.Object({
  id: Uuid,
  axis_id: Uuid,
  parent_id: Parent,
  code: Code,
  name_i18n_key: Key,
  name_source: orNull(Type.String()),
  name: ShownName,
  is_active: Type.Boolean(),
  version: Version,
  ...Made,
});
export type Dimension = Static<typeof Dimension>;

export const DimensionPage = pageSchema(Dimension);
export const DimensionQuery = Type.Object({
  axis_id: Type.Optional(Uuid),
  parent_id: Type.Optional(Uuid),
  is_active: Type.Optional(Type.Boolean()),
  code: Type.Optional(Code),
  after: Cursor,
  limit: Limit,
});
export type DimensionQuery = Static<typeof DimensionQuery>;

export const DimensionsImportedSchema = Type.Object({
  rows: Type.Integer({ description: 'Rows of the file' }),
  axes: Type.Array(
    Type.Object({ axis: Code, created: Type.Integer(), changed: Type.Integer(), unchanged: Type.Integer() }),
  ),
});
