import type { RawData, WebSocket } from "ws";
import { z } from "zod";
import { type Channel, type ChannelParts, join } from "@/dev/realtime/channel";
import { type Broadcast, type Frame, type Message, readFrame, type Version, writeMessage } from "@/dev/realtime/frames";

/** A client sends a heartbeat every 25 seconds. */
const SILENCE_MS = 60_000;
const BAD_FRAME = 1003; // the close code for data that cannot be accepted

const NewToken = z.object({ access_token: z.string() });
const TextBroadcast = z.object({ event: z.string().default(""), payload: z.unknown() });

/** Speaks Realtime's protocol with one client, one frame after the other. */
export function serveConnection(
  parts: ChannelParts & { onError(error: unknown): void },
  socket: WebSocket,
  { version, apiKey }: { version: Version; apiKey: string },
): void {
  const channels = new Map<string, Channel>();
  const silence = setTimeout(() => socket.terminate(), SILENCE_MS).unref();
  let last: Promise<void> = Promise.resolve();

  socket.on("error", () => undefined); // "close" follows
  socket.on("close", () => {
    clearTimeout(silence);
    // After what is still under way, which may be a join.
    last = last.then(() => {
      for (const channel of channels.values()) channel.leave();
    });
  });
  socket.on("message", (data, isBinary) => {
    silence.refresh();
    last = last.then(() => receive(data, isBinary)).catch(fail);
  });

  function fail(error: unknown): void {
    parts.onError(error);
    socket.terminate(); // the client connects again, as when Realtime's process for it dies
  }
  function deliver(data: string | Buffer): void {
    if (socket.readyState === socket.OPEN) socket.send(data);
  }
  function send(message: Message): void {
    deliver(writeMessage(version, message));
  }
  function reply({ joinRef, ref, topic }: Frame, status: "ok" | "error", response: object = {}): void {
    send({ joinRef, ref, topic, event: "phx_reply", payload: { status, response } });
  }

  async function receive(data: RawData, isBinary: boolean): Promise<void> {
    let frame: Frame;
    try {
      frame = readFrame(version, asBuffer(data), isBinary);
    } catch {
      return socket.close(BAD_FRAME, "not a frame of Realtime's");
    }
    if (frame.topic === "phoenix" && frame.event === "heartbeat") return reply(frame, "ok");
    if (frame.event === "phx_join") return joinChannel(frame);
    const channel = channels.get(frame.topic);
    if (!channel) return reply(frame, "error", { reason: "unmatched topic" });
    return hear(frame, channel);
  }

  async function joinChannel(frame: Frame): Promise<void> {
    const { topic: name, payload } = frame;
    const joinRef = frame.joinRef ?? frame.ref; // version 1 may leave it out
    const end = (reason: string) => {
      channels.delete(name);
      send({ joinRef, ref: null, topic: name, event: "system", payload: systemError(name, reason) });
      send({ joinRef, ref: joinRef, topic: name, event: "phx_close", payload: {} });
    };
    channels.get(name)?.leave();
    channels.delete(name);
    const answer = await join(parts, { version, deliver, end }, { name, joinRef, payload, apiKey });
    if ("refused" in answer) return reply(frame, "error", { reason: answer.refused });
    channels.set(name, answer.channel);
    reply(frame, "ok", { postgres_changes: [] });
  }

  async function hear(frame: Frame, channel: Channel): Promise<void> {
    switch (frame.event) {
      case "access_token": {
        const given = NewToken.safeParse(frame.payload);
        if (given.success) await channel.renew(given.data.access_token);
        return;
      }
      case "broadcast": {
        const broadcast = frame.broadcast ?? asBroadcast(frame.payload);
        if ((await channel.say(broadcast)) && channel.wantsAnswers) reply(frame, "ok");
        return;
      }
      case "phx_leave":
        channel.leave();
        channels.delete(frame.topic);
        reply(frame, "ok");
        return send({ ...frame, ref: channel.joinRef, event: "phx_close", payload: {} });
    }
  }
}

function systemError(name: string, message: string): object {
  return { extension: "system", status: "error", channel: name.slice("realtime:".length), message };
}

function asBroadcast(payload: unknown): Broadcast {
  const { event, payload: inner = {} } = TextBroadcast.parse(payload);
  return { event, isJson: true, bytes: Buffer.from(JSON.stringify(inner)) };
}

function asBuffer(data: RawData): Buffer {
  if (Array.isArray(data)) return Buffer.concat(data);
  return Buffer.isBuffer(data) ? data : Buffer.from(data);
}
