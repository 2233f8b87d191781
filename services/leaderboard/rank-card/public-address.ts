import { lookup } from "node:dns";
import { BlockList, isIP, type LookupFunction } from "node:net";

/** Everything that is not the public internet: RFC 6890 and its likes. An IPv4 address written as IPv6 is found as well. */
const notPublic = new BlockList();
const IPV4: [string, number][] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
];
for (const [network, bits] of IPV4) notPublic.addSubnet(network, bits, "ipv4");
/** The public ones are all in 2000::/3; of these, tunnels and examples are not. */
const publicV6 = new BlockList();
publicV6.addSubnet("2000::", 3, "ipv6");
const IPV6: [string, number][] = [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
];
for (const [network, bits] of IPV6) notPublic.addSubnet(network, bits, "ipv6");

/** Whether an IP address belongs to the internet. What is no address at all does not. */
export function isPublicAddress(address: string): boolean {
  if (isIP(address) === 4) return !notPublic.check(address, "ipv4");
  if (isIP(address) !== 6) return false;
  return publicV6.check(address, "ipv6") && !notPublic.check(address, "ipv6");
}

/** Looks a name up and fails where any of its addresses is not public: the connection then goes to what was checked. */
export const lookupPublic: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, []);
    if (addresses.length === 0 || !addresses.every(({ address }) => isPublicAddress(address)))
      return callback(new Error("The name has an address that is not public."), []);
    const [first] = addresses;
    return options.all ? callback(null, addresses) : callback(null, first?.address ?? "", first?.family);
  });
};
