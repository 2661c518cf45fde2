import { readFile } from 'node:fs/promises';
import { cliProblem } from '../problems.ts';
import { readPath } from '../terminal/values.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

/** Reads a file that holds one JSON object. @throws Problem `FILE_NOT_FOUND`, `FILE_NOT_JSON` */
export async function readJsonObject(file: string): Promise<JsonObject> {
  const text = await readFile(readPath(file), 'utf8');
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\ufeff/, ''));
  } catch (error) {
    throw notJson(file, error instanceof Error ? error.message : String(error));
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  throw notJson(file, 'it is no JSON object');
}

export function notJson(file: string, detail: string) {
  return cliProblem('FILE_NOT_JSON', `${file}: ${detail}`, { file });
}

/** A text member, or undefined. @throws Problem `FILE_NOT_JSON` */
export function textMember(file: string, document: JsonObject, name: string): string | undefined {
  const value = document[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string' && value !== '') return value;
  throw notJson(file, `${name} is no text`);
}
