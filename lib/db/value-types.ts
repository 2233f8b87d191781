import { types } from "pg";

const INT8 = 20;
const INT8_ARRAY = 1016;
const DATE = 1082;
const DATE_ARRAY = 1182;
const TEXT_ARRAY = 1009;
/** pg's list of known types has no arrays, its parsers do. */
const parseTextArray = types.getTypeParser(TEXT_ARRAY as number, "text");

/**
 * How values of the database become JavaScript's: `bigint` is a number or an error, never a rounded one; `date` stays
 * "2026-11-20", because a day has no time zone; everything else as node-postgres has it (`timestamptz` is a Date,
 * `numeric` a string).
 */
export const valueTypes: typeof types = {
  ...types,
  getTypeParser: ((oid: number, format?: "text" | "binary") => {
    if (format === "binary") return types.getTypeParser(oid, "binary");
    if (oid === INT8) return safeInteger;
    if (oid === DATE) return String;
    if (oid === INT8_ARRAY) return (text: string) => stringsOf(text).map((item) => item && safeInteger(item));
    if (oid === DATE_ARRAY) return stringsOf;
    return types.getTypeParser(oid, "text");
  }) as typeof types.getTypeParser, // its overloads name every oid
};

/** @throws RangeError when the number is too large for a JavaScript number to hold exactly. */
function safeInteger(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number)) throw new RangeError(`${text} is not a safe integer`);
  return number;
}

function stringsOf(text: string): (string | null)[] {
  return parseTextArray(text) as (string | null)[]; // pg declares the result of every parser as any
}
