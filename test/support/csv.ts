/**
 * Reads CSV as RFC 4180 has it; shares nothing with what writes it.
 * @throws {Error} text that is not CSV: a quotation mark where none may stand, or lines of different length
 */
export const csvRecords = (text: string, delimiter: string): readonly (readonly string[])[] => {
  const records: string[][] = [];
  let record: string[] = [];
  let at = 0;
  while (at < text.length) {
    const [field, end] = text[at] === '"' ? quoted(text, at) : plain(text, at, delimiter);
    record.push(field);
    at = end;
    if (text[at] === delimiter) {
      at += 1;
      continue;
    }
    if (text.slice(at, at + 2) !== '\r\n') throw new Error(`no line end at ${at}`);
    records.push(record);
    record = [];
    at += 2;
  }
  if (record.length > 0) throw new Error('the last line has no end');
  if (records.some(({ length }) => length !== records[0]?.length)) throw new Error('lines of different length');
  return records;
};

const quoted = (text: string, from: number): readonly [string, number] => {
  let field = '';
  for (let at = from + 1; at < text.length; at += 1) {
    if (text[at] !== '"') field += text[at];
    else if (text[at + 1] === '"') {
      field += '"';
      at += 1;
    } else return [field, at + 1];
  }
  throw new Error('a quotation mark that nothing closes');
};
const plain = (text: string, from: number, delimiter: string): readonly [string, number] => {
  let at = from;
  while (at < text.length && text[at] !== delimiter && text[at] !== '\r' && text[at] !== '\n') {
    if (text[at] === '"') throw new Error(`a quotation mark at ${at}`);
    at += 1;
  }
  return [text.slice(from, at), at];
};
