import { subscribe } from "node:diagnostics_channel";
import type { IncomingMessage } from "node:http";
import { isIPv6 } from "node:net";
import type { Env } from "@/lib/env";

const FORWARDED_FOR = "x-forwarded-for";
let tracking = false;

/**
 * Makes this process append the address of each connection to X-Forwarded-For, as a reverse proxy would. A route sees
 * headers only, and Next keeps whatever list the client itself has sent: without this anyone could choose an address.
 */
export function trackClientAddresses(): void {
  if (tracking) return;
  tracking = true;
  subscribe("http.server.request.start", (message) => {
    const { request } = message as { request: IncomingMessage }; // the shape Node documents for this channel
    const peer = request.socket.remoteAddress ?? "unknown";
    // Node builds `headers` from as many raw ones as came in, so both lists are told.
    const claimed = request.headers[FORWARDED_FOR];
    request.headers[FORWARDED_FOR] = claimed ? `${claimed}, ${peer}` : peer;
    request.rawHeaders.push("X-Forwarded-For", peer);
  });
}

/**
 * The client's address, for limits: IPv4 as it is, IPv6 by its /64, because one subscriber holds at least that many.
 * Counted from the right, past our own proxies: whatever stands further left was written by the client.
 */
export function clientAddress(headers: Headers, env: Pick<Env, "trustedProxyHops" | "onVercel">): string {
  if (env.onVercel) return network(headers.get("x-real-ip") ?? "unknown");
  const hops = (headers.get(FORWARDED_FOR) ?? "").split(",").map((hop) => hop.trim());
  return network(hops[Math.max(0, hops.length - 1 - env.trustedProxyHops)] || "unknown");
}

function network(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped) return mapped;
  if (!isIPv6(address)) return address.slice(0, 64);
  const [head = "", tail] = address.split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail ? tail.split(":") : [];
  const groups = tail === undefined ? left : [...left, ...Array(8 - left.length - right.length).fill("0"), ...right];
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(":")}::/64`;
}
