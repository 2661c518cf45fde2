import type { MadeRow } from '../service/rows.ts';
import type { Driver } from './drivers.schema.ts';

/** A driver as its table has it. */
export type DriverRow = Omit<Driver, 'created_at' | 'updated_at'> & MadeRow;
