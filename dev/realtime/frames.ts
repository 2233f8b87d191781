import { z } from "zod";

/** The two ways in which clients speak: objects in JSON, or arrays in JSON and broadcasts in a binary form. */
export type Version = "1.0.0" | "2.0.0";

export type Message = {
  joinRef: string | null;
  ref: string | null;
  topic: string;
  event: string;
  payload: unknown;
};

/** A broadcast whose payload is passed on as it came: JSON text, or bytes that mean something to the clients only. */
export type Broadcast = { event: string; isJson: boolean; bytes: Buffer };

/** What a client sent. A broadcast may come in binary form, with its payload unread. */
export type Frame = Message & { broadcast?: Broadcast };

const FROM_CLIENT = 3;
const FROM_SERVER = 4;
const JSON_ENCODING = 1;

const ref = z.string().nullish().default(null);
const AsObject = z
  .object({ join_ref: ref, ref, topic: z.string(), event: z.string(), payload: z.unknown() })
  .transform(({ join_ref, ...message }): Frame => ({ ...message, joinRef: join_ref }));
const AsArray = z
  .tuple([ref, ref, z.string(), z.string(), z.unknown()])
  .transform(([joinRef, ref, topic, event, payload]): Frame => ({ joinRef, ref, topic, event, payload }));

/** @throws for what is no frame of this version. */
export function readFrame(version: Version, data: Buffer, isBinary: boolean): Frame {
  if (isBinary) return readBinary(data);
  const json: unknown = JSON.parse(data.toString("utf8"));
  return version === "1.0.0" ? AsObject.parse(json) : AsArray.parse(json);
}

/** Kind 3: seven bytes (kind, five lengths, encoding), then join ref, ref, topic, event, meta and payload. */
function readBinary(data: Buffer): Frame {
  const [kind, ...lengths] = data.subarray(0, 6);
  if (kind !== FROM_CLIENT || data.length < 7) throw new Error("Not a broadcast.");
  let at = 7;
  const next = (length = 0) => {
    at += length;
    if (at > data.length) throw new Error("The frame ends too soon.");
    return data.toString("utf8", at - length, at);
  };
  const [joinRef, ref, topic, event] = [next(lengths[0]), next(lengths[1]), next(lengths[2]), next(lengths[3])];
  next(lengths[4]);
  const broadcast = { event, isJson: data[6] === JSON_ENCODING, bytes: data.subarray(at) };
  return { joinRef: joinRef || null, ref: ref || null, topic, event: "broadcast", payload: undefined, broadcast };
}

/** A message of the server's, as that version of the protocol writes it. */
export function writeMessage(version: Version, { joinRef, ref, topic, event, payload }: Message): string {
  return version === "1.0.0"
    ? JSON.stringify({ join_ref: joinRef, ref, topic, event, payload })
    : JSON.stringify([joinRef, ref, topic, event, payload]);
}

/** Undefined when that version cannot carry it: bytes have no place in JSON. */
export function writeBroadcast(version: Version, topic: string, broadcast: Broadcast): string | Buffer | undefined {
  if (version === "2.0.0") return kindFour(topic, broadcast);
  if (!broadcast.isJson) return undefined;
  const payload = JSON.parse(broadcast.bytes.toString("utf8"));
  const envelope = { type: "broadcast", event: broadcast.event, payload };
  return writeMessage(version, { joinRef: null, ref: null, topic, event: "broadcast", payload: envelope });
}

/** Kind 4: five bytes (kind, three lengths, encoding), then topic, event, meta and payload. */
function kindFour(topic: string, { event, isJson, bytes }: Broadcast): Buffer {
  const [topicBytes, eventBytes] = [Buffer.from(topic), Buffer.from(event)];
  if (topicBytes.length > 255 || eventBytes.length > 255) throw new Error("A topic or an event is too long.");
  const header = Buffer.from([FROM_SERVER, topicBytes.length, eventBytes.length, 0, isJson ? JSON_ENCODING : 0]);
  return Buffer.concat([header, topicBytes, eventBytes, bytes]);
}
