import type { AddressInfo, Server } from "node:net";

/** Has a server listen on 127.0.0.1; 0 for any port that is free. @returns the port. @throws when it is taken. */
export async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      server.off("error", reject);
      resolve();
    });
  });
  return (server.address() as AddressInfo).port; // a TCP server's address is always this
}
