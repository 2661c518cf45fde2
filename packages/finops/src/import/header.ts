import { finopsProblem } from '../problems.ts';

/** A header longer than this is not one: FOCUS has about 60 columns. */
const LONGEST_HEADER_BYTES = 256 * 1024;

export interface CsvHeader {
  readonly names: readonly string[];
  readonly byteOrderMark: boolean;
}

/**
 * Reads the first record of a CSV (RFC 4180) from the beginning of the file.
 *
 * @param head the first bytes of the file; 256 KiB are enough
 * @param separator what stands between two values
 * @throws Problem `EMPTY_FILE`, `FILE_UNREADABLE`
 */
export function readCsvHeader(head: Uint8Array, separator: ',' | ';' = ','): CsvHeader {
  if (head.length === 0) throw finopsProblem('EMPTY_FILE', 'the file has 0 bytes');
  refuseOtherKinds(head);
  const bytes = head.subarray(0, LONGEST_HEADER_BYTES);
  const byteOrderMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  const text = decodeUtf8(byteOrderMark ? bytes.subarray(3) : bytes, head.length > LONGEST_HEADER_BYTES);
  if (text.trim() === '') throw finopsProblem('EMPTY_FILE', 'the file holds only blanks');
  const names = firstRecord(text, separator);
  if (names === undefined) {
    throw finopsProblem('FILE_UNREADABLE', 'the first line does not end: it is no CSV header, or a quote is left open');
  }
  return { names, byteOrderMark };
}

function refuseOtherKinds(head: Uint8Array): void {
  const starts = (...bytes: number[]) => bytes.every((byte, index) => head[index] === byte);
  if (starts(0x50, 0x4b, 0x03, 0x04)) throw finopsProblem('FILE_UNREADABLE', 'the file is a ZIP archive or a workbook');
  if (starts(0xff, 0xfe) || starts(0xfe, 0xff)) throw finopsProblem('FILE_UNREADABLE', 'the text is in UTF-16');
  if (starts(0x28, 0xb5, 0x2f, 0xfd)) throw finopsProblem('FILE_UNREADABLE', 'the file is compressed with Zstandard');
  if (head.includes(0)) throw finopsProblem('FILE_UNREADABLE', 'the file is binary, neither CSV nor gzip nor Parquet');
}

function decodeUtf8(bytes: Uint8Array, cut: boolean): string {
  try {
    // A cut head may end inside a character; streaming keeps the decoder from judging that.
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: cut || bytes.length >= 1024 });
  } catch (cause) {
    throw finopsProblem('FILE_UNREADABLE', 'the text is not in UTF-8', {}, cause);
  }
}

/** The values of the first record, or undefined where it does not end inside `text`. */
function firstRecord(text: string, separator: string): string[] | undefined {
  const values: string[] = [];
  let value = '';
  let quoted = false;
  for (let index = 0; index < text.length; index++) {
    const character = text[index] as string;
    if (quoted) {
      if (character !== '"') value += character;
      else if (text[index + 1] === '"') {
        value += '"';
        index++;
      } else quoted = false;
    } else if (character === '"') quoted = true;
    else if (character === separator) {
      values.push(value);
      value = '';
    } else if (character === '\n' || character === '\r') return [...values, value];
    else value += character;
  }
  return quoted || text.length >= LONGEST_HEADER_BYTES ? undefined : [...values, value];
}
