import { type Broadcast, type Version, writeBroadcast } from "@/dev/realtime/frames";

/** One joined channel of one connection. */
export type Listener = {
  version: Version;
  /** As the client names it: `realtime:` and the topic. */
  channel: string;
  deliver(data: string | Buffer): void;
};

export type Hub = {
  add(topic: string, isPrivate: boolean, listener: Listener): void;
  remove(topic: string, isPrivate: boolean, listener: Listener): void;
  /** Hands a broadcast to everybody in a channel, less its sender where that one wants no echo. */
  send(topic: string, isPrivate: boolean, broadcast: Broadcast, except?: Listener): void;
  /** Messages so far, as Supabase counts them: each broadcast once for who sends it and once for each who gets it. */
  messages(): number;
};

export function createHub(): Hub {
  const rooms = new Map<string, Set<Listener>>();
  let counted = 0;
  // A private channel and a public one of the same name have nothing to do with each other.
  const keyOf = (topic: string, isPrivate: boolean) => `${isPrivate ? "private" : "public"}:${topic}`;
  return {
    add(topic, isPrivate, listener) {
      const key = keyOf(topic, isPrivate);
      const room = rooms.get(key) ?? new Set();
      rooms.set(key, room.add(listener));
    },
    remove(topic, isPrivate, listener) {
      const key = keyOf(topic, isPrivate);
      const room = rooms.get(key);
      if (room?.delete(listener) && room.size === 0) rooms.delete(key);
    },
    send(topic, isPrivate, broadcast, except) {
      counted += 1;
      for (const listener of rooms.get(keyOf(topic, isPrivate)) ?? []) {
        if (listener === except) continue;
        const data = writeBroadcast(listener.version, listener.channel, broadcast);
        if (data === undefined) continue;
        listener.deliver(data);
        counted += 1;
      }
    },
    messages: () => counted,
  };
}
