const [BOOL, INT4, TEXT, NUMERIC] = [16, 23, 25, 1700];

/** What PostgreSQL reads of a numeric in its binary form, as the text that it shows: digits of base 10 000, `dscale` decimals. */
export function decodeNumeric(field: Buffer): string {
  const [count, weight, sign, scale] = [
    field.readInt16BE(0),
    field.readInt16BE(2),
    field.readUInt16BE(4),
    field.readInt16BE(6),
  ];
  if (field.length !== 8 + 2 * count) throw new RangeError(`${count} digits in ${field.length} bytes`);
  const digit = (place: number) => {
    const index = weight - place;
    return index < 0 || index >= count ? 0 : field.readInt16BE(8 + 2 * index);
  };
  let whole = '';
  for (let place = Math.max(weight, 0); place >= 0; place -= 1) whole += String(digit(place)).padStart(4, '0');
  let decimals = '';
  for (let place = -1; decimals.length < scale; place -= 1) decimals += String(digit(place)).padStart(4, '0');
  if (/[1-9]/.test(decimals.slice(scale))) throw new RangeError(`digits beyond the scale of ${scale}`);
  const text = `${whole.replace(/^0+(?=\d)/, '')}${scale > 0 ? `.${decimals.slice(0, scale)}` : ''}`;
  return sign === 0x4000 ? `-${text}` : text;
}

/** The elements of a binary array of text, numeric, integer or boolean. */
export function decodeArray(bytes: Uint8Array): (string | number | boolean | null)[] {
  const array = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const type = array.readInt32BE(8);
  return [...fieldsOf(array, 20, array.readInt32BE(12))].map((field) => {
    if (field === null) return null;
    if (type === BOOL) return field[0] === 1;
    if (type === INT4) return field.readInt32BE(0);
    if (type === NUMERIC) return decodeNumeric(field);
    if (type === TEXT) return field.toString();
    throw new TypeError(`an array of type ${type}`);
  });
}

/** The fields of each row of a binary COPY, its header and trailer checked. */
export function decodeRows(copy: Uint8Array): (Buffer | null)[][] {
  const bytes = Buffer.from(copy.buffer, copy.byteOffset, copy.byteLength);
  if (bytes.toString('latin1', 0, 19) !== 'PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0')
    throw new TypeError('not a binary COPY');
  const rows: (Buffer | null)[][] = [];
  for (let at = 19; ; ) {
    const count = bytes.readInt16BE(at);
    at += 2;
    if (count === -1) {
      if (at !== bytes.length) throw new RangeError('bytes after the trailer');
      return rows;
    }
    const row = [...fieldsOf(bytes, at, count)];
    at += row.reduce((sum, field) => sum + 4 + (field?.length ?? 0), 0);
    rows.push(row);
  }
}

function* fieldsOf(bytes: Buffer, from: number, count: number): Generator<Buffer | null> {
  let at = from;
  for (let index = 0; index < count; index += 1) {
    const length = bytes.readInt32BE(at);
    at += 4;
    yield length < 0 ? null : bytes.subarray(at, at + length);
    at += Math.max(0, length);
  }
}
