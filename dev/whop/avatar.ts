import { createHash } from "node:crypto";
import { crc32, deflateSync } from "node:zlib";

const SIZE = 96;
const CELLS = 5;
const MARGIN = 8;

type Colour = readonly [red: number, green: number, blue: number];

/** A PNG picture for a user, always the same for the same id: a mirrored pattern on a two-colour ground. */
export function avatarPng(userId: string): Buffer {
  const hash = createHash("sha256").update(userId).digest();
  const hue = hash.readUInt16BE(0) % 360;
  const ground: [Colour, Colour] = [fromHue(hue, 0.52), fromHue(hue + 40, 0.38)];
  const ink = fromHue(hue + 20, 0.88);
  const rows = Array.from({ length: SIZE }, (_, y) => row(hash, y, ground, ink));
  return png(Buffer.concat(rows));
}

function row(hash: Buffer, y: number, [top, bottom]: [Colour, Colour], ink: Colour): Buffer {
  // A row of a PNG begins with the number of its filter: 0, none.
  const bytes = Buffer.alloc(1 + SIZE * 3);
  for (let x = 0; x < SIZE; x += 1) {
    const share = (x + y) / (2 * SIZE);
    const colour = isInked(hash, x, y) ? ink : top.map((part, i) => part + ((bottom[i] ?? part) - part) * share);
    bytes.set(colour.map(Math.round), 1 + x * 3);
  }
  return bytes;
}

function isInked(hash: Buffer, x: number, y: number): boolean {
  const cell = (SIZE - 2 * MARGIN) / CELLS;
  const column = Math.floor((x - MARGIN) / cell);
  const line = Math.floor((y - MARGIN) / cell);
  if (column < 0 || column >= CELLS || line < 0 || line >= CELLS) return false;
  const mirrored = Math.min(column, CELLS - 1 - column);
  return ((hash[2 + line * 3 + mirrored] ?? 0) & 1) === 1;
}

function fromHue(hue: number, lightness: number): Colour {
  const amplitude = 0.6 * Math.min(lightness, 1 - lightness);
  const part = (offset: number) => {
    const k = (offset + hue / 30) % 12;
    return 255 * (lightness - amplitude * Math.max(-1, Math.min(k - 3, 9 - k, 1)));
  };
  return [part(0), part(8), part(4)];
}

function png(rows: Buffer): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(SIZE, 0);
  header.writeUInt32BE(SIZE, 4);
  header.set([8, 2, 0, 0, 0], 8); // 8 bits, RGB, and the only compression, filter and no interlacing
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(rows)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(named), 4);
  return Buffer.concat([frame.subarray(0, 4), named, frame.subarray(4)]);
}
