import Type, { type TObject, type TSchema } from 'typebox';
import { CONTRACT_URN, CONTRACT_VERSION } from '../format/contract.ts';
import { Code, Currency, Decimal, ManifestSchema, Month } from '../format/manifest.ts';
import { type Column, LABEL_LENGTH, TABLES, type Table } from '../format/tables.ts';
import { AdmissionSchema } from '../trust/admission.ts';
import { EnrolmentSchema } from '../trust/enrolment.ts';
import { RotationSchema } from '../trust/rotation.ts';

/** The JSON Schemas of the contract by file name: payloads of the signed statements, and rows as JSON. */
export function jsonSchemas(): Readonly<Record<string, object>> {
  return {
    'manifest.schema.json': document('manifest', 'Payload of manifest.jws', ManifestSchema),
    'enrolment.schema.json': document('enrolment', 'Payload of enrolment.json', EnrolmentSchema),
    'admission.schema.json': document('admission', 'Payload of admission.jws', AdmissionSchema),
    'rotation.schema.json': document('rotation', 'Payload of a key rotation', RotationSchema),
    ...Object.fromEntries(
      TABLES.map((table) => [`${table.name}.schema.json`, document(table.name, table.description, rowSchema(table))]),
    ),
  };
}

/** A row of a table as JSON: decimals and months as text, see `FactRow`. */
export function rowSchema(table: Table): TObject {
  const properties = table.columns.map((column) => [column.name, described(column)]);
  return Type.Object(Object.fromEntries(properties) as Record<string, TSchema>, { additionalProperties: false });
}

function described(column: Column): TSchema {
  const schema = valueSchema(column);
  const { description } = column;
  return column.nullable ? Type.Union([schema, Type.Null()], { description }) : { ...schema, description };
}

function valueSchema(column: Column): TSchema {
  switch (column.kind) {
    case 'month':
      return Month;
    case 'decimal':
      return Decimal;
    case 'currency':
      return Currency;
    case 'choice':
      return Type.Enum([...(column.choices ?? [])]);
    case 'count':
      return Type.Integer({ minimum: 1, maximum: 2_147_483_647 });
    case 'label':
      return Type.String({ ...Code, maxLength: LABEL_LENGTH });
    default:
      return Code;
  }
}

function document(name: string, title: string, schema: TSchema): object {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: `${CONTRACT_URN}:${CONTRACT_VERSION}:${name}`,
    title,
    ...schema,
  };
}
